"""Instances and their attributes (Connect facts 3.1)."""

from __future__ import annotations

from . import exceptions as ex
from .base import ACCOUNT, Base, Json
from .seed import seed
from .store import new_id

ATTRIBUTES = {
    "INBOUND_CALLS": "true",
    "OUTBOUND_CALLS": "true",
    "CONTACTFLOW_LOGS": "false",
    "CONTACT_LENS": "false",
    "AUTO_RESOLVE_BEST_VOICES": "true",
    "USE_CUSTOM_TTS_VOICES": "false",
    "EARLY_MEDIA": "true",
    "MULTI_PARTY_CONFERENCE": "false",
    "AUTO_MUTE_AGENT_ON_HOLD": "false",
    "HIGH_VOLUME_OUTBOUND": "false",
    "ENHANCED_CONTACT_MONITORING": "false",
    "ENHANCED_CHAT_MONITORING": "false",
    "MULTI_PARTY_CHAT_CONFERENCE": "false",
    "MESSAGE_STREAMING": "false",
}
_WINDOW = 30 * 86400  # seconds
_MOST = 100  # instances created and deleted in that time, by the whole account (Connect facts 1.4)
_SHOWN_FAILED = 86400  # seconds for which an instance whose creation failed stays visible
_FLAGS = {"INBOUND_CALLS": "InboundCallsEnabled", "OUTBOUND_CALLS": "OutboundCallsEnabled"}


class Instances(Base):
    """Create, read and delete instances; read and set their attributes."""

    def create_instance(self, p: Json) -> Json:
        """Answers id and ARN at once; ready at once, or after some describes. Raises InvalidRequest, quota."""
        alias, managed = p.get("InstanceAlias"), p["IdentityManagementType"]
        if managed == "EXISTING_DIRECTORY":
            if not p.get("DirectoryId"):
                raise ex.InvalidRequest("DirectoryId is required for an instance of type EXISTING_DIRECTORY")
        elif not alias:
            raise ex.InvalidRequest("InstanceAlias is required unless the users come from a directory")
        if alias and self._alias_used(alias):
            raise ex.InvalidRequest(f"The instance alias is already used: {alias}")
        self._count("created")
        self.room(None, "instances", len(self._living()), 1)
        key = new_id()
        role = f"arn:aws:iam::{self.account}:role/aws-service-role/connect.amazonaws.com"
        thing: Json = {
            "Id": key,
            "Arn": self.arn(f"instance/{key}"),
            "IdentityManagementType": managed,
            "InstanceAlias": alias,
            "CreatedTime": self.now,
            "ServiceRole": f"{role}/AWSServiceRoleForAmazonConnect_{key[:20].replace('-', '')}",
            "InstanceStatus": "ACTIVE",
            "InboundCallsEnabled": p["InboundCallsEnabled"],
            "OutboundCallsEnabled": p["OutboundCallsEnabled"],
            "InstanceAccessUrl": f"https://{alias or p['DirectoryId']}.my.connect.aws",
            "Tags": p.get("Tags") or {},
            "_n": self.store.next_number(),
            "_attributes": {**ATTRIBUTES, **{a: str(p[m]).lower() for a, m in _FLAGS.items()}},
            "_describes": self.settings.describes,
        }
        if self.manner.fails:
            reason = {"Message": "The instance could not be created"}
            thing |= {"InstanceStatus": "CREATION_FAILED", "StatusReason": reason}
            self.change.put(self.here, "instance", key, thing)
            return thing
        self.change.put(self.here, "instance", key, thing)
        seed(self, thing)
        return thing

    def describe_instance(self, p: Json) -> Json:
        """The instance; CREATION_IN_PROGRESS for as many describes as the pace says."""
        instance = self.instance(p)
        if instance["InstanceStatus"] == "CREATION_FAILED" and instance not in self._living():
            raise ex.ResourceNotFound(f"Instance not found: {p['InstanceId']} in {self.region}")
        return {"Instance": self._progress(instance)}

    def list_instances(self, p: Json) -> Json:
        """Summaries, at most 10 a page."""
        return self.page(p, "InstanceSummaryList", self._living(), _as_it_stands)

    def delete_instance(self, p: Json) -> Json:
        """Not recoverable, and asynchronous: ACTIVE until it is gone. Claimed numbers go back to the inventory."""
        instance = self.instance(p)
        if "_leaving" in instance:
            return {}
        self._count("deleted")
        for number in self.store.all(self.here, "number").values():
            if number["TargetArn"] == instance["Arn"]:
                self.change.drop(self.here, "number", number["Id"])
        if self.vanish((self.here, "instance", instance["Id"]), (instance["Id"], "", "")):
            self.change.put(self.here, "instance", instance["Id"], {**instance, "_leaving": True})
        return {}

    def describe_instance_attribute(self, p: Json) -> Json:
        """One attribute, its value "true" or "false"."""
        instance = self.instance(p)
        kind = p["AttributeType"]
        return {"Attribute": {"AttributeType": kind, "Value": instance["_attributes"].get(kind, "false")}}

    def list_instance_attributes(self, p: Json) -> Json:
        """All attributes, at most 7 a page."""
        attributes = self.instance(p)["_attributes"]
        rows = [{"AttributeType": kind, "Value": value} for kind, value in attributes.items()]
        return self.page_of(p, "Attributes", rows)

    def update_instance_attribute(self, p: Json) -> Json:
        """Sets one attribute. Raises InvalidParameter for another value than true or false."""
        instance = self.instance(p)
        value = p["Value"].lower()
        if value not in ("true", "false"):
            raise self.invalid(f"Value: must be true or false, not {p['Value']!r}")
        changed = {**instance, "_attributes": {**instance["_attributes"], p["AttributeType"]: value}}
        if p["AttributeType"] in _FLAGS:
            changed[_FLAGS[p["AttributeType"]]] = value == "true"
        self.change.put(self.here, "instance", instance["Id"], changed)
        return {}

    def _living(self) -> list[Json]:
        """The instances of the Region; one whose creation failed is shown for a day."""
        rows = self.shown_now(self.here, "instance").values()
        since = self.now - _SHOWN_FAILED
        return [row for row in rows if row["InstanceStatus"] != "CREATION_FAILED" or row["CreatedTime"] > since]

    def _count(self, what: str) -> None:
        """Record a creation or deletion. Raises the quota's error at the hundredth and first in 30 days."""
        since = self.now - _WINDOW
        recent = [e for e in self.store.all(ACCOUNT, "instance-event").values() if e["_at"] > since]
        if self.settings.quotas and len(recent) >= _MOST:
            text = (
                f"At most {_MOST} instances can be created and deleted in 30 days; wait until the first is 30 days ago"
            )
            if self.operation.declares("ServiceQuotaExceededException"):
                raise ex.ServiceQuotaExceeded(text)
            raise ex.InvalidRequest(text)
        for event in self.store.all(ACCOUNT, "instance-event").values():
            if event["_at"] <= since:
                self.change.drop(ACCOUNT, "instance-event", event["Id"])
        key = new_id()
        event = {"Id": key, "_at": self.now, "_what": what, "_n": self.store.next_number()}
        self.change.put(ACCOUNT, "instance-event", key, event)

    def _alias_used(self, alias: str) -> bool:
        """An alias is unique over all Regions, whatever its case."""
        for scope in list(self.store.scopes()):
            if "/" in scope:
                for other in self.store.all(scope, "instance").values():
                    if (other.get("InstanceAlias") or "").lower() == alias.lower():
                        return True
        return False

    def _progress(self, instance: Json) -> Json:
        left = instance.get("_describes", 0)
        if not left:
            return instance
        self.change.put(self.here, "instance", instance["Id"], {**instance, "_describes": left - 1})
        return _as_it_stands(instance)


def _as_it_stands(instance: Json) -> Json:
    return {**instance, "InstanceStatus": "CREATION_IN_PROGRESS"} if instance.get("_describes") else instance
