"""When something does not work: one calm page, with what to do next."""

from __future__ import annotations

import structlog
from flask import Flask, Response, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from web.reading import stop_looking
from workflow.errors import Unavailable, WorkflowError

log = structlog.get_logger()

HEADINGS = {
    400: "That could not be understood",
    401: "Sign in first",
    403: "You may not do this",
    404: "Page not found",
    405: "That cannot be done here",
    409: "Somebody was first",
    413: "That is too large",
    422: "That could not be recorded",
    429: "Too many attempts",
    500: "Something went wrong",
    503: "Not available at the moment",
}

WHAT_NEXT = {
    400: "Go back and try again. If it happens again, tell whoever looks after this installation.",
    404: "Check the address, or start from the list of decisions.",
    405: "Go back to the page you came from and use its buttons.",
    413: "Files may have at most 20 MB each and a page at most 50 MB in all. Send fewer or smaller ones.",
    500: "Nothing was half-done. Go back and look whether it was recorded before you repeat it.",
    503: "Nothing was recorded. Try again in a moment.",
}


def install(app: Flask) -> None:
    """Explain every error of ours, of HTTP and unforeseen ones."""
    app.register_error_handler(WorkflowError, _workflow)
    app.register_error_handler(Unavailable, _unavailable)
    app.register_error_handler(CSRFError, _forgery)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def explained(
    status: int, sentence: str | None = None, what_next: list[dict[str, str]] | None = None
) -> tuple[str, int]:
    """The page for one status, with the sentence that fits and what can be done."""
    page = render_template(
        "errors/explained.html",
        status=status,
        heading=HEADINGS.get(status, HEADINGS[400]),
        sentence=sentence,
        what_next=what_next or WHAT_NEXT.get(status),
    )
    return page, status


def _workflow(err: WorkflowError) -> tuple[str, int]:
    stop_looking()
    return explained(err.status, str(err))


def _unavailable(err: Unavailable) -> tuple[str, int]:
    """Which database it is, and where, is for the log and not for whoever asks."""
    stop_looking()
    log.warning("unavailable", why=str(err))
    return explained(err.status, "The database cannot be used just now.")


def _forgery(_err: CSRFError) -> tuple[str, int]:
    sentence = "This form was not sent from a page of yours, or its page is too old."
    if current_user.is_authenticated:
        return explained(400, sentence)
    return explained(
        400, f"{sentence} You are signed out.", [{"text": "Sign in first", "href": url_for("account.sign_in")}]
    )


def _http(err: HTTPException) -> tuple[str, int] | Response | HTTPException:
    if err.code is None or err.code < 400:
        return err
    return explained(err.code)


def _unforeseen(err: Exception) -> tuple[str, int]:
    """Said to the log with where it happened, to the person without."""
    stop_looking()
    log.error("unforeseen", endpoint=request.endpoint, kind=type(err).__name__, exc_info=err)
    return explained(500)
