"""The application: joins the rooms. Imports all; nothing imports it. `python app.py` serves."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from core import db as database
from core.store import Store
from core.web import language, refusals, security

ROOT = Path(__file__).parent


def create_app(settings: Mapping[str, Any] | None = None) -> APIFlask:
    """Build the service. `settings` overrides instance/config.py and the environment."""
    instance = Path((settings or {}).get("INSTANCE", os.environ.get("INSTANCE", ROOT / "instance"))).resolve()
    instance.mkdir(parents=True, exist_ok=True)
    app = APIFlask(
        __name__,
        instance_path=str(instance),
        template_folder="templates/pages",
        static_folder="static",
        title="Согласовано",
        version="1",
        spec_path="/api/openapi.json",
        docs_path=None,
        json_errors=False,
    )
    configure(app, instance, settings or {})
    app.extensions["soglasovano.store"] = Store(instance / "files")
    database.init_app(app)
    language.init_app(app)
    security.init_app(app)
    refusals.init_app(app)
    join_rooms(app)
    return app


def configure(app: Flask, instance: Path, settings: Mapping[str, Any]) -> None:
    """Defaults, then instance/config.py, then the environment, then `settings`."""
    app.config.update(
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{instance / 'soglasovano.db'}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="soglasovano",
        MAX_CONTENT_LENGTH=60 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        TEMPLATES_AUTO_RELOAD=False,
        OPENAPI_VERSION="3.1.0",
        PUBLIC_URL=os.environ.get("PUBLIC_URL") or served_at(),
    )
    app.config.from_pyfile(str(instance / "config.py"), silent=True)
    if url := os.environ.get("DATABASE_URL"):
        app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config.update(settings)
    app.config["SQLALCHEMY_DATABASE_URI"] = normal_url(app.config["SQLALCHEMY_DATABASE_URI"])
    app.config.setdefault("SECRET_KEY", None)
    app.config["SECRET_KEY"] = app.config["SECRET_KEY"] or security.secret_key(instance)
    host = os.environ.get("HOST", "127.0.0.1")
    app.config.setdefault("SESSION_COOKIE_SECURE", not security.is_local(host))
    if os.environ.get("BEHIND_PROXY"):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]


def served_at() -> str:
    """The address `make run` serves on; letters, codes on papers and calendars go there unless PUBLIC_URL says."""
    host = os.environ.get("HOST", "127.0.0.1")
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{os.environ.get('PORT', '8000')}"  # noqa: S104


def normal_url(url: str) -> str:
    """Accept the common spellings of a PostgreSQL address."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def join_rooms(app: APIFlask) -> None:
    """Every room's pages, API, commands and reactions."""
    from agreements import room as agreements
    from core.accounts import room as accounts
    from core.audit.commands import audit
    from core.calendar import room as calendar
    from core.documents import room as documents
    from core.signoffs import room as signoffs
    from roadmap import room as roadmap

    app.cli.add_command(audit)
    accounts.init_app(app)
    calendar.init_app(app)
    signoffs.init_app(app)
    documents.init_app(app)
    roadmap.init_app(app)
    agreements.init_app(app)


def main() -> None:
    """`make run`: bring the database up to date, load the demo into an empty one, tell how to sign in, serve."""
    from flask_migrate import upgrade

    from agreements import demo
    from core.web.serving import serve
    from core.workflow.commands import work_until_stopped

    app = create_app()
    with app.app_context():
        if os.environ.get("MIGRATE", "1") != "0":
            upgrade(directory=str(ROOT / "migrations"))
            install()
        wanted = os.environ.get("DEMO", "1") != "0"
        if wanted and demo.is_empty():
            print("Загружается образец…", flush=True)
            try:
                demo.load()
            except BaseException:
                print("Образец загружен не полностью. Загрузить заново: .venv/bin/flask demo reset", flush=True)
                raise
        greet(wanted and demo.is_loaded())

    def work() -> None:
        with app.app_context():
            work_until_stopped()

    serve(app, work)


def install() -> None:
    """Enter the templates and routes that ship and are not there yet; what people made is left alone."""
    from core.documents.issuing import install_shipped
    from core.signoffs.service.templates import install_routes
    from roadmap.routes import install as install_plan_routes

    install_shipped()
    install_routes()
    install_plan_routes()


def greet(with_demo: bool) -> None:
    """The address and the demo sign-ins."""
    from agreements import demo

    print(f"\nСогласовано: {served_at()}/\n")
    if with_demo:
        print("Кем войти (образец):")
        for address, who in demo.sign_ins():
            print(f"  {address:<34} {who}")
        print(f"Пароль у всех: {demo.PASSWORD}\n", flush=True)


if __name__ == "__main__":
    main()
