"""What is hashed is RFC 8785, whichever way it is written."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from routes.yaml_words import LARGEST_EXACT
from workflow.ledger import canonical

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_EXACT, LARGEST_EXACT)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("aZ_09é😀\ufb01"), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text("aZ_09é😀\ufb01"), values, max_size=5))
def test_every_value_is_spelt_as_the_standard_says(value: dict[str, object]) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [2**53, float("nan"), "\ud800", {1: 2}, object()])
def test_what_has_no_canonical_spelling_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical({"value": value})
