"""What is written to the log: acts on accounts and letters, never a secret, never a whole address."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import Any


class Log:
    """A log of one subject, as key=value lines; silent until somebody wants to hear it (the command line does not)."""

    def __init__(self, subject: str) -> None:
        self._logger = logging.getLogger(f"decision_routes.{subject}")

    def info(self, event: str, **about: Any) -> None:
        """Something happened."""
        if self._logger.isEnabledFor(logging.INFO):
            self._structured.info(event, **about)

    def warning(self, event: str, **about: Any) -> None:
        """Something did not work that somebody should look at."""
        if self._logger.isEnabledFor(logging.WARNING):
            self._structured.warning(event, **about)

    @cached_property
    def _structured(self) -> Any:
        import structlog  # takes longer to load than most commands take to run

        return structlog.wrap_logger(
            self._logger,
            processors=[structlog.processors.KeyValueRenderer(key_order=["event"])],
            wrapper_class=structlog.stdlib.BoundLogger,
        )
