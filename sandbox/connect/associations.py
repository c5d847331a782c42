"""What an instance is tied to: storage, functions, bots, origins, keys, integrations (Connect facts 3.2)."""

from __future__ import annotations

import json
import re

from . import exceptions as ex
from .base import Base, Json
from .kinds import KINDS
from .store import new_id

_PART_OF = {
    "S3": "S3Config",
    "KINESIS_VIDEO_STREAM": "KinesisVideoStreamConfig",
    "KINESIS_STREAM": "KinesisStreamConfig",
    "KINESIS_FIREHOSE": "KinesisFirehoseConfig",
}
_STREAMS = ("KINESIS_STREAM",)
_STORAGE_OF = {
    "CHAT_TRANSCRIPTS": ("S3",),
    "CALL_RECORDINGS": ("S3",),
    "SCHEDULED_REPORTS": ("S3",),
    "ATTACHMENTS": ("S3",),
    "CONTACT_EVALUATIONS": ("S3",),
    "SCREEN_RECORDINGS": ("S3",),
    "EMAIL_MESSAGES": ("S3",),
    "MEDIA_STREAMS": ("KINESIS_VIDEO_STREAM",),
    "CONTACT_TRACE_RECORDS": ("KINESIS_STREAM", "KINESIS_FIREHOSE"),
    "AGENT_EVENTS": _STREAMS,
    "REAL_TIME_CONTACT_ANALYSIS_SEGMENTS": _STREAMS,
    "REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS": _STREAMS,
    "REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS": _STREAMS,
}
_KEY_ARN = re.compile(r"arn:aws:kms:([a-z0-9-]+):\d{12}:key/.+")
_STREAM_ARN = re.compile(r"arn:aws:(kinesis|firehose):([a-z0-9-]+):\d{12}:(?:stream|deliverystream)/.+")
_LAMBDA_ARN = re.compile(r"arn:aws:lambda:([a-z0-9-]+):\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9$_-]+)?")
_LEX_ALIAS = re.compile(r"arn:aws:lex:([a-z0-9-]+):\d{12}:bot-alias/[^/]+/[^/]+")
_ORIGIN = re.compile(r"https?://[^/\s]+(:\d+)?")


class Storage(Base):
    """One storage config a resource type."""

    def associate_instance_storage_config(self, p: Json) -> Json:
        """Raises ResourceConflict for a second config of the type, InvalidParameter for the wrong storage."""
        instance = self.instance(p)
        kind = p["ResourceType"]
        if self.store.named(instance["Id"], "storage", kind) is not None:
            raise ex.ResourceConflict(f"A storage config for {kind} is already associated with the instance")
        config = self._checked_storage(kind, p["StorageConfig"])
        key = new_id()
        entry = {**config, "AssociationId": key, "Id": key, "_name": kind, "_n": self.store.next_number()}
        self.change.put(instance["Id"], "storage", key, entry)
        return {"AssociationId": key}

    def describe_instance_storage_config(self, p: Json) -> Json:
        """One config."""
        return {"StorageConfig": self._storage(self.instance(p), p)}

    def list_instance_storage_configs(self, p: Json) -> Json:
        """The configs of one resource type (one at most)."""
        found = self.store.named(self.instance(p)["Id"], "storage", p["ResourceType"])
        return self.page_of(p, "StorageConfigs", [found] if found else [])

    def update_instance_storage_config(self, p: Json) -> Json:
        """Another place for the same type."""
        instance = self.instance(p)
        old = self._storage(instance, p)
        config = self._checked_storage(p["ResourceType"], p["StorageConfig"])
        kept = {k: old[k] for k in ("AssociationId", "Id", "_name", "_n")}
        self.change.put(instance["Id"], "storage", old["Id"], {**config, **kept})
        return {}

    def disassociate_instance_storage_config(self, p: Json) -> Json:
        """Removes a config."""
        instance = self.instance(p)
        self.change.drop(instance["Id"], "storage", self._storage(instance, p)["Id"])
        return {}

    def _storage(self, instance: Json, p: Json) -> Json:
        found = self.store.get(instance["Id"], "storage", p["AssociationId"])
        if found is None or found["_name"] != p["ResourceType"]:
            raise ex.ResourceNotFound(f"Storage config not found: {p['AssociationId']} for {p['ResourceType']}")
        return found

    def _checked_storage(self, resource: str, config: Json) -> Json:
        storage = config["StorageType"]
        if storage not in _STORAGE_OF.get(resource, tuple(_PART_OF)):
            allowed = ", ".join(_STORAGE_OF[resource])
            raise self.invalid(f"StorageConfig: {resource} goes to {allowed}, not {storage}")
        given = [part for part in _PART_OF.values() if config.get(part)]
        if given != [_PART_OF[storage]]:
            raise self.invalid(f"StorageConfig: storage of type {storage} needs {_PART_OF[storage]} alone")
        encryption = config[_PART_OF[storage]].get("EncryptionConfig")
        if encryption is not None:
            match = _KEY_ARN.fullmatch(encryption["KeyId"])
            if not match:
                raise self.invalid("EncryptionConfig.KeyId: must be the full ARN of a key")
            if match[1] != self.region:
                raise self.invalid(f"EncryptionConfig.KeyId: the key must be in {self.region}")
        self._check_place(config[_PART_OF[storage]], encryption)
        return {"StorageType": storage, _PART_OF[storage]: config[_PART_OF[storage]]}

    def _check_place(self, part: Json, encryption: Json | None) -> None:
        """What is written to must exist: the bucket, the stream, the key (Connect facts 3.2)."""
        others = self.settings.neighbours
        if others is None:
            return
        if "BucketName" in part and not others.bucket(part["BucketName"]):
            raise self.invalid(f"S3Config.BucketName: there is no bucket {part['BucketName']}")
        for member in ("StreamArn", "FirehoseArn"):
            if member not in part:
                continue
            match = _STREAM_ARN.fullmatch(part[member])
            if not match or match[1] != ("kinesis" if member == "StreamArn" else "firehose"):
                raise self.invalid(f"{member}: is not the ARN of such a stream")
            if match[2] != self.region or not others.stream(part[member]):
                raise self.invalid(f"{member}: there is no stream {part[member]} in {self.region}")
        if encryption is not None and not others.key(encryption["KeyId"]):
            raise self.invalid(f"EncryptionConfig.KeyId: there is no key {encryption['KeyId']}")


class Associations(Storage):
    """Functions, bots, origins, security keys and integrations."""

    def associate_lambda_function(self, p: Json) -> Json:
        """Adds the permission to invoke it. Raises ResourceConflict, InvalidParameter (Region), ResourceNotFound."""
        match = _LAMBDA_ARN.fullmatch(p["FunctionArn"])
        if not match or match[1] != self.region:
            raise self.invalid(f"FunctionArn: must be the ARN of a function in {self.region}")
        arn, others = p["FunctionArn"], self.settings.neighbours
        answer = self._associate(p, "lambda", arn, {"FunctionArn": arn}, "lambda_functions")
        if others is not None:
            if not others.function(arn):
                raise ex.ResourceNotFound(f"FunctionArn: there is no function {arn}")
            others.allow_invoke(arn, self.instance(p)["Arn"])
        return answer

    def list_lambda_functions(self, p: Json) -> Json:
        """The ARNs, at most 25 a page."""
        rows = [row["FunctionArn"] for row in self.things(self.instance(p), "lambda")]
        return self.page_of(p, "LambdaFunctions", rows)

    def disassociate_lambda_function(self, p: Json) -> Json:
        """Flows that still name the function are left as they are."""
        answer = self._disassociate(p, "lambda", p["FunctionArn"])
        if self.settings.neighbours is not None:
            self.settings.neighbours.forbid_invoke(p["FunctionArn"], self.instance(p)["Arn"])
        return answer

    def associate_bot(self, p: Json) -> Json:
        """A Lex V2 alias, whose policy then lets Connect in, or a Lex V1 bot. Raises ResourceNotFound, Conflict."""
        key, entry = self._bot(p)
        others = self.settings.neighbours
        if others is not None and "LexV2Bot" in entry:
            if not others.bot_alias(key):
                raise ex.ResourceNotFound(f"LexV2Bot.AliasArn: bot alias not found: {key}")
            others.allow_recognise(self.change, key, self.instance(p)["Arn"])
        return self._associate(p, "bot", key, entry, "lex_v2_bots" if "LexV2Bot" in entry else "lex_v1_bots")

    def list_bots(self, p: Json) -> Json:
        """The bots of one version, at most 25 a page."""
        part = "LexV2Bot" if p["LexVersion"] == "V2" else "LexBot"
        rows = [{part: row[part]} for row in self.things(self.instance(p), "bot") if part in row]
        return self.page_of(p, "LexBots", rows)

    def disassociate_bot(self, p: Json) -> Json:
        """Removes one."""
        key, entry = self._bot(p)
        if self.settings.neighbours is not None and "LexV2Bot" in entry:
            self.settings.neighbours.forbid_recognise(self.change, key, self.instance(p)["Arn"])
        return self._disassociate(p, "bot", key)

    def associate_lex_bot(self, p: Json) -> Json:
        """The older operation, Lex V1 only."""
        return self.associate_bot({"InstanceId": p["InstanceId"], "LexBot": p["LexBot"]})

    def list_lex_bots(self, p: Json) -> Json:
        """The Lex V1 bots."""
        rows = [row["LexBot"] for row in self.things(self.instance(p), "bot") if "LexBot" in row]
        return self.page_of(p, "LexBots", rows)

    def disassociate_lex_bot(self, p: Json) -> Json:
        """Removes one Lex V1 bot."""
        return self._disassociate(p, "bot", f"{p['LexRegion']}/{p['BotName']}")

    def associate_approved_origin(self, p: Json) -> Json:
        """A web origin that may embed the agent's panel."""
        if not _ORIGIN.fullmatch(p["Origin"]):
            raise self.invalid("Origin: must be an origin such as https://example.org")
        return self._associate(p, "origin", p["Origin"], {"Origin": p["Origin"]}, "approved_origins")

    def list_approved_origins(self, p: Json) -> Json:
        """The origins, at most 25 a page."""
        return self.page_of(p, "Origins", [row["Origin"] for row in self.things(self.instance(p), "origin")])

    def disassociate_approved_origin(self, p: Json) -> Json:
        """Removes one."""
        return self._disassociate(p, "origin", p["Origin"])

    def associate_security_key(self, p: Json) -> Json:
        """A PEM public key, two at most."""
        if "BEGIN" not in p["Key"]:
            raise self.invalid("Key: must be a public key in PEM form")
        key = new_id()
        entry = {"AssociationId": key, "Key": p["Key"], "CreationTime": self.now}
        self._associate(p, "security-key", key, entry, "security_keys")
        return {"AssociationId": key}

    def list_security_keys(self, p: Json) -> Json:
        """The keys, at most 2 a page."""
        return self.page(p, "SecurityKeys", self.things(self.instance(p), "security-key"))

    def disassociate_security_key(self, p: Json) -> Json:
        """Removes one."""
        return self._disassociate(p, "security-key", p["AssociationId"])

    def create_integration_association(self, p: Json) -> Json:
        """Raises DuplicateResource for the same type and ARN."""
        instance = self.instance(p)
        members = {k: v for k, v in p.items() if k != "InstanceId"}
        members["InstanceId"] = instance["Id"]
        name = f"{p['IntegrationType']}/{p['IntegrationArn']}"
        self.free_name(instance, "integration", name)
        thing = self.fresh(instance, KINDS["integration"], members, name)
        self.change.put(instance["Id"], "integration", thing["Id"], thing)
        return thing

    def list_integration_associations(self, p: Json) -> Json:
        """Integrations by type and ARN, at most 100 a page."""
        rows = (
            row
            for row in self.things(self.instance(p), "integration")
            if p.get("IntegrationType") in (None, row["IntegrationType"])
            and p.get("IntegrationArn") in (None, row["IntegrationArn"])
        )
        return self.page(p, "IntegrationAssociationSummaryList", rows)

    def delete_integration_association(self, p: Json) -> Json:
        """Removes one."""
        instance = self.instance(p)
        self.drop(instance, "integration", self.find(instance, "integration", p["IntegrationAssociationId"]))
        return {}

    # -- rules

    def _bot(self, p: Json) -> tuple[str, Json]:
        v2, v1 = p.get("LexV2Bot"), p.get("LexBot")
        if bool(v2) == bool(v1):
            raise self.invalid("Exactly one of LexBot and LexV2Bot must be given")
        if v2:
            match = _LEX_ALIAS.fullmatch(v2.get("AliasArn", ""))
            if not match or match[1] != self.region:
                raise self.invalid(f"LexV2Bot.AliasArn: must be the ARN of a bot alias in {self.region}")
            return v2["AliasArn"], {"LexV2Bot": v2}
        bot = {"LexRegion": self.region, **(v1 or {})}
        return f"{bot['LexRegion']}/{bot['Name']}", {"LexBot": bot}

    def _associate(self, p: Json, kind: str, key: str, entry: Json, quota: str) -> Json:
        instance = self.instance(p)
        have = self.store.all(instance["Id"], kind)
        if key in have:
            shown = json.dumps(key)
            raise ex.ResourceConflict(f"{shown} is already associated with the instance")
        self.room(instance, quota, len(have), 1)
        self.change.put(instance["Id"], kind, key, {**entry, "Id": key, "_n": self.store.next_number()})
        return {}

    def _disassociate(self, p: Json, kind: str, key: str) -> Json:
        instance = self.instance(p)
        if self.store.get(instance["Id"], kind, key) is None:
            raise ex.ResourceNotFound(f"{key} is not associated with the instance")
        self.change.drop(instance["Id"], kind, key)
        return {}
