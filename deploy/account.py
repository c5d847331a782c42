"""The account that a run on AWS goes to: credentials, account, identity and Region are known before anything else.

Two variables take the place of the account for a rehearsal of this very path (engine.md 1.11 calls it target `aws`
without AWS): `AWS_ENDPOINT_URL` names the endpoint of every service, and `CCDEPLOY_AWS_PLUGIN=attach` serves the `aws`
provider of the sandbox instead of Pulumi's plugin. The second is refused unless the first is this machine.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ..specs.errors import CloudError, Refused
from ..specs.frozen import dataclass
from .sign_in import check_credentials, unknown

if TYPE_CHECKING:
    from ..specs.model import Center
    from ..stacks.cloud.client import Cloud

ENDPOINT: Final = "AWS_ENDPOINT_URL"
PLUGIN: Final = "CCDEPLOY_AWS_PLUGIN"


@dataclass(frozen=True, slots=True)
class Door:
    """The door to the account; `attached` is the endpoint that our own `aws` provider serves, or ""."""

    cloud: Cloud
    account: str
    identity: str
    attached: str


def door(center: Center) -> Door:
    """Check who we are and where. Raises Refused or CloudError, in one sentence, before anything is done."""
    from ..stacks.cloud.client import Cloud, is_loopback

    endpoint = os.environ.get(ENDPOINT) or None
    attach = os.environ.get(PLUGIN, "")
    if attach not in {"", "attach"}:
        raise Refused(f"{PLUGIN} is {attach!r}.", hint=f"The one value is attach; or: unset {PLUGIN}", code="plugin")
    if attach and not is_loopback(endpoint):
        raise Refused(
            f"{PLUGIN}=attach serves the sandbox's own aws provider, which must not meet a real account.",
            hint=f"Set {ENDPOINT} to a sandbox on this machine, or: unset {PLUGIN}",
            code="plugin",
        )
    if endpoint is not None and (urlsplit(endpoint).scheme not in {"http", "https"} or not urlsplit(endpoint).hostname):
        raise Refused(
            f"{ENDPOINT} is no address: {endpoint}",
            hint=f"Write it with http:// or https://, or: unset {ENDPOINT}",
            code="endpoint",
        )
    check_credentials()
    cloud = Cloud(center.region, endpoint_url=endpoint)
    try:
        who = cloud.call("sts", "get_caller_identity")
    except CloudError as error:
        raise unknown(error) from error
    account, identity = str(who["Account"]), str(who["Arn"])
    if center.account is not None and account != center.account:
        raise Refused(
            f"These credentials are of account {account} ({identity}), but center.yaml says {center.account}.",
            hint="Set AWS_PROFILE to that account, or correct `account:`.",
            where="center.yaml",
            code="other-account",
        )
    return Door(cloud, account, identity, endpoint or "" if attach else "")
