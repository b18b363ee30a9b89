"""Tables of organisations, people, their roles, how they prove who they are, and what they may read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.roles import SIDE_OF_KIND
from core.db import Code, Hash, Json, Model, UtcDateTime, Versioned


class Organisation(Versioned, Model):
    """A participant: a node of the tree (corporation → holding → enterprise; authority → college)."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Code)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[str | None] = mapped_column(String(2))
    full_name: Mapped[str] = mapped_column(Text)
    short_name: Mapped[str] = mapped_column(Text)
    alias: Mapped[str] = mapped_column(Text, default="")
    """Name in contracts: «Министерство», «Корпорация», «Колледж»."""
    gender: Mapped[str] = mapped_column(String(1), default="n")
    forms: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Reviewed oblique cases of the names: {"full_name_gen": …, "reviewed": true}."""
    inn: Mapped[str] = mapped_column(String(12), default="")
    kpp: Mapped[str] = mapped_column(String(9), default="")
    ogrn: Mapped[str] = mapped_column(String(15), default="")
    address: Mapped[str] = mapped_column(Text, default="")
    postal_address: Mapped[str] = mapped_column(Text, default="")
    bank_name: Mapped[str] = mapped_column(Text, default="")
    bik: Mapped[str] = mapped_column(String(9), default="")
    account: Mapped[str] = mapped_column(String(20), default="")
    corr_account: Mapped[str] = mapped_column(String(20), default="")
    personal_account: Mapped[str] = mapped_column(String(20), default="")
    """Лицевой счёт in the Treasury, for bodies financed from a budget."""
    phone: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(Text, default="")
    sample: Mapped[bool] = mapped_column(default=False)
    """Demo data: shown as «образец»."""
    active: Mapped[bool] = mapped_column(default=True)

    parent: Mapped[Organisation | None] = relationship(remote_side="Organisation.id")
    signatories: Mapped[list[Signatory]] = relationship(back_populates="organisation", order_by="Signatory.id")

    @property
    def side(self) -> str:
        return SIDE_OF_KIND[self.kind]


class Signatory(Versioned, Model):
    """Who may sign for an organisation, as what, on what basis, from when to when."""

    __tablename__ = "signatory"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    full_name: Mapped[str] = mapped_column(Text)
    gender: Mapped[str] = mapped_column(String(1), default="m")
    position: Mapped[str] = mapped_column(Text)
    basis_kind: Mapped[str] = mapped_column(Code, default="charter")
    """statute (положение), charter (устав), law (закон), power_of_attorney (доверенность), mchd (МЧД)."""
    basis: Mapped[str] = mapped_column(Text)
    basis_number: Mapped[str] = mapped_column(Text, default="")
    basis_date: Mapped[date | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    full_name_gen: Mapped[str] = mapped_column(Text, default="")
    position_gen: Mapped[str] = mapped_column(Text, default="")
    basis_gen: Mapped[str] = mapped_column(Text, default="")
    reviewed: Mapped[bool] = mapped_column(default=False)
    """The genitive forms were confirmed by a person; they are never regenerated."""
    primary: Mapped[bool] = mapped_column(default=True)

    organisation: Mapped[Organisation] = relationship(back_populates="signatories")

    def valid_on(self, day: date) -> bool:
        """Whether the authority covers `day` (both ends included)."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Person(Versioned, Model):
    """A person of an organisation. How the person proves who he is stands in `Credential`."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    surname: Mapped[str] = mapped_column(Text)
    given_name: Mapped[str] = mapped_column(Text)
    patronymic: Mapped[str] = mapped_column(Text, default="")
    gender: Mapped[str] = mapped_column(String(1), default="m")
    position: Mapped[str] = mapped_column(Text, default="")
    unit: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(String(254), unique=True)
    phone: Mapped[str] = mapped_column(Text, default="")
    locale: Mapped[str] = mapped_column(String(2), default="ru")
    forms: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Reviewed cases: {"full_name_gen": …, "full_name_dat": …, "position_gen": …, "reviewed": true}."""
    active: Mapped[bool] = mapped_column(default=True)

    organisation: Mapped[Organisation] = relationship()
    roles: Mapped[list[RoleHolding]] = relationship(back_populates="person", cascade="all, delete-orphan")

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.surname, self.given_name, self.patronymic) if part)

    @property
    def short_name(self) -> str:
        """И.О. Фамилия with non-breaking spaces, for signatures and lists on the screen."""
        initials = "".join(f"{part[0]}." for part in (self.given_name, self.patronymic) if part)
        return f"{initials}\u00a0{self.surname}"


class RoleHolding(Model):
    """A person holds a role from a day to a day (both included; empty is open)."""

    __tablename__ = "role_holding"
    __table_args__ = (UniqueConstraint("person_id", "role"), Index("ix_role_holding_role", "role"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(Code)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="roles")

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Credential(Model):
    """One way a person proves who he is: a password now; a certificate, a passkey later."""

    __tablename__ = "credential"
    __table_args__ = (UniqueConstraint("person_id", "method"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    method: Mapped[str] = mapped_column(Code, default="password")
    secret: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    must_change: Mapped[bool] = mapped_column(default=False)


class AuthSession(Model):
    """A sign-in that is still good: what the cookie points at, so that it can be ended from elsewhere."""

    __tablename__ = "auth_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(Hash, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    method: Mapped[str] = mapped_column(Code)
    assurance: Mapped[str] = mapped_column(Code, default="single_factor")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(Text, default="")
    agent: Mapped[str] = mapped_column(Text, default="")


class ApiToken(Model):
    """A bearer token of a person; only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(Hash, unique=True)
    hint: Mapped[str] = mapped_column(String(8), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiOnce(Model):
    """What a program's POST under an Idempotency-Key was answered; without a status while the call is running."""

    __tablename__ = "api_once"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Hash)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None]
    secret: Mapped[bool] = mapped_column(default=False)
    """The answer was shown once, or was too large to keep."""
    media_type: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[bytes] = mapped_column(LargeBinary, default=b"")


class SignInAttempt(Model):
    """A failed sign-in, kept in the database so that the lock-out counts across processes and hosts."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_email", "email", "at"),
        Index("ix_sign_in_attempt_address", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    address: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Reader(Model):
    """Who may see what: one row per subject and organisation; the only source of visibility for every list."""

    __tablename__ = "reader"
    __table_args__ = (Index("ix_reader_subject", "subject_kind", "subject_id"),)

    subject_kind: Mapped[str] = mapped_column(Code, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    why: Mapped[str] = mapped_column(Code, default="party")
    """party, ancestor, region, grant, executor."""
