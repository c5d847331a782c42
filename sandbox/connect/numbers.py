"""Telephone numbers: search, claim, attach to a flow, release (Connect facts 3.12)."""

from __future__ import annotations

import itertools

from . import exceptions as ex
from .base import Base, Json, arn_tail
from .numbering import candidates, country_of
from .store import new_id

_LOCK = 180 * 86400  # seconds that a released number stays locked, and for which claims and releases count
_OF_LEAVING = ("DescribePhoneNumber", "ReleasePhoneNumber")
_FAILED_SHOWN = 86400  # seconds for which a claim that failed stays visible


class Numbers(Base):
    """The inventory is fictional and the same for everyone; what is claimed or cooling down is not offered."""

    def search_available_phone_numbers(self, p: Json) -> Json:
        """At most 10 a page; reserves nothing."""
        self._target(p)
        kind, prefix = p["PhoneNumberType"], p.get("PhoneNumberPrefix", "")
        taken = self._taken()
        offered = (n for n in candidates(p["PhoneNumberCountryCode"], kind, prefix) if n not in taken)
        rows = [
            {"PhoneNumber": n, "PhoneNumberCountryCode": p["PhoneNumberCountryCode"], "PhoneNumberType": kind}
            for n in itertools.islice(offered, 100)
        ]
        for row in rows:
            self.store.offered[row["PhoneNumber"]] = (row["PhoneNumberCountryCode"], kind)
        return self.page_of(p, "AvailableNumbersList", rows)

    def claim_phone_number(self, p: Json) -> Json:
        """Asynchronous: the quota shows up as status FAILED, not as an error."""
        target = self._target(p)
        number = p["PhoneNumber"]
        if number in self._taken():
            raise self.invalid(f"PhoneNumber: {number} is not available")
        known = self.store.offered.get(number) or country_of(number)
        if known is None:
            raise self.invalid(f"PhoneNumber: {number} is not available")
        return self._claimed(p, number, *known, target)

    def _claimed(self, p: Json, number: str, country: str, kind: str, target: str, **more: str) -> Json:
        instance = self.store.get(self.here, "instance", arn_tail(target))
        why = self._why_not(instance, target)
        key = new_id()
        thing: Json = {
            "Id": key,
            "PhoneNumberId": key,
            "Arn": self.arn(f"phone-number/{key}"),
            "PhoneNumberArn": self.arn(f"phone-number/{key}"),
            "PhoneNumber": number,
            "PhoneNumberCountryCode": country,
            "PhoneNumberType": kind,
            "PhoneNumberDescription": p.get("PhoneNumberDescription"),
            "TargetArn": target,
            "InstanceId": instance["Id"] if instance else None,
            "Tags": p.get("Tags") or {},
            "PhoneNumberStatus": {"Status": "FAILED", "Message": why} if why else {"Status": "CLAIMED"},
            "_name": number,
            "_n": self.store.next_number(),
            "_describes": 0 if why else self.settings.describes,
            "_flow": None,
            "_claimed": self.now,
            **more,
        }
        self.change.put(self.here, "number", key, thing)
        if not why:
            self._count_number(target)
        return thing

    def describe_phone_number(self, p: Json) -> Json:
        """The number; IN_PROGRESS for as many describes as the pace says, and until it has gone. Not its flow."""
        number = self._number(p)
        if "_leaving" in number:
            return {"ClaimedPhoneNumberSummary": {**number, "PhoneNumberStatus": {"Status": "IN_PROGRESS"}}}
        if number["_describes"]:
            self._put({**number, "_describes": number["_describes"] - 1})
            number = {**number, "PhoneNumberStatus": {"Status": "IN_PROGRESS"}}
        return {"ClaimedPhoneNumberSummary": number}

    def list_phone_numbers(self, p: Json) -> Json:
        """The older, per-instance list."""
        instance = self.instance(p)
        return self.page(p, "PhoneNumberSummaryList", self._numbers_listed({**p, "TargetArn": instance["Arn"]}))

    def list_phone_numbers_v2(self, p: Json) -> Json:
        """Numbers of an instance or of all, at most 1,000 a page."""
        if p.get("InstanceId"):
            p = {**p, "TargetArn": self.instance(p)["Arn"]}
        return self.page(p, "ListPhoneNumbersSummaryList", self._numbers_listed(p))

    def update_phone_number(self, p: Json) -> Json:
        """Moves the number to another instance; its links to a flow and to queues are dropped."""
        number = self._number(p)
        target = self._target(p)
        instance = self.store.get(self.here, "instance", arn_tail(target))
        moved = {**number, "TargetArn": target, "InstanceId": instance["Id"] if instance else None, "_flow": None}
        self._put(moved)
        return moved

    def update_phone_number_metadata(self, p: Json) -> Json:
        """The description."""
        self._put({**self._number(p), "PhoneNumberDescription": p.get("PhoneNumberDescription")})
        return {}

    def associate_phone_number_contact_flow(self, p: Json) -> Json:
        """One inbound flow a number. Raises InvalidParameter for a flow of another type."""
        instance = self.instance(p)
        number = self._owned(instance, p)
        flow = self.refer(instance, "flow", p["ContactFlowId"], "ContactFlowId")
        if flow["Type"] != "CONTACT_FLOW":
            raise self.invalid(f"ContactFlowId: flow {flow['Name']} is of type {flow['Type']}, not CONTACT_FLOW")
        self._put({**number, "_flow": flow["Id"]})
        return {}

    def disassociate_phone_number_contact_flow(self, p: Json) -> Json:
        """The number then has no flow."""
        self._put({**self._owned(self.instance(p), p), "_flow": None})
        return {}

    def release_phone_number(self, p: Json) -> Json:
        """Asynchronous; the number goes back and is locked for 180 days. Raises ResourceInUse for a caller id."""
        number = self._number(p)
        if "_leaving" in number:
            return {}
        instance = self.store.get(self.here, "instance", number.get("InstanceId") or "")
        for queue in self.things(instance, "queue") if instance else ():
            config = queue.get("OutboundCallerConfig", {})
            if config.get("OutboundCallerIdNumberId") == number["Id"]:
                message = f"The number is the caller id of queue {queue['Name']}"
                raise ex.ResourceInUse(message, "QUEUE", queue["Id"])
        if self.vanish((self.here, "number", number["Id"])):
            self._put({**number, "_leaving": True, "_flow": None})
        if number["PhoneNumberStatus"]["Status"] == "FAILED":
            return {}  # it was never ours
        self._count_number(number["TargetArn"])
        locked = {"Id": number["PhoneNumber"], "_until": self.now + _LOCK, "_n": self.store.next_number()}
        self.change.put(self.here, "cooling", number["PhoneNumber"], locked)
        return {}

    def import_phone_number(self, p: Json) -> Json:
        """Asynchronous. A number of another service: none is in the sandbox, but one can be declared outside it."""
        instance, source = self.instance(p), p["SourcePhoneNumberArn"]
        others = self.settings.neighbours
        if others is None or not others.declared(source):
            raise ex.ResourceNotFound(f"SourcePhoneNumberArn: not found: {source}")
        if any(n.get("SourcePhoneNumberArn") == source for n in self.store.all(self.here, "number").values()):
            raise self.invalid(f"SourcePhoneNumberArn: {source} is imported already")
        taken = self._taken()
        number = next(n for n in candidates("US", "DID", "") if n not in taken)
        return self._claimed(p, number, "US", "DID", instance["Arn"], SourcePhoneNumberArn=source)

    # -- which flow runs

    def list_flow_associations(self, p: Json) -> Json:
        """Numbers with their flows (resource type VOICE_PHONE_NUMBER)."""
        return self.page_of(p, "FlowAssociationSummaryList", self._associations(self.instance(p), p, None))

    def batch_get_flow_association(self, p: Json) -> Json:
        """The same for the resources asked for, up to 100."""
        wanted = {arn_tail(r) for r in p["ResourceIds"]}
        return {"FlowAssociationSummaryList": self._associations(self.instance(p), p, wanted)}

    def _associations(self, instance: Json, p: Json, wanted: set[str] | None) -> list[Json]:
        kind = p.get("ResourceType")
        others = [
            row
            for row in self.things(instance, "flow-association")
            if kind in (None, row["ResourceType"]) and (wanted is None or arn_tail(row["ResourceId"]) in wanted)
        ]
        if kind not in (None, "VOICE_PHONE_NUMBER"):
            return others
        return [
            *others,
            *(
                {
                    "ResourceId": n["Arn"],
                    "FlowId": f"{instance['Arn']}/contact-flow/{n['_flow']}",
                    "ResourceType": "VOICE_PHONE_NUMBER",
                }
                for n in self.shown_now(self.here, "number").values()
                if n["TargetArn"] == instance["Arn"] and n["_flow"] and (wanted is None or n["Id"] in wanted)
            ),
        ]

    def associate_flow(self, p: Json) -> Json:
        """The flow of an SMS number, an e-mail address and the like; a voice number has an operation of its own."""
        instance = self.instance(p)
        flow = self.refer(instance, "flow", p["FlowId"], "FlowId")
        key = f"{p['ResourceType']}/{arn_tail(p['ResourceId'])}"
        shown = {"ResourceId": p["ResourceId"], "FlowId": flow["Arn"], "ResourceType": p["ResourceType"]}
        entry = {**shown, "Id": key, "_n": self.store.next_number()}
        self.change.put(instance["Id"], "flow-association", key, entry)
        return {}

    def get_flow_association(self, p: Json) -> Json:
        """One of them. Raises ResourceNotFound."""
        return self._association(self.instance(p), p)

    def disassociate_flow(self, p: Json) -> Json:
        """Removes one."""
        instance = self.instance(p)
        self.change.drop(instance["Id"], "flow-association", self._association(instance, p)["Id"])
        return {}

    def _association(self, instance: Json, p: Json) -> Json:
        key = f"{p['ResourceType']}/{arn_tail(p['ResourceId'])}"
        found = self.store.get(instance["Id"], "flow-association", key)
        if found is None:
            raise ex.ResourceNotFound(f"ResourceId: no flow is associated with {p['ResourceId']}")
        return found

    # -- rules

    def _why_not(self, instance: Json | None, target: str) -> str:
        """Why a claim ends as FAILED: it answers no error of its own (Connect facts 3.12, 2)."""
        if self.manner.fails:
            return "The number could not be claimed"
        if not self.settings.quotas:
            return ""
        quota = self.quota(instance, "phone_numbers")
        numbers = self.store.all(self.here, "number").values()
        mine = [
            n
            for n in numbers
            if n["TargetArn"] == target and n["PhoneNumberStatus"]["Status"] != "FAILED" and "_leaving" not in n
        ]
        if len(mine) >= quota:
            return "The quota for Phone numbers per instance is reached"
        events = self.store.all(self.here, "number-event").values()
        if sum(e["_target"] == target and e["_at"] > self.now - _LOCK for e in events) >= 2 * quota:
            return f"More than 200 % of the quota of {quota} numbers were claimed and released in 180 days"
        return ""

    def _count_number(self, target: str) -> None:
        key = new_id()
        event = {"Id": key, "_at": self.now, "_target": target, "_n": self.store.next_number()}
        self.change.put(self.here, "number-event", key, event)

    def _put(self, number: Json) -> None:
        self.change.put(self.here, "number", number["Id"], number)

    def _number(self, p: Json) -> Json:
        found = self.store.get(self.here, "number", arn_tail(p["PhoneNumberId"]))
        leaves = found is not None and "_leaving" in found and self.operation.name not in _OF_LEAVING
        if found is None or leaves or self._forgotten(found):
            raise ex.ResourceNotFound(f"Phone number not found: {p['PhoneNumberId']}")
        return found

    def _forgotten(self, number: Json) -> bool:
        """A claim that failed stays for a day, for a retry or a release."""
        if number["PhoneNumberStatus"]["Status"] != "FAILED":
            return False
        return bool(number.get("_claimed", 0.0) < self.now - _FAILED_SHOWN)

    def _owned(self, instance: Json, p: Json) -> Json:
        number = self._number(p)
        if number["TargetArn"] != instance["Arn"]:
            raise ex.ResourceNotFound(f"Phone number not found in the instance: {p['PhoneNumberId']}")
        return number

    def _taken(self) -> set[str]:
        """What is claimed in any Region, or was released and is still locked."""
        taken = set()
        for scope in self.store.scopes():
            if "/" in scope:
                numbers = self.store.all(scope, "number").values()
                taken |= {n["PhoneNumber"] for n in numbers if not self._forgotten(n)}
                taken |= {n["Id"] for n in self.store.all(scope, "cooling").values() if n["_until"] > self.now}
        return taken

    def _target(self, p: Json) -> str:
        reference = p.get("TargetArn") or p.get("InstanceId")
        if not reference:
            raise self.invalid("TargetArn or InstanceId is required")
        if ":traffic-distribution-group/" in reference:
            raise ex.ResourceNotFound(f"Traffic distribution group not found: {reference}")
        return str(self.instance({"InstanceId": reference})["Arn"])

    def _numbers_listed(self, p: Json) -> list[Json]:
        countries = set(p.get("PhoneNumberCountryCodes") or ())
        types = set(p.get("PhoneNumberTypes") or ())
        return [
            n
            for n in self.shown_now(self.here, "number").values()
            if not self._forgotten(n)
            and p.get("TargetArn") in (None, n["TargetArn"])
            and (not countries or n["PhoneNumberCountryCode"] in countries)
            and (not types or n["PhoneNumberType"] in types)
            and n["PhoneNumber"].startswith(p.get("PhoneNumberPrefix", ""))
        ]
