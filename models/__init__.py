"""What is kept: one file per subject. Tables only; what may happen to them is decided in `workflow/`."""

from models import accounts, forecasts, items, ledger, organisations, outbox, reports, steps  # noqa: F401  (registers every table)
from models.base import metadata

__all__ = ["metadata"]
