"""The schemas describe every key, and what they show as an example is right in both readings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from ccdeploy.specs import nodes, schema
from ccdeploy.specs.grammar import words
from ccdeploy.specs.grammar.calls import calls
from ccdeploy.specs.grammar.center import center
from ccdeploy.specs.grammar.common import BUILT_IN_FLOWS
from ccdeploy.specs.grammar.shapes import Either, Field, ListOf, MapOf, Reading, Record, Shape
from ccdeploy.specs.problems import Problems, Where
from ccdeploy.specs.yaml import parse

SPEC_KEYS = """center title region account time_zone language voice languages instance recording data safety switches
    hours_of_operation queues defaults routing_profiles security_profiles hierarchy agent_statuses external_numbers
    quick_connects phone_numbers prompts lambdas bots approved_origins skills attributes rosters agents quotas staffing
    tags state environments""".split()  # noqa: SIM905 - read as in the reference


def fields(shape: Shape, path: str = "") -> Iterator[tuple[str, Field]]:
    """Every key of a table with its path."""
    if isinstance(shape, Record):
        for name, part in shape.fields.items():
            yield f"{path}.{name}", part
            yield from fields(part.shape, f"{path}.{name}")
    elif isinstance(shape, (ListOf, MapOf)):
        yield from fields(shape.item, f"{path}.*")
    elif isinstance(shape, Either):
        for inner in (shape.scalar, shape.sequence, shape.mapping):
            if inner is not None:
                yield from fields(inner, path)


EVERY = [*fields(center(), "center"), *fields(calls(), "calls")]


def test_every_key_of_the_language_is_in_the_schema() -> None:
    assert set(SPEC_KEYS) <= set(schema.center_schema()["properties"])


@pytest.mark.parametrize("make", [schema.center_schema, schema.calls_schema, schema.texts_schema])
def test_the_schemas_are_valid_and_plain_json(make: Any) -> None:
    made = make()
    jsonschema.Draft202012Validator.check_schema(made)
    assert json.loads(json.dumps(made)) == made


@pytest.mark.parametrize(("path", "part"), EVERY, ids=[path for path, _ in EVERY])
def test_each_key_has_a_description_and_an_example_that_fits(path: str, part: Field) -> None:
    assert part.doc.endswith(".")
    made = part.schema()
    assert made["description"]
    jsonschema.Draft202012Validator(made).validate(part.example)


@pytest.mark.parametrize(("path", "part"), EVERY, ids=[path for path, _ in EVERY])
def test_each_example_is_read_without_a_problem(path: str, part: Field) -> None:
    problems = Problems()
    tree = parse(json.dumps({"x": part.example}, ensure_ascii=False), "example", problems)
    assert tree is not None
    part.shape.read(tree.entries["x"], Where("example", 1, 1), Reading(problems))
    soon = [p for p in problems.found if p.code == "not-supported"]
    assert [str(p) for p in problems.found if p not in soon] == []


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    validator = jsonschema.Draft202012Validator(schema.center_schema())
    good = {
        "center": "covidom",
        "region": "eu-central-1",
        "time_zone": "Europe/Paris",
        "instance": {"alias": "covidom"},
    }
    validator.validate(good)
    changes: list[dict[str, Any]] = [
        {"colour": "blue"},
        {"region": "eu-west-3"},
        {"queues": {"triage": {}}},
        {"center": "Covidom"},
    ]
    for change in changes:
        assert list(validator.iter_errors({**good, **change})), change


def test_what_is_not_built_yet_says_so_at_its_line() -> None:
    late = Record(
        {"now": Field("It is there.", "x", words.text()), "later": Field("Not yet.", "x", words.text(), soon=True)}
    )
    problems = Problems()
    tree = parse("now: x\nlater: x\n", "f.yaml", problems)
    assert isinstance(tree, nodes.Mapping)
    assert late.read(tree, Where("f.yaml", 1, 1), Reading(problems)) == {"now": "x"}
    assert [(p.where.line, p.code, p.message) for p in problems.found] == [
        (2, "not-supported", '"later" is not supported yet')
    ]
    assert not [name for name, part in center().fields.items() if part.soon]


def test_the_built_in_flows_cover_every_moment() -> None:
    moments = {name.replace("-", "_") for name in BUILT_IN_FLOWS}
    assert moments == set(schema.center_schema()["properties"]["defaults"]["properties"])
