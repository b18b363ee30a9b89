"""Joins the room to the application: document kinds, the sign-off subject, reactions, commands."""

from __future__ import annotations

from apiflask import APIFlask

from agreements import commands, documents, hooks, reactions


def init_app(app: APIFlask) -> None:
    """Register what the other rooms must know of agreements."""
    documents.register_kinds()
    hooks.register_subject()
    app.cli.add_command(commands.group)
    assert reactions.issue_registered
