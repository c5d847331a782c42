"""Plain values survive the way to protobuf, and to a deployment's JSON, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.stacks.provider import wire
from ccdeploy.stacks.provider.values import UNKNOWN, Asset, Secret, has_secret, has_unknown
from hypothesis import given, settings
from hypothesis import strategies as st

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).filter(lambda t: t not in wire._UNKNOWNS)
keys = text.filter(lambda key: key != wire.SIGNATURE)
numbers = st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), st.floats(allow_nan=False, allow_infinity=False))
leaves = st.one_of(st.none(), st.booleans(), numbers, text)


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3))


few = settings(max_examples=60, deadline=None)
known = st.recursive(leaves, nested, max_leaves=8)
marked = st.recursive(
    st.one_of(leaves, st.just(UNKNOWN), st.builds(Secret, known), st.builds(Asset, st.just("ab"), text=text)),
    nested,
    max_leaves=8,
)


@few
@given(st.dictionaries(keys, marked, max_size=5))
def test_every_value_comes_back_from_protobuf_as_it_went(properties: dict[str, Any]) -> None:
    assert wire.from_struct(wire.to_struct(properties)) == properties


@few
@given(known)
def test_every_known_value_comes_back_from_a_deployment_as_it_went(value: Any) -> None:
    sealed = Secret(value)
    data = json.loads(json.dumps(wire.to_json({"a": value, "b": [sealed]}, lambda v: "sealed:" + json.dumps(v))))
    back = wire.from_json(data, lambda t: json.loads(t.removeprefix("sealed:")))
    assert back == {"a": value, "b": [sealed]}


def test_an_unknown_value_is_never_saved() -> None:
    with pytest.raises(ValueError, match="never be saved"):
        wire.to_json({"a": [UNKNOWN]}, str)


def test_references_and_outputs_become_what_a_provider_can_use() -> None:
    struct = wire.to_struct(
        {
            "custom": {wire.SIGNATURE: wire.RESOURCE, "urn": "u", "id": "i"},
            "new": {wire.SIGNATURE: wire.RESOURCE, "urn": "u", "id": ""},
            "component": {wire.SIGNATURE: wire.RESOURCE, "urn": "u"},
            "output": {wire.SIGNATURE: wire.OUTPUT, "value": 1, "secret": True},
            "later": {wire.SIGNATURE: wire.OUTPUT},
        }
    )
    assert wire.from_struct(struct) == {
        "custom": "i",
        "new": UNKNOWN,
        "component": "u",
        "output": Secret(1),
        "later": UNKNOWN,
    }


def test_assets_get_the_hash_of_what_they_hold(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(b"abc")
    struct = wire.to_struct({"a": {wire.SIGNATURE: wire.ASSET, "path": str(file)}})
    asset = wire.from_struct(struct)["a"]
    assert asset.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert asset.read() == b"abc"
    file.unlink()
    with pytest.raises(OSError, match=r"a\.wav"):
        wire.from_struct(struct)


def test_archives_and_remote_assets_are_refused_in_words() -> None:
    for fields, words in (
        ({wire.SIGNATURE: wire.ARCHIVE, "path": "x"}, "archives are not supported"),
        ({wire.SIGNATURE: wire.ASSET, "uri": "https://example.org/x"}, "remote assets are not supported"),
        ({wire.SIGNATURE: "ffff"}, "older than the Pulumi SDK"),
    ):
        with pytest.raises(wire.NotSupported, match=words):
            wire.from_struct(wire.to_struct({"a": fields}))


def test_marks_are_found_wherever_they_are() -> None:
    assert has_unknown({"a": [Secret({"b": UNKNOWN})]})
    assert not has_unknown({"a": [Secret(1)]})
    assert has_secret([{"a": Secret(1)}])
    assert "1" not in repr(Secret(1))
