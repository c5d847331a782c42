"""Target `aws` with everything but Pulumi's own plugin: the endpoint and the provider are the sandbox's."""

from __future__ import annotations

import json
from typing import Any

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
AWS = ("--target", "aws")


def account(centre: Any) -> dict[str, str]:
    """A sandbox that plays the account, as an operator's shell would name it."""
    endpoint = json.loads(centre("sandbox", "start", "--json").out)["endpoint"]
    return {**KEYS, "AWS_ENDPOINT_URL": endpoint, "CCDEPLOY_AWS_PLUGIN": "attach"}


def code(ran: Any) -> str:
    """The error's code: of a document, or of the last line of a stream."""
    lines = ran.out.splitlines()
    document = json.loads(lines[-1] if lines[-1].startswith("{") else ran.out)
    found: str = document["error"]["code"]
    return found


def test_every_guard_speaks_before_anything_is_done_and_then_the_stack_stands(centre: Any) -> None:
    env = account(centre)
    nobody = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_SHARED_CREDENTIALS_FILE": "none", "AWS_CONFIG_FILE": "none"}
    assert code(centre("preview", *AWS, "--json", code=1, **nobody)) == "credentials"
    elsewhere = {**env, "AWS_ENDPOINT_URL": "http://192.0.2.1"}
    assert code(centre("preview", *AWS, "--json", code=1, **elsewhere)) == "plugin"
    centre.edit("center.yaml", "region: eu-central-1", 'region: eu-central-1\naccount: "111122223333"')
    assert code(centre("preview", *AWS, "--json", code=1, **env)) == "other-account"
    centre.edit("center.yaml", "111122223333", "123456789012")
    assert code(centre("up", *AWS, "--json", code=1, **env)) == "needs-yes"
    assert code(centre("up", *AWS, "--json", "--yes", code=1, **env)) == "local-state"
    assert centre.mutations() == []

    planned = centre("preview", *AWS, "--json", **env).json["changes"]
    assert centre("up", *AWS, "--json", "--yes", "--local-state", **env).result["changes"] == planned
    assert centre("status", *AWS, "--json", **env).json["drift"] == []
    assert centre("status", "--json").json["instance"] is None, "a rehearsal and the account are kept apart"
    assert centre("down", *AWS, "--all", "--json", "--yes", **env).result["changes"]["delete"] == planned["create"]
