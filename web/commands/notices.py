"""Drafts of notices, printed as plain text."""

from __future__ import annotations

import click

from web import options
from web.commands import opened, print_json
from workflow.notices import TITLES
from workflow.queries.notices import notice


@click.command("notice-text")
@click.argument("item")
@click.argument("step")
@click.argument("kind", type=click.Choice(list(TITLES)), metavar="KIND")
@options.database
@options.as_json
def notice_text(item: str, step: str, kind: str, db: str | None, as_json: bool) -> None:
    """Draft a notice from what is on record; what is not known is marked [TO COMPLETE: …].

    KIND is key-decision-notice, private-notice, private-notice-again, general-exception, special-urgency, urgent-item
    or call-in-waiver.
    """
    with opened(db).looking() as look:
        draft = notice(look, None, item, step, kind)
    if as_json:
        print_json({"item": item, "step": step, "kind": kind, "title": draft.title, "text": draft.text,
                    "to_complete": list(draft.gaps), "cautions": list(draft.cautions)})  # fmt: skip
        return
    click.echo(draft.text.encode(), nl=False)


COMMANDS = (notice_text,)
