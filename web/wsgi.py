"""For a WSGI server of your own: `application`, made from the settings in the environment when first asked for."""

from __future__ import annotations

from functools import cache
from typing import Any

from config.settings import from_environment
from workflow.runtime import open_runtime
from workflow.setup import must_be_ready


@cache
def _made() -> Any:
    from web.app import create_app

    settings = from_environment()
    runtime = open_runtime(settings.database_url, ledger_key=settings.ledger_key, address=settings.address)
    must_be_ready(runtime)
    return create_app(runtime, settings)


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """The WSGI entry."""
    return _made()(environ, start_response)
