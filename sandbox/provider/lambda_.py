"""Lambda functions and permissions (Pulumi AWS facts 4)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...stacks.provider.base import ProviderError
from ...stacks.provider.values import Asset, Properties
from .common import Change, Kind, Step, camel, found, given, own_tags, pascal, present, text
from .door import Door

_CODE: Final = ("code", "s3Bucket", "s3Key", "s3ObjectVersion", "imageUri", "sourceCodeHash", "architectures")
_CONFIG: Final = (
    "role",
    "runtime",
    "handler",
    "description",
    "environment",
    "timeout",
    "memorySize",
    "layers",
    "kmsKeyArn",
    "tracingConfig",
    "deadLetterConfig",
)
_ACTIVE_PATIENCE: Final = 600.0


class Function(Kind):
    """`aws:lambda/function:Function`; its id is the name."""

    type = "aws:lambda/function:Function"

    def create(self, door: Door, inputs: Properties) -> str:
        """CreateFunction."""
        door.call(
            "lambda",
            "create_function",
            FunctionName=inputs["name"],
            Code=_code(inputs),
            PackageType=inputs["packageType"],
            Publish=inputs.get("publish", False),
            **_config(inputs),
            **given(Architectures=inputs.get("architectures"), Tags=inputs.get("tagsAll")),
        )
        return str(inputs["name"])

    def finish(self, door: Door, id_: str, inputs: Properties) -> None:
        """Wait until the function is active, then reserve its concurrency."""

        def active() -> bool:
            config = door.call("lambda", "get_function", FunctionName=id_)["Configuration"]
            if config.get("State") == "Failed":
                raise ProviderError(f"the function {id_} could not be created: {config.get('StateReason', '')}")
            return bool(config.get("State", "Active") == "Active")

        door.poll(active, _ACTIVE_PATIENCE, f"creating the function {id_}")
        if inputs.get("reservedConcurrentExecutions", -1) >= 0:
            _reserve(door, id_, inputs["reservedConcurrentExecutions"])

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """GetFunction."""
        answer = found(lambda: door.call("lambda", "get_function", FunctionName=id_))
        if answer is None:
            return None
        config = answer["Configuration"]
        arn = str(config["FunctionArn"])
        invoke = f"arn:aws:apigateway:{door.region}:lambda:path/2015-03-31/functions/{{}}/invocations"
        version = str(config.get("Version", "$LATEST"))
        variables = (config.get("Environment") or {}).get("Variables")
        return present(
            name=config["FunctionName"],
            arn=arn,
            qualifiedArn=f"{arn}:{version}",
            invokeArn=invoke.format(arn),
            qualifiedInvokeArn=invoke.format(f"{arn}:{version}"),
            version=version,
            lastModified=text(config.get("LastModified")),
            sourceCodeSize=config.get("CodeSize"),
            sourceCodeHash=text(config.get("CodeSha256")),
            role=config.get("Role"),
            runtime=text(config.get("Runtime")),
            handler=text(config.get("Handler")),
            description=text(config.get("Description")),
            environment={"variables": variables} if variables else None,
            timeout=config.get("Timeout"),
            memorySize=config.get("MemorySize"),
            packageType=config.get("PackageType", "Zip"),
            architectures=config.get("Architectures"),
            layers=[layer["Arn"] for layer in config.get("Layers") or ()] or None,
            kmsKeyArn=text(config.get("KMSKeyArn")),
            tracingConfig=camel(config.get("TracingConfig")),
            deadLetterConfig=camel(config.get("DeadLetterConfig")) or None,
            imageUri=text((answer.get("Code") or {}).get("ImageUri")),
            reservedConcurrentExecutions=(answer.get("Concurrency") or {}).get("ReservedConcurrentExecutions", -1),
            tags=own_tags(answer.get("Tags")),
        )

    def steps(self) -> Sequence[Step]:
        """Configuration, code, concurrency."""

        def config(door: Door, change: Change) -> None:
            door.call("lambda", "update_function_configuration", FunctionName=change.id, **_config(change.news))

        def code(door: Door, change: Change) -> None:
            words = given(Architectures=change.news.get("architectures"))
            publish = change.news.get("publish", False)
            body = _code(change.news)
            door.call("lambda", "update_function_code", FunctionName=change.id, Publish=publish, **body, **words)

        def concurrency(door: Door, change: Change) -> None:
            reserved = change.news.get("reservedConcurrentExecutions", -1)
            if reserved < 0:
                door.call("lambda", "delete_function_concurrency", FunctionName=change.id)
            else:
                _reserve(door, change.id, reserved)

        return [(_CONFIG, config), (_CODE, code), (("reservedConcurrentExecutions",), concurrency)]

    def retag(self, door: Door, change: Change, put: Mapping[str, str], drop: Sequence[str]) -> None:
        """UntagResource, then TagResource, by ARN."""
        arn = change.old.get("arn") or (self.read(door, change.id, {}) or {}).get("arn")
        if drop:
            door.call("lambda", "untag_resource", Resource=arn, TagKeys=list(drop))
        if put:
            door.call("lambda", "tag_resource", Resource=arn, Tags=dict(put))

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """DeleteFunction."""
        door.call("lambda", "delete_function", FunctionName=id_)


def _reserve(door: Door, name: str, reserved: int) -> None:
    door.call("lambda", "put_function_concurrency", FunctionName=name, ReservedConcurrentExecutions=reserved)


def _config(inputs: Properties) -> dict[str, Any]:
    layers = {"Layers": inputs["layers"]} if inputs.get("layers") else {}
    return {
        "Role": inputs["role"],
        **given(
            Runtime=inputs.get("runtime"),
            Handler=inputs.get("handler"),
            KMSKeyArn=inputs.get("kmsKeyArn"),
            TracingConfig=pascal(inputs.get("tracingConfig")),
            DeadLetterConfig=pascal(inputs.get("deadLetterConfig")),
        ),
        "Description": inputs.get("description", ""),
        "Environment": {"Variables": (inputs.get("environment") or {}).get("variables") or {}},
        "Timeout": inputs["timeout"],
        "MemorySize": inputs["memorySize"],
        **layers,
    }


def _code(inputs: Properties) -> dict[str, Any]:
    """The code's parameters. Raises ProviderError when there is none, or its file cannot be read."""
    code = inputs.get("code")
    if isinstance(code, Asset):
        try:
            return {"ZipFile": _zipped(code)}
        except OSError as error:
            raise ProviderError(f"the code of {inputs['name']} cannot be read: {error}", hint="correct code") from None
    parameters = given(
        S3Bucket=inputs.get("s3Bucket"),
        S3Key=inputs.get("s3Key"),
        S3ObjectVersion=inputs.get("s3ObjectVersion"),
        ImageUri=inputs.get("imageUri"),
    )
    if not parameters:
        raise ProviderError(f"the function {inputs['name']} has no code", hint="give code, s3Bucket or imageUri")
    return parameters


def _zipped(asset: Asset) -> bytes:
    """The asset's bytes if they are a zip file, else a zip file that holds it alone, the same for the same bytes."""
    raw = asset.read()
    if raw[:4] == b"PK\x03\x04":
        return raw
    name = asset.path.rpartition("/")[2] if asset.path else "index.py"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), raw)
    return buffer.getvalue()


class Permission(Kind):
    """`aws:lambda/permission:Permission`: one statement of a function's policy; its id is the statement's."""

    type = "aws:lambda/permission:Permission"

    def create(self, door: Door, inputs: Properties) -> str:
        """AddPermission."""
        door.call(
            "lambda",
            "add_permission",
            FunctionName=inputs["function"],
            StatementId=inputs["statementId"],
            Action=inputs["action"],
            Principal=inputs["principal"],
            **given(
                SourceArn=inputs.get("sourceArn"),
                SourceAccount=inputs.get("sourceAccount"),
                EventSourceToken=inputs.get("eventSourceToken"),
                PrincipalOrgID=inputs.get("principalOrgId"),
                FunctionUrlAuthType=inputs.get("functionUrlAuthType"),
                Qualifier=inputs.get("qualifier"),
            ),
        )
        return str(inputs["statementId"])

    def read(self, door: Door, id_: str, known: Properties) -> Properties | None:
        """GetPolicy and the statement in it; an import says `function/statementId`."""
        function, statement_id = known.get("function"), id_
        if not function:
            function, _, statement_id = id_.partition("/")
        where = given(FunctionName=function, Qualifier=known.get("qualifier"))
        answer = found(lambda: door.call("lambda", "get_policy", **where))
        statement = _statement(answer, statement_id)
        if statement is None:
            return None
        principal = statement.get("Principal")
        named = principal.get("Service") or principal.get("AWS") if isinstance(principal, dict) else principal
        same = {key: known[key] for key in ("sourceArn", "sourceAccount", "eventSourceToken") if known.get(key)}
        rest = {key: known[key] for key in ("principalOrgId", "functionUrlAuthType", "qualifier") if known.get(key)}
        return present(
            statementId=statement_id,
            function=function,
            action=statement.get("Action"),
            principal=known.get("principal") or named,
            **same,
            **rest,
        )

    def delete(self, door: Door, id_: str, state: Properties) -> None:
        """RemovePermission."""
        where = given(FunctionName=state.get("function"), Qualifier=state.get("qualifier"))
        door.call("lambda", "remove_permission", StatementId=id_, **where)


def _statement(answer: Mapping[str, Any] | None, statement_id: str) -> Mapping[str, Any] | None:
    if answer is None:
        return None
    statements = json.loads(answer["Policy"]).get("Statement", ())
    return next((item for item in statements if item.get("Sid") == statement_id), None)


KINDS: Final[tuple[Kind, ...]] = (Function(), Permission())
