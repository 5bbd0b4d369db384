"""What is written down so that a command is up quickly, against what it was taken from."""

from __future__ import annotations

import subprocess
import sys

import holidays
from alembic.config import Config
from alembic.script import ScriptDirectory

from config.bank_holidays import BANK_HOLIDAYS
from models import migrations
from workflow.clear_days import KNOWN_FROM, KNOWN_UNTIL


def test_the_bank_holidays_written_down_are_those_of_the_package() -> None:
    years = range(KNOWN_FROM.year, KNOWN_UNTIL.year + 1)
    published = holidays.country_holidays("GB", subdiv="ENG", years=years, expand=False)
    assert set(published) == BANK_HOLIDAYS


def test_the_revisions_written_down_are_those_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0])
    newest_first = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(newest_first)) == migrations.REVISIONS


def test_a_command_loads_nothing_large_that_it_does_not_need() -> None:
    large = ("holidays", "alembic", "flask", "jinja2", "icalendar", "requests")
    loaded = f"import sys, web.cli; print([name for name in {large} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
