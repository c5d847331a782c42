"""Before the stages: what the folder says the account was granted, and what an interrupted run left unsettled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ..specs.errors import CloudError, Refused
from .standing import standing

if TYPE_CHECKING:
    from ..stacks.engine.plan import Recover
    from .wiring import Work

OLD_LINK: Final = "aws:connect/phoneNumberContactFlowAssociation:PhoneNumberContactFlowAssociation"


def check_place(work: Work) -> None:
    """The stack must be where the last run left it. Raises Refused for another Region or an instance that is gone."""
    last = work.last_applied()
    if last is not None and last.region != work.center.region:
        raise Refused(
            f"The stack stands in {last.region}, the folder now says {work.center.region}: a centre cannot move.",
            hint=f"Put region: {last.region} back, or remove the stack first: ccdeploy down --all",
            where="center.yaml",
            code="region-changed",
        )
    there, wanted = instance_id(work), work.center.instance.adopt
    owned = not wanted and last is not None and last.instance.adopt
    if there and (owned or (wanted and there != wanted)):
        raise Refused(
            f"The stack stands in the instance {there}, the folder now names another one: a centre cannot move.",
            hint="Put instance: back as it was, or remove the stack first: ccdeploy down --all",
            where="instance.adopt",
            code="instance-changed",
        )
    if there and not instance_there(work):
        raise Refused(
            "The instance that this stack recorded is not there any more: it was deleted, or the sandbox was emptied.",
            hint="Forget what was recorded, then begin anew: ccdeploy down --all",
            where=work.center.instance.alias,
            code="instance-gone",
        )


def instance_alias(work: Work) -> str:
    """The alias of the instance that the state holds, or "": the folder may call it otherwise by now."""
    return str((standing(work.engine).get("instance") or {}).get("alias") or "")


def instance_id(work: Work) -> str:
    """The id of the instance that the state holds, or ""."""
    return str((standing(work.engine).get("instance") or {}).get("id") or "")


def instance_there(work: Work) -> bool:
    """Whether the recorded instance answers. Raises CloudError for every other refusal."""
    from ..stacks.cloud.client import is_missing

    try:
        work.cloud.call("connect", "describe_instance", InstanceId=instance_id(work))
    except CloudError as error:
        if is_missing(error):
            return False
        raise
    return True


def forget_old_links(work: Work) -> None:
    """Which flow answers a number was pulumi-aws's resource once. Deleting that would take the line off its flow, so
    it is forgotten: ours takes the number up as it stands."""
    resources = work.engine.export()["deployment"].get("resources") or ()
    if any(item["type"] == OLD_LINK for item in resources):
        document = work.engine.export_open()
        deployment = document["deployment"]
        deployment["resources"] = [item for item in deployment["resources"] if item["type"] != OLD_LINK]
        work.engine.replace_state(document)


def grant_quotas(work: Work, alias: str = "") -> None:
    """Give the instance on the sandbox the limits that `quotas:` of the folder names; on AWS only Amazon can.

    The instance must be there, as the folder calls it or as `alias`. Raises Refused when they are not taken.
    """
    if not work.endpoint or not work.center.quotas:
        return
    from ..sandbox.control import ControlFailed
    from ..sandbox.control import grant_quotas as grant

    try:
        grant(work.endpoint, alias or work.center.instance.alias, work.center.quotas)
    except ControlFailed as error:
        raise Refused(f"{error}.", hint="Check `quotas:` in center.yaml.", where="quotas", code="quotas") from error


def declare_outside(work: Work) -> None:
    """Tell the sandbox which functions, bots and streams the folder names by ARN: they stand elsewhere.

    The sandbox refuses what does not exist, as the service does. Raises Refused when it does not take them.
    """
    center = work.center
    streams = (center.data.contact_records, center.data.agent_events)
    arns = [*center.lambdas.values(), *center.bots.values(), *(arn for arn in streams if arn)]
    if not work.endpoint or not arns:
        return
    from ..sandbox.control import ControlFailed, declare

    try:
        declare(work.endpoint, arns)
    except ControlFailed as error:
        hint = "Check `lambdas:`, `bots:` and `data:` in center.yaml."
        raise Refused(f"{error}.", hint=hint, where="center.yaml", code="outside") from error


def finder(work: Work) -> Recover:
    """Looks an interrupted create up in the cloud, by name and by our tags."""
    from ..stacks.cloud.lookup import find

    def look_up(token: str, name: str, inputs: Mapping[str, Any]) -> str | None:
        return find(work.cloud, token, name, inputs, work.center.stack_name)

    return look_up
