"""`ccdeploy:index:Prompt`: a sound file in the instance (Connect facts 3.6).

Connect copies a prompt out of a bucket: the file is converted, put there, and named to the service. The object's key
holds a digest of the sound, so an update never meets an old copy.
"""

from __future__ import annotations

import hashlib
import re

from ...specs.errors import CloudError
from ..cloud.client import Cloud, is_missing
from ..provider.base import InitFailed, ProviderError
from ..provider.schema import Prop, ResourceSpec
from ..provider.values import Asset, Properties
from .audio import NotAudio, convert
from .kind import INSTANCE, TAGS, given, own_tags_of, retag


class Prompt:
    """Id `instanceId:promptId`."""

    spec = ResourceSpec(
        type="ccdeploy:index:Prompt",
        properties={
            "instanceId": INSTANCE,
            "name": Prop("string", required=True, min_length=1, max_length=127),
            "description": Prop("string", max_length=250),
            "bucket": Prop("string", required=True),
            "source": Prop("asset", required=True, write_only=True),
            "tags": TAGS,
        },
        outputs=("promptId", "arn", "s3Key"),
    )

    def create(self, cloud: Cloud, inputs: Properties) -> tuple[str, Properties]:
        """PutObject, CreatePrompt."""
        key = _upload(cloud, inputs)
        answer = cloud.call(
            "connect",
            "create_prompt",
            InstanceId=inputs["instanceId"],
            Name=inputs["name"],
            Description=inputs.get("description") or None,
            S3Uri=f"s3://{inputs['bucket']}/{key}",
            Tags=inputs.get("tags") or None,
        )
        prompt, arn = str(answer["PromptId"]), str(answer["PromptARN"])
        return f"{inputs['instanceId']}:{prompt}", {"promptId": prompt, "arn": arn, "s3Key": key}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        """DescribePrompt; the sound itself is never compared with what stands."""
        instance, prompt = id.split(":")
        found = cloud.call("connect", "describe_prompt", InstanceId=instance, PromptId=prompt)["Prompt"]
        kept: Properties = {key: state[key] for key in ("bucket", "source", "s3Key") if key in state}
        return given(
            {
                **kept,
                "instanceId": instance,
                "promptId": prompt,
                "arn": found.get("PromptARN"),
                "name": found.get("Name"),
                "description": found.get("Description"),
                "tags": own_tags_of(found.get("Tags"), state.get("tags")),
            }
        )

    def update(self, cloud: Cloud, id: str, old: Properties, news: Properties) -> Properties:
        """PutObject when the sound is another, UpdatePrompt, tags; then the old object goes."""
        instance, prompt = id.split(":")
        key = _upload(cloud, news)
        moved = key != old.get("s3Key") or news["bucket"] != old.get("bucket")
        cloud.call(
            "connect",
            "update_prompt",
            InstanceId=instance,
            PromptId=prompt,
            Name=news["name"],
            Description=news.get("description") or None,
            S3Uri=f"s3://{news['bucket']}/{key}" if moved else None,
        )
        own: Properties = {"promptId": prompt, "arn": old["arn"], "s3Key": key}
        try:
            retag(cloud, old["arn"], old.get("tags") or {}, news.get("tags") or {})
            if moved and old.get("s3Key"):
                _remove_object(cloud, old)
        except CloudError as error:
            raise InitFailed(id, {**news, **own}, [error.message]) from error
        return own

    def delete(self, cloud: Cloud, id: str, outputs: Properties) -> None:
        """DeletePrompt, then the object in the bucket."""
        instance, prompt = id.split(":")
        try:
            cloud.call("connect", "delete_prompt", InstanceId=instance, PromptId=prompt)
        except CloudError as error:
            if not is_missing(error):
                raise
        if outputs.get("s3Key"):
            _remove_object(cloud, outputs)


def _upload(cloud: Cloud, inputs: Properties) -> str:
    source, name = inputs["source"], inputs["name"]
    if not isinstance(source, Asset):
        raise ProviderError(f"prompt {name!r}: its source is not a file", code="not-audio")
    try:
        sound = convert(source.read())
    except OSError as error:
        raise ProviderError(
            f"prompt {name!r}: {source.path} cannot be read: {error.strerror}", code="not-audio"
        ) from error
    except NotAudio as error:
        hint = "save it as a PCM wave file"
        raise ProviderError(f"prompt {name!r}: {source.path}: {error}", code="not-audio", hint=hint) from error
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "prompt"
    key = f"prompts/{slug[:60]}-{hashlib.sha256(sound).hexdigest()[:16]}.wav"
    cloud.call("s3", "put_object", Bucket=inputs["bucket"], Key=key, Body=sound, ContentType="audio/wav")
    return key


def _remove_object(cloud: Cloud, outputs: Properties) -> None:
    try:
        cloud.call("s3", "delete_object", Bucket=outputs["bucket"], Key=outputs["s3Key"])
    except CloudError as error:
        if not is_missing(error):
            raise
