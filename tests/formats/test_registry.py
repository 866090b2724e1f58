"""Which formats may claim a name: the quick answer is the one of the expressions."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immutable_delivery.formats.registry import REGISTRY, Entry, candidates


@pytest.mark.parametrize("entry", REGISTRY, ids=[entry.name for entry in REGISTRY])
@settings(max_examples=15)
@given(data=st.data())
def test_a_name_that_the_expression_fits_is_a_candidate(entry: Entry, data: st.DataObject) -> None:
    name = data.draw(st.from_regex(re.compile(entry.names)).filter(lambda name: "/" not in name))
    named = re.search(entry.names, name) and re.search(entry.paths, name)
    assert (entry in candidates(name)) == bool(named)
