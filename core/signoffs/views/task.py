"""Pages of one task: the verdict, the document and its text."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.accounts.login import me
from core.calendar import working_days_between
from core.documents.downloads import handed
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.signoffs import given, service, shown, texts, words
from core.signoffs.forms import PaperForm, VerdictForm, new_remarks, typed_remarks
from core.signoffs.models import Decision
from core.signoffs.service.decide import NewRemark
from core.signoffs.service.protocol import open_protocol_of
from core.signoffs.states import SLOT_KINDS, VERDICTS, approval_task, said, state_of, wanted
from core.signoffs.subjects import subject
from core.signoffs.task import Task, round_of_slot, task
from core.signoffs.views import downloads
from core.signoffs.views.blueprint import bp
from core.signoffs.views.inbox import next_task
from core.web.forms import Refused, attempt, options

POSITIVE = {
    "visa": lambda: _("Согласовать"),
    "signature": lambda: _("Подписать"),
    "registration": lambda: _("Зарегистрировать"),
    "acknowledgement": lambda: _("Ознакомлен"),
}
NEGATIVE = {
    "signature": lambda: _("Отказаться от подписания"),
    "registration": lambda: _("Отказать в регистрации"),
}
WAITS = {
    "visa": lambda: _("Ждёт Вашего решения"),
    "signature": lambda: _("Ждёт Вашей подписи"),
    "registration": lambda: _("Ждёт регистрации Вами"),
    "acknowledgement": lambda: _("Ждёт, пока Вы ознакомитесь"),
}
HEADINGS = {
    "visa": lambda: _("Ваше решение"),
    "signature": lambda: _("Подписание"),
    "registration": lambda: _("Регистрация"),
    "acknowledgement": lambda: _("Ознакомление"),
}


@bp.get("/tasks/<int:slot_id>")
def show(slot_id: int) -> Any:
    """One task."""
    return page(task(slot_id, me()), VerdictForm(formdata=None))


def page(
    current: Task, form: VerdictForm, paper: PaperForm | None = None, status: int = 200, refused: Any = None
) -> Any:
    """The page of a task, with what was typed before a refusal. `refused`: the refusal of a verdict that asks."""
    context = {**_about(current), **_text(current)}
    typed = typed_remarks(request.form)
    return (
        render_template(
            "signoffs/task.html",
            task=current,
            form=form,
            paper_form=paper or offered_paper(current, PaperForm(formdata=None)),
            typed=typed,
            refused=_refused(refused),
            **context,
        ),
        status,
    )


def _about(current: Task) -> dict[str, Any]:
    slot, kind = current.slot, subject(current.round.subject_kind)
    holders = ", ".join(holder.name for holder in slot.holders)
    return {
        "subject": kind,
        "brought": kind.brought(current.round.subject_id),
        "subject_url": kind.url(current.round.subject_id),
        "state": state_of(slot.kind, slot.state, current.round.stands),
        "heading": str(HEADINGS.get(slot.kind, HEADINGS["visa"])()),
        "kind_label": SLOT_KINDS[slot.kind],
        "wanted": wanted(slot.kind, words.named(slot.label)),
        "labels": {"approve": positive(slot.kind), "reject": negative(slot.kind)},
        "holders": holders,
        "court": _court(current, holders),
        "held": _held(current),
        "received": words.minute(slot.assigned_at),
        "term": words.term(slot.due_at if shown.waits(slot, current.round) else None),
        "stands": current.round.stands and current.round.state == "open",
        "words_due": words.day(slot.due_at),
        "initiator": current.names.get(current.round.initiator_id, ""),
        "decided": _decided(current),
        "why": [reason for offer in current.offers[:1] for reason in offer.reasons],
        "stages": shown.stages(current.round, current.names, me().id, lambda i: url_for("signoffs.show", slot_id=i)),
        "sheet_url": url_for("signoffs.sheet", kind=kind.kind, subject_id=current.round.subject_id),
        **_paper(current),
        **_dispute(current),
    }


def _dispute(current: Task) -> dict[str, str]:
    """Where the parties argue, while the round stands for it."""
    if not current.round.stands:
        return {}
    opened = open_protocol_of(*current.round.subject)
    return {"protocol_url": url_for("signoffs.protocol", protocol_id=opened.id)} if opened else {}


def _refused(refusal: Any) -> dict[str, Any]:
    """A refused verdict as `steps.asked_fields` shows it: which form, what was sent, what is wrong where."""
    if refusal is None:
        return {}
    verdict = request.form.get("verdict", "").partition("+")[0]
    errors = {name: str(text) for name, text in getattr(refusal, "fields", {}).items()}
    form = "reject" if verdict == "rejected" else "approve"
    return {"form": form, "sent": request.form, "errors": errors, "refusal": refusal}


def positive(kind: str) -> str:
    """The button of a positive verdict in a slot of `kind`."""
    return str(POSITIVE.get(kind, POSITIVE["visa"])())


def negative(kind: str) -> str:
    """The button of a refusal."""
    return str(NEGATIVE.get(kind, lambda: approval_task.steps["reject"].label)())


def _court(current: Task, holders: str) -> str:
    if current.slot.state != "assigned":
        return str(state_of(current.slot.kind, current.slot.state).label)
    if current.round.stands:
        return str(_("Стороны урегулируют разногласия, решение пока не нужно"))
    if current.hat:
        return str(WAITS.get(current.slot.kind, WAITS["visa"])())
    return str(_("На столе: %(who)s", who=holders or words.named(current.slot.label)))


def _held(current: Task) -> str:
    """Since when it waits, and how long that is."""
    slot = current.slot
    if slot.state != "assigned" or slot.assigned_at is None:
        return ""
    lain = words.days(working_days_between(slot.assigned_at, clock.now()))
    return str(_("получено %(at)s, ждёт %(lain)s", at=words.minute(slot.assigned_at), lain=lain))


def _decided(current: Task) -> str:
    decision = current.slot.decision
    if decision is None:
        return current.slot.note
    return f"{said(decision.verdict, current.slot.kind)}, {decision.name}, {words.minute(decision.at)}"


def _paper(current: Task) -> dict[str, str]:
    if current.paper is None:
        return {}
    names = {holder.person_id: holder.name for holder in current.slot.holders}
    signer = names.get(current.paper.signer_id) or downloads.person_name(current.paper.signer_id)
    return {"paper_verdict": said(current.paper.verdict, current.slot.kind), "paper_signer": signer}


def _text(current: Task) -> dict[str, Any]:
    sha256, before = current.round.document_hash, current.text.before
    changes = texts.changes(before, sha256) if before else ()
    return {
        "clauses": texts.clauses(sha256),
        "changes": [
            {"number": block.number, "pairs": [(part.kind, part.text) for part in block.segments]} for block in changes
        ],
        "size": downloads.size_in_words(current.text.size),
    }


def offered_paper(current: Task, form: PaperForm) -> PaperForm:
    """The form of an act on paper with the holders and the verdicts of this slot."""
    form.signer_id.choices = options((holder.person_id, holder.name) for holder in current.slot.holders)
    verdicts = [("approved", positive(current.slot.kind))]
    if current.slot.kind == "visa":
        verdicts.append(("approved_with_remarks", VERDICTS["approved_with_remarks"]))
    if current.slot.kind in ("visa", "signature", "registration"):
        verdicts.append(("rejected", negative(current.slot.kind)))
    form.paper_verdict.choices = options(verdicts)
    return form


@bp.post("/tasks/<int:slot_id>/verdict")
def decide(slot_id: int) -> Any:
    """Give a verdict; «и открыть следующее» leads to the next task of the desk."""
    actor, form = me(), VerdictForm()
    verdict, _plus, after = request.form.get("verdict", "").partition("+")
    current = task(slot_id, actor)
    if asked := current.asks.get("reject" if verdict == "rejected" else "approve"):
        return _decide_asked(current, verdict, asked, bool(after))
    typed = typed_remarks(request.form)
    remarks = new_remarks(typed, texts.clauses(current.round.document_hash))
    done = attempt(form, lambda: _decide(slot_id, verdict, form.comment.data or "", remarks))
    if isinstance(done, Refused):
        return page(task(slot_id, actor), form, status=done.status)
    return _told(done, current, bool(after))


def _decide_asked(current: Task, verdict: str, asked: given.Asked, after: bool) -> Any:
    """A verdict with what it asks for; a refusal gives the page back with everything typed."""
    slot_id, actor, form = current.slot.id, me(), VerdictForm()
    brought = given.given(asked, request.form, request.files)
    try:
        done = service.decide(
            slot_id,
            verdict,
            actor,
            comment=form.comment.data or "",
            seen_hash=request.form.get("seen_hash"),
            given=brought,
        )
    except (NotValid, NotNow, NotAllowed) as refusal:
        return page(task(slot_id, actor), form, status=refusal.status, refused=refusal)
    return _told(done, current, after)


def _decide(slot_id: int, verdict: str, comment: str, remarks: list[NewRemark]) -> Decision:
    """Remarks typed beside «Согласовать» are not dropped silently: the person says what he means."""
    if verdict == "approved" and remarks:
        raise NotValid(_("Вы записали замечания: нажмите «Согласовать с замечаниями» или уберите их"), "comment")
    seen = request.form.get("seen_hash")
    return service.decide(slot_id, verdict, me(), comment=comment, seen_hash=seen, remarks=remarks)


def _told(done: Decision, current: Task, after: bool) -> Any:
    flash(f"{said(done.verdict, current.slot.kind)}: {current.round.title}", "success")
    following = next_task(me(), current.slot.id) if after else None
    if following is not None:
        return redirect(url_for("signoffs.show", slot_id=following))
    return redirect(url_for("signoffs.inbox"))


@bp.get("/tasks/<int:slot_id>/text")
def text(slot_id: int) -> Any:
    """The text to read on the screen."""
    current = round_of_slot(slot_id, me())[0]
    blocks = texts.blocks(current.document_hash)
    if not blocks:
        raise NotFound(_("Этот документ на странице не прочесть: скачайте его"))
    return render_template("signoffs/text.html", round=current, blocks=blocks, slot_id=slot_id)


@bp.get("/tasks/<int:slot_id>/document")
def document(slot_id: int) -> Any:
    """The bytes the hash names."""
    current, _names, kept = round_of_slot(slot_id, me())
    return handed(kept.sha256, kept.file_name or downloads.file_name(current.title))
