"""Before the stages: what the folder says the account was granted, and what an interrupted run left unsettled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..specs.errors import Refused

if TYPE_CHECKING:
    from ..stacks.engine.plan import Recover
    from .wiring import Work


def grant_quotas(work: Work) -> None:
    """Give the instance on the sandbox the limits that `quotas:` of the folder names; on AWS only Amazon can.

    The instance must be there. Raises Refused when the sandbox does not take them.
    """
    if not work.endpoint or not work.center.quotas:
        return
    from ..sandbox.control import ControlFailed
    from ..sandbox.control import grant_quotas as grant

    try:
        grant(work.endpoint, work.center.instance.alias, work.center.quotas)
    except ControlFailed as error:
        raise Refused(f"{error}.", hint="Check `quotas:` in center.yaml.", where="quotas", code="quotas") from error


def finder(work: Work) -> Recover:
    """Looks an interrupted create up in the cloud, by name and by our tags."""
    from ..stacks.cloud.lookup import find

    def look_up(token: str, name: str, inputs: Mapping[str, Any]) -> str | None:
        return find(work.cloud, token, name, inputs, work.center.stack_name)

    return look_up
