"""The last applied centre is kept as text: nothing is lost, the same centre gives the same bytes."""

from __future__ import annotations

import datetime as dt
import typing
from pathlib import Path

import pytest
from ccdeploy.specs import canonical, model, nodes
from ccdeploy.specs.errors import StateError
from ccdeploy.specs.load import load
from ccdeploy.specs.problems import Where
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CENTRES = Path(__file__).parents[2] / "centres"
WORDS = st.text(max_size=6)
WHERES = st.builds(Where, WORDS, st.integers(0, 99), st.integers(0, 99))
SCALARS = st.builds(nodes.Scalar, WORDS, WHERES, st.booleans())
NODES = st.recursive(
    SCALARS,
    lambda inner: (
        st.builds(nodes.Sequence, st.lists(inner, max_size=2).map(tuple), WHERES)
        | st.builds(nodes.Mapping, st.dictionaries(WORDS, inner, max_size=2), WHERES, st.dictionaries(WORDS, WHERES))
    ),
    max_leaves=4,
)
FLOWS = st.builds(model.FlowFile, WORDS, st.sampled_from(typing.get_args(model.FlowType)), WORDS, NODES, WHERES)
TEXTS = st.builds(
    model.Text,
    st.dictionaries(WORDS, st.builds(model.Speech, st.sampled_from(["text", "ssml", "prompt"]), WORDS), max_size=2),
    WHERES,
)
OVERRIDES = st.builds(
    model.HoursOverride,
    WORDS,
    st.dates(),
    st.dates(),
    st.lists(st.tuples(st.integers(0, 1440), st.integers(0, 1440)), max_size=2).map(tuple),
)
PERIODS = st.builds(model.Period, st.sampled_from(model.DAYS), st.integers(0, 1440), st.integers(0, 1440))
HOURS = st.builds(
    model.Hours,
    WORDS,
    WORDS,
    was=st.none() | WORDS,
    periods=st.lists(PERIODS, max_size=2).map(tuple),
    overrides=st.lists(OVERRIDES, max_size=2).map(tuple),
)
STAFFING = st.builds(
    model.Staffing, st.none() | WORDS, st.floats(0, 1e6), st.integers(), st.integers(), st.floats(0, 1)
)


@pytest.mark.parametrize("name", ["design", "small"])
def test_a_loaded_centre_survives_the_round_trip(name: str) -> None:
    center = load(CENTRES / name, today=dt.date(2026, 11, 22)).center
    assert center is not None
    text = canonical.dump(center)
    again = canonical.parse(text)
    assert again == center
    assert canonical.dump(again) == text
    assert again.real_queues == center.real_queues


@given(
    hours=st.dictionaries(WORDS, HOURS, max_size=2),
    texts=st.dictionaries(WORDS, TEXTS, max_size=2),
    flows=st.dictionaries(WORDS, FLOWS, max_size=2),
    staffing=st.lists(STAFFING, max_size=2).map(tuple),
    tags=st.dictionaries(WORDS, WORDS, max_size=3),
    account=st.none() | WORDS,
    today=st.dates(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_value_is_lost(**parts: typing.Any) -> None:
    import dataclasses

    base = load(CENTRES / "small", today=dt.date(2026, 11, 22)).center
    assert base is not None
    center = dataclasses.replace(base, **parts)
    assert canonical.parse(canonical.dump(center)) == center


def test_the_order_of_maps_is_kept() -> None:
    center = load(CENTRES / "design", today=dt.date(2026, 11, 22)).center
    assert center is not None
    assert list(canonical.parse(canonical.dump(center)).queues) == ["triage", "information"]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"version": 99, "center": {}}', '{"version": 1, "center": {"x": 1}}']
)
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(StateError) as caught:
        canonical.parse(text)
    assert caught.value.hint
