"""For administrators: the letters that were written, those that did not go out, and the webhooks of other tools."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.acting import perform
from web.forms import post as forms
from web.reading import looking, person, reader
from workflow import outbox
from workflow.errors import WorkflowError
from workflow.queries import post as queries
from workflow.queries import webhooks as hook_queries
from workflow.queries.paging import Page
from workflow.use_cases import post as use_cases

pages = Blueprint("post", __name__, url_prefix="/administration")

Shown = str | Response | tuple[str, int]

WORDS = {
    "kind_words": forms.kind_words,
    "because_words": forms.because_words,
    "rung_words": forms.rung_words,
    "STATE_WORDS": forms.STATE_WORDS,
    "WAYS": forms.WAYS,
}


@pages.context_processor
def _words() -> dict[str, Any]:
    return WORDS


@pages.get("/letters")
def letters() -> Shown:
    """Every letter, the newest first, and which reminders could not be written at all."""
    said = forms.narrowed(request.args)
    with looking() as look:
        people, too_many = queries.people_named(look, said["words"]) if "words" in said else (None, False)
        wanted = queries.Wanted(said.get("state"), said.get("kind"), None if people is None else tuple(people))  # type: ignore[arg-type]
        page = queries.letter_list(look, reader(), wanted, forms.place_of(request.args))
        failing, failing_in_all = queries.failing(look, reader())
        return render_template(
            "post/letters.html",
            page=page,
            said=said,
            kinds=_kinds(look, said.get("kind")),
            too_many=too_many,
            most_people=queries.MOST_PEOPLE,
            counts=outbox.waiting(look),
            failing=failing,
            failing_in_all=failing_in_all,
            **_pages(page, said),
        )


@pages.get("/letters/<letter>")
def letter(letter: str) -> Shown:
    """One letter: its head, its text where that may be read, and why it was written."""
    with looking() as look:
        found = queries.letter(look, reader(), letter)
        return render_template("post/letter.html", found=found, row=found.row)


@pages.post("/letters/<letter>/again")
def again(letter: str) -> Shown:
    """Have one given-up letter tried again."""
    done, _plans = perform(use_cases.try_again, use_cases.TryAgain(person().id, letter))
    flash(done.sentence, "success")
    return redirect(url_for("post.letter", letter=letter), 303)


@pages.route("/letters/again", methods=["GET", "POST"])
def all_again() -> Shown:
    """Have every given-up letter tried again, after looking at what that would be."""
    if request.method == "POST":
        done, _plans = perform(use_cases.try_again, use_cases.TryAgain(person().id))
        flash(done.sentence, "success")
        return redirect(url_for("post.letters"), 303)
    with looking() as look:
        return render_template("post/again.html", found=queries.to_try_again(look))


@pages.get("/webhooks")
def webhooks() -> Shown:
    """Which other tools are told of what, and how they can be sure that it comes from here."""
    with looking() as look:
        return render_template("post/webhooks.html", hooks=hook_queries.hook_list(look))


@pages.route("/webhooks/new", methods=["GET", "POST"])
def new_webhook() -> Shown:
    """Add a webhook; its secret is on the page that follows, and never again."""
    with looking() as look:
        form = forms.HookForm()
        form.offer(look.known)
        if request.method == "GET":
            return render_template("post/new_webhook.html", form=form)
        if not form.validate():
            return render_template("post/new_webhook.html", form=form), 422
        wanted = use_cases.NewHook(person().id, form.name.data, form.url.data, form.forum.data or None)
    try:
        made, _plans = perform(use_cases.add_webhook, wanted)
    except WorkflowError as err:
        form.refused(err)
        return render_template("post/new_webhook.html", form=form), err.status
    return render_template("post/made.html", made=made)  # no redirect: the secret must not stand in a cookie


@pages.route("/webhooks/<hook>", methods=["GET", "POST"])
def webhook(hook: str) -> Shown:
    """One webhook: try it, disable or enable it, or remove it after saying so twice."""
    wanted = request.form.get("do", "")[:20]
    if request.method == "GET" or wanted == "ask":
        with looking() as look:
            found = hook_queries.hook(look, hook)
            return render_template("post/remove.html" if wanted == "ask" else "post/webhook.html", found=found)
    done, _plans = perform(use_cases.change_webhook, use_cases.HookAct(person().id, hook, wanted))
    flash(done.sentence, "success")
    if wanted == "remove":
        return redirect(url_for("post.webhooks"), 303)
    return redirect(url_for("post.webhook", hook=hook), 303)


def _kinds(look: Any, chosen: str | None) -> list[tuple[str, str]]:
    """The kinds that the list can be narrowed to, in the order of their words."""
    there = {*queries.kinds(look), *([chosen] if chosen else [])}
    return sorted(((kind, forms.kind_words(kind)) for kind in there), key=lambda pair: pair[1])


def _pages(page: Page[queries.LetterRow], said: dict[str, str]) -> dict[str, str | None]:
    return {
        "earlier": url_for("post.letters", **said, before=forms.place_word(page.earlier)) if page.earlier else None,
        "later": url_for("post.letters", **said, after=forms.place_word(page.later)) if page.later else None,
    }
