"""Whether somebody may see one item: asked before every page that is about one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, literal, select

from models.forecasts import forecasts
from workflow.runtime import Looking
from workflow.visibility import Reader, visible


def may_see_item(look: Looking, reader: Reader, item: str) -> bool:
    """False for an item that is not there just as for one that is not theirs to see."""
    query = select(forecasts.c.item).where(forecasts.c.item == item, visible(reader))
    return look.db.execute(query).first() is not None


def may_see_exempt(look: Looking, reader: Reader, item: str) -> bool:
    """Whether somebody may see what is in Part II of an item: its exempt files, whatever part it is in itself."""
    exempt: ColumnElement[str] = literal("II")
    query = select(forecasts.c.item).where(forecasts.c.item == item, visible(reader, part=exempt))
    return look.db.execute(query).first() is not None
