"""The field's verbs: what a forum is asked to do, what it did, and how much each is worth.

Verbs are compared by strength, never by name: "agreed" at a consultative partnership is advice, at a
Cabinet it is a decision. A consultative forum's outcome never counts for more than an endorsement.
"""

from typing import Final, Literal, get_args

ASKS: Final[dict[str, int]] = {
    "note": 0, "receive": 0, "discuss": 0,
    "support": 1, "consult": 1,
    "endorse": 2, "recommend": 2,
    "agree": 3, "approve": 3, "ratify": 3, "decide": 3, "appoint": 3,
}  # fmt: skip

OUTCOMES: Final[dict[str, int]] = {
    "noted": 0, "received": 0, "discussed": 0,
    "supported": 1, "consulted": 1,
    "endorsed": 2, "recommended": 2,
    "agreed": 3, "approved": 3, "ratified": 3, "decided": 3, "appointed": 3,
}  # fmt: skip

ENDORSEMENT: Final = 2
DECISION: Final = 3

Form = Literal["consultative", "individual", "committee", "joint-committee", "lead-provider"]
Role = Literal["secretary", "member", "chair", "lead", "clearer", "author", "auditor", "admin"]
ROLES: Final[tuple[str, ...]] = get_args(Role)

#: Who makes a check, where that is nobody by id: the lead of the item's organisation, or its owner.
CHECKED_BY: Final = ("lead", "owner")


def power_of(form: str) -> int:
    """The strongest ask that reaches a forum of this form: advice at a consultative forum, else a decision."""
    return ENDORSEMENT if form == "consultative" else DECISION


def strength_of(outcome: str, form: str | None) -> int | None:
    """What an outcome is worth at a forum of this form; None for deferred, referred back and rejected."""
    worth = OUTCOMES.get(outcome)
    if worth is None:
        return None
    return worth if form is None else min(worth, power_of(form))
