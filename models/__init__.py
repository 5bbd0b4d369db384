"""What is kept: one file per subject. Tables only; what may happen to them is decided in `workflow/`."""

from models import (  # noqa: F401  (registers every table)
    accounts,
    forecasts,
    items,
    ledger,
    organisations,
    outbox,
    reminders,
    reports,
    slips,
    steps,
)
from models.base import metadata

__all__ = ["metadata"]
