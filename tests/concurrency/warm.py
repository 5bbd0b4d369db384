"""Imported by the process that clerks are forked from, and by nothing else: it has worked already, with no database."""

import psycopg  # noqa: F401
import pytest  # noqa: F401
import sqlalchemy.dialects.postgresql.psycopg
import sqlalchemy.dialects.sqlite  # noqa: F401

from tests.concurrency import clerks  # noqa: F401
from workflow.clear_days import standard_calendar

standard_calendar()
