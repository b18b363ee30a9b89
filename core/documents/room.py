"""Documents join the application: downloads of issued documents and attached files."""

from __future__ import annotations

from flask import Flask

from core.documents import views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
