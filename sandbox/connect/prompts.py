"""Prompts and vocabularies (Connect facts 3.6)."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

from . import exceptions as ex
from .base import Base, Json

_S3_URI = re.compile(r"(s3://[^/]+/.+|https://[^/]*s3[^/]*/.+)")


class Prompts(Base):
    """Create, read, change and delete prompts: a .wav file is copied from a bucket."""

    def create_prompt(self, p: Json) -> Json:
        """Raises DuplicateResource, InvalidParameter (not a .wav in S3), LimitExceeded."""
        instance = self.instance(p)
        self._check_uri(p["S3Uri"])
        members = {k: p.get(k) for k in ("Name", "Description", "Tags")}
        return self.create(instance, "prompt", {**members, "_uri": p["S3Uri"]})

    def describe_prompt(self, p: Json) -> Json:
        """One prompt."""
        return {"Prompt": self.find(self.instance(p), "prompt", p["PromptId"])}

    def update_prompt(self, p: Json) -> Json:
        """Name, description, or another file."""
        instance = self.instance(p)
        prompt = self.find(instance, "prompt", p["PromptId"])
        if "S3Uri" in p:
            self._check_uri(p["S3Uri"])
            prompt = {**prompt, "_uri": p["S3Uri"]}
        self.rename(instance, "prompt", prompt, p, "Description")
        return prompt

    def delete_prompt(self, p: Json) -> Json:
        """There is no in-use error."""
        instance = self.instance(p)
        self.drop(instance, "prompt", self.find(instance, "prompt", p["PromptId"]))
        return {}

    def list_prompts(self, p: Json) -> Json:
        """Summaries, at most 1,000 a page."""
        return self.page(p, "PromptSummaryList", self.things(self.instance(p), "prompt"))

    def get_prompt_file(self, p: Json) -> Json:
        """A URL of the audio on the sandbox itself: the object it came from, silence for the seven of the service."""
        prompt = self.find(self.instance(p), "prompt", p["PromptId"])
        place = _place(prompt.get("_uri", ""))
        if place is None:
            url = f"http://{self.manner.host}/_sandbox/silence.wav"
        else:
            scope = quote(f"sandbox/20260101/{self.region}/s3/aws4_request", safe="")
            url = f"http://{self.manner.host}/{place[0]}/{quote(place[1])}?X-Amz-Credential={scope}&X-Amz-Signature=0"
        times = {k: prompt[k] for k in ("LastModifiedTime", "LastModifiedRegion")}
        return {"PromptPresignedUrl": url, **times}

    def _check_uri(self, uri: str) -> None:
        if not _S3_URI.fullmatch(uri):
            raise self.invalid("S3Uri: must be s3://bucket/key or the https form of an object in S3")
        if not uri.lower().split("?")[0].endswith(".wav"):
            raise self.invalid("S3Uri: only .wav files can be imported")
        others, place = self.settings.neighbours, _place(uri)
        if others is not None and place is not None and not others.s3_object(*place):
            raise self.invalid(f"S3Uri: there is no object {place[1]} in a bucket {place[0]}")


def _place(uri: str) -> tuple[str, str] | None:
    """Bucket and key of an S3 URI in any of its forms; None for none."""
    if uri.startswith("s3://"):
        bucket, _, key = uri[5:].partition("/")
        return bucket, key
    parts = urlsplit(uri)
    host, path = parts.hostname or "", unquote(parts.path).lstrip("/")
    if not path:
        return None
    if host.startswith(("s3.", "s3-")):  # https://s3.region.amazonaws.com/bucket/key
        bucket, _, key = path.partition("/")
        return bucket, key
    return host.split(".s3")[0], path  # https://bucket.s3.region.amazonaws.com/key


class Vocabularies(Base):
    """Custom vocabularies of speech analytics."""

    def create_vocabulary(self, p: Json) -> Json:
        """Asynchronous: CREATION_IN_PROGRESS, then ACTIVE or CREATION_FAILED. Raises ResourceConflict."""
        instance = self.instance(p)
        members = {
            "VocabularyName": p["VocabularyName"],
            "Name": p["VocabularyName"],
            "LanguageCode": p["LanguageCode"],
            "Content": p["Content"],
            "Tags": p.get("Tags"),
            "State": "CREATION_FAILED" if self.manner.fails else "ACTIVE",
            "FailureReason": "The vocabulary could not be made" if self.manner.fails else None,
            "_ready": self.now + self.settings.seconds,
        }
        return {**self.create(instance, "vocabulary", members), "State": "CREATION_IN_PROGRESS"}

    def describe_vocabulary(self, p: Json) -> Json:
        """One vocabulary with its state."""
        return {"Vocabulary": self._as_it_stands(self.find(self.instance(p), "vocabulary", p["VocabularyId"]))}

    def delete_vocabulary(self, p: Json) -> Json:
        """Asynchronous: DELETE_IN_PROGRESS until it is gone. A default vocabulary cannot go."""
        instance = self.instance(p)
        found = self.find(instance, "vocabulary", p["VocabularyId"])
        for default in self.things(instance, "default-vocabulary"):
            if default["VocabularyId"] == found["Id"]:
                raise ex.ResourceInUse("The vocabulary is the default of its language", "VOCABULARY", found["Id"])
        if "_leaving" not in found and self.vanish((instance["Id"], "vocabulary", found["Id"])):
            self.change.put(instance["Id"], "vocabulary", found["Id"], {**found, "_leaving": True})
        return {**found, "State": "DELETE_IN_PROGRESS"}

    def _as_it_stands(self, vocabulary: Json) -> Json:
        if "_leaving" in vocabulary:
            return {**vocabulary, "State": "DELETE_IN_PROGRESS"}
        if vocabulary["_ready"] > self.now:
            return {**vocabulary, "State": "CREATION_IN_PROGRESS", "FailureReason": None}
        return vocabulary

    def search_vocabularies(self, p: Json) -> Json:
        """Vocabularies by state, beginning of the name and language, at most 100 a page."""
        rows = (
            row
            for row in map(self._as_it_stands, self.things(self.instance(p), "vocabulary"))
            if p.get("State", row["State"]) == row["State"]
            and row["Name"].startswith(p.get("NameStartsWith", ""))
            and p.get("LanguageCode", row["LanguageCode"]) == row["LanguageCode"]
        )
        return self.page(p, "VocabularySummaryList", rows)

    def associate_default_vocabulary(self, p: Json) -> Json:
        """The vocabulary that a language uses; left out, none."""
        instance = self.instance(p)
        code = p["LanguageCode"]
        if not p.get("VocabularyId"):
            self.change.drop(instance["Id"], "default-vocabulary", code)
            return {}
        found = self.find(instance, "vocabulary", p["VocabularyId"])
        entry = {
            "Id": code,
            "_n": self.store.next_number(),
            "InstanceId": instance["Id"],
            "LanguageCode": code,
            "VocabularyId": found["Id"],
            "VocabularyName": found["Name"],
        }
        self.change.put(instance["Id"], "default-vocabulary", code, entry)
        return {}

    def list_default_vocabularies(self, p: Json) -> Json:
        """The default vocabulary of each language."""
        code = p.get("LanguageCode")
        rows = self.things(self.instance(p), "default-vocabulary")
        return self.page(p, "DefaultVocabularyList", (r for r in rows if code in (None, r["LanguageCode"])))
