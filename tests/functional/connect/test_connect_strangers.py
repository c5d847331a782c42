"""Clients that nobody has seen: requests made of the service's own model, spoiled in every way, for every operation."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from ccdeploy.sandbox.server import Running

from .conftest import Centre, client, make_centre
from .hostile import Stranger, furnish, furnish_bot, raw, send
from .wire import faults_of

SEEDS = range(100 if os.environ.get("CCDEPLOY_TORTURE") else 3)
NOT_THERE = frozenset((404, 501))  # no such operation, or one that is not built


def complaint(operation: Any, answer: tuple[int, dict[str, str], bytes], empty: bool) -> str:
    """What is wrong with an answer: no modelled error, or not of the form that the model tells."""
    status, headers, body = answer
    if status == 500 or not headers.get("x-amzn-requestid"):
        return f"HTTP {status}: {body[:300]!r}"
    if status in NOT_THERE and headers.get("x-amzn-errortype") == "UnknownOperationException":
        return ""
    if empty and status == 200:
        return ""  # an empty name in the path means the list of all
    return "; ".join(faults_of(operation, status, headers, body))


def model_of(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_sent_the_answer_is_one_that_the_model_has(seed: int, serving: Callable[..., Running]) -> None:
    running = serving(quotas=False, history=False)
    known = {**furnish(make_centre(running.endpoint)), **furnish_bot(client("lexv2-models", running.endpoint))}
    stranger, found, codes = Stranger(known, seed), [], Counter[int]()
    for service, signed in (("connect", "connect"), ("lexv2-models", "lex")):
        model = model_of(service)
        last = ("Delete", "Disassociate", "Release", "Untag")
        for name in sorted(model.operation_names, key=lambda one: (one.startswith(last), one)):
            operation = model.operation_model(name)
            legal = stranger.legal(operation.input_shape) if operation.input_shape is not None else {}
            for given in (legal, stranger.spoiled(legal), stranger.spoiled(stranger.spoiled(legal))):
                empty = isinstance(given, dict) and "" in given.values()
                answer = send(running.application, signed, operation, given)
                codes[answer[0]] += 1
                if wrong := complaint(operation, answer, empty):
                    found.append(f"{name}({given!r:.300}): {wrong}")
    assert found == []
    assert codes[200] > 60  # the legal ones are not all refused
    assert codes[400] > 300


def test_absurd_paths_methods_and_bodies_are_told_in_words(centre: Centre, sandbox: Running) -> None:
    chance = random.Random(1)
    paths = [
        "/",
        "//",
        "/queues",
        f"/queues/{centre.instance}",
        "/%00",
        "/users/%ff%fe",
        "/instance/..",
        "/tags/arn:aws:",
    ]
    bodies = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'"\\ud800"',
        b'{"Name": "\\ud800"}',
        b"[" * 5000,
        b'{"a":' * 5000,
    ]
    for service in ("connect", "lex"):
        for _ in range(400):
            method = chance.choice(("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"))
            path, body = chance.choice(paths), chance.choice(bodies)
            query = chance.choice(
                ("", "maxResults=abc", "nextToken=%ff", "maxResults=-1", "nextToken=bnVsbA==", "a&&=b")
            )
            status, headers, text = raw(sandbox.application, service, method, path, query, body)
            assert status in (200, 400, 404, 501), (method, path, query, body[:40], text[:200])
            assert status == 200 or headers["x-amzn-errortype"]


def test_a_token_that_the_service_did_not_give_is_refused_by_every_list(centre: Centre, sandbox: Running) -> None:
    known = {**furnish(centre), **furnish_bot(client("lexv2-models", sandbox.endpoint))}
    seen = 0
    for service, signed, member in (("connect", "connect", "NextToken"), ("lexv2-models", "lex", "nextToken")):
        model = model_of(service)
        for name in model.operation_names:
            operation = model.operation_model(name)
            shape = operation.input_shape
            if shape is None or member not in shape.members:
                continue
            wire_name = shape.members[member].serialization.get("name", member)
            for token in ("abc", "bnVsbA==", "W10=", "WzEsIngiXQ==", "W1tb" * 600):
                given = {**Stranger(known, 2).legal(shape), wire_name: token}
                status, _, body = send(sandbox.application, signed, operation, given)
                if status != 501:
                    seen += 1
                    assert 400 <= status < 500, (name, token, body[:200])
    assert seen > 200
