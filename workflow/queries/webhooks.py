"""Webhooks: which other tools are told of what, as those who look after them see it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection, RowMapping, select

from models.reminders import hooks
from workflow.errors import Unknown
from workflow.runtime import Looking


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook, without its secret. Of its address only the host: such addresses often let their holder in."""

    id: str
    name: str
    host: str
    forum: str | None  # its name; None: every forum
    created_at: datetime
    disabled: bool


def hooks_for(db: Connection) -> dict[str | None, list[str]]:
    """The webhooks that are told of a forum, by forum; under None those that are told of every forum."""
    found: dict[str | None, list[str]] = defaultdict(list)
    query = select(hooks.c.forum, hooks.c.id).where(hooks.c.disabled.is_(False))
    for row in db.execute(query.order_by(hooks.c.created_at, hooks.c.id)):
        found[row.forum].append(row.id)
    return dict(found)


def hook_list(look: Looking) -> list[Hook]:
    """Every webhook by name."""
    found = [_hook(look, row) for row in look.db.execute(select(hooks)).mappings()]
    return sorted(found, key=lambda hook: (hook.name.casefold(), hook.id))


def hook(look: Looking, name: str) -> Hook:
    """One webhook by its id."""
    row = look.db.execute(select(hooks).where(hooks.c.id == name)).mappings().one_or_none()
    if row is None:
        raise Unknown("There is no such webhook. Check the address, or look in the list of webhooks.")
    return _hook(look, row)


def _hook(look: Looking, row: RowMapping) -> Hook:
    host = urlsplit(str(row["url"])).hostname or ""  # the rest of such an address may be a key to it
    forum = look.known.forum_name(row["forum"]) if row["forum"] else None
    return Hook(row["id"], row["name"], host, forum, row["created_at"], row["disabled"])
