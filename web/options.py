"""Kinds of command-line values, and the options that many commands share."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import click

from workflow.clock import LONDON
from workflow.shapes import too_far


class DayType(click.ParamType):
    """A date such as 2023-10-05."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or found.isoformat() != value:
            self.fail(f"“{value}” is no date; write year, month and day, such as 2023-10-05", param, ctx)
        if sentence := too_far(found):
            self.fail(sentence, param, ctx)
        return found


class MomentType(click.ParamType):
    """A date and time; local to England unless it says otherwise."""

    name = "datetime"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is no date and time; write 2023-10-05T14:00", param, ctx)
        if sentence := too_far(found):
            self.fail(sentence, param, ctx)
        return (found if found.tzinfo else found.replace(tzinfo=LONDON)).astimezone(UTC)


class DueMomentType(MomentType):
    """A date and time; a date alone is 6pm of that day, by when what is due on it was due."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        found = super().convert(value, param, ctx)
        return found + timedelta(hours=18) if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) else found


class TimeType(click.ParamType):
    """A time of day such as 14:00."""

    name = "hh:mm"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(value)):
            self.fail(f"“{value}” is no time of day; write it such as 14:00", param, ctx)
        return str(value)


class DayOrMeetingType(click.ParamType):
    """A date, or the id of a meeting."""

    name = "date|meeting"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if re.fullmatch(r"[\d-]+", str(value)):
            return DAY.convert(value, param, ctx).isoformat()
        return str(value)


class YesNoType(click.ParamType):
    """yes or no."""

    name = "yes|no"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bool:
        if value in (True, "yes"):
            return True
        if value in (False, "no"):
            return False
        return bool(self.fail(f"“{value}” is neither yes nor no", param, ctx))


class PoundsType(click.ParamType):
    """A sum such as 2500000."""

    name = "pounds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | float:
        if isinstance(value, int | float):
            return value
        if not re.fullmatch(r"\d{1,15}(\.\d\d?)?", str(value)):
            self.fail(f"“{value}” is no sum in pounds; write it such as 2500000", param, ctx)
        return float(value) if "." in value else int(value)


class SlipType(click.ParamType):
    """A step put on a day: STEP=DATE."""

    name = "step=date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, date]:
        step, found, day = str(value).rpartition("=")
        if not found or not step:
            self.fail(f"“{value}” is not of the form STEP=DATE, such as cabinet=2023-11-02", param, ctx)
        return step, DAY.convert(day, param, ctx)


class TargetType(click.ParamType):
    """A wanted date, of the whole item or of one step: DATE or STEP=DATE."""

    name = "date|step=date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str | None, date]:
        step, found, day = str(value).rpartition("=")
        if found and not step:
            self.fail(f"“{value}” names no step; write 2023-10-10, or cabinet=2023-10-10 for one step", param, ctx)
        return step or None, DAY.convert(day, param, ctx)


class ConditionType(click.ParamType):
    """A condition of an outcome: "TEXT;OWNER;DUE", the day being optional."""

    name = "text;owner;due"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        parts = [part.strip() for part in str(value).rsplit(";", 2)]
        if len(parts) == 3 and parts[2]:
            try:
                return {"text": parts[0], "owner": parts[1], "due": date.fromisoformat(parts[2])}
            except ValueError:
                if not parts[2].replace("-", "").isalpha():
                    self.fail(f"“{parts[2]}” is no date; write it such as 2023-10-05", param, ctx)
        text, found, owner = str(value).rstrip("; ").rpartition(";")
        if not found:
            self.fail(f'“{value}” is not of the form "TEXT;OWNER;DUE"', param, ctx)
        return {"text": text.strip(), "owner": owner.strip()}


DAY, MOMENT, TIME, UNTIL = DayType(), MomentType(), TimeType(), DayOrMeetingType()
DUE_MOMENT = DueMomentType()
YES_NO, SLIP, CONDITION, POUNDS = YesNoType(), SlipType(), ConditionType(), PoundsType()
TARGET = TargetType()

Command = Callable[..., Any]


def together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


database = click.option("--db", "db", metavar="URL", help="The database: sqlite:///file or postgresql://…")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
on_day = click.option("--on", type=DAY, help="The business date (default: today).")
known_at = click.option("--known-at", type=MOMENT, help="Leave out what was recorded after this moment.")

acting = together(
    on_day,
    click.option("--by", metavar="PERSON", help="For whom it is recorded (default: the operator)."),
    click.option("--reason", metavar="TEXT", help="Why."),
    database,
    as_json,
)
