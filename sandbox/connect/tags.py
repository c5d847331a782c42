"""Tags by ARN (Connect facts 3.0)."""

from __future__ import annotations

from . import exceptions as ex
from .base import Base, Json, arn_tail
from .kinds import BY_SEGMENT

_MOST = 50


class Tags(Base):
    """Tag, untag and read tags of everything that has an ARN."""

    def tag_resource(self, p: Json) -> Json:
        """Adds or replaces tags, at most 50 in all. Raises InvalidParameter for reserved keys."""
        scope, kind, thing = self._tagged(p["resourceArn"])
        merged = {**(thing.get("Tags") or {}), **p["tags"]}
        self.check_tags(p["tags"])
        if len(merged) > _MOST:
            raise self.invalid(f"tags: at most {_MOST} tags")
        self.change.put(scope, kind, thing["Id"], {**thing, "Tags": merged})
        return {}

    def untag_resource(self, p: Json) -> Json:
        """Removes tags by key."""
        scope, kind, thing = self._tagged(p["resourceArn"])
        gone = set(p["tagKeys"])
        left = {k: v for k, v in (thing.get("Tags") or {}).items() if k not in gone}
        self.change.put(scope, kind, thing["Id"], {**thing, "Tags": left})
        return {}

    def list_tags_for_resource(self, p: Json) -> Json:
        """The tags."""
        return {"tags": self._tagged(p["resourceArn"])[2].get("Tags") or {}}

    def check_tags(self, tags: Json) -> None:
        """Keys must not begin with aws:."""
        for key in tags:
            if key.lower().startswith("aws:"):
                raise self.invalid(f"tags: the key {key} is reserved")

    def _tagged(self, arn: str) -> tuple[str, str, Json]:
        parts = arn.split(":", 5)
        if len(parts) < 6 or parts[0] != "arn" or parts[2] != "connect":
            raise self.invalid(f"resourceArn: {arn} is not an ARN of Amazon Connect")
        path = parts[5].split("/")
        scope, kind = self.here, ""
        if path[0] == "phone-number":
            kind = "number"
        elif path[0] == "instance" and len(path) == 2:
            kind = "instance"
        elif path[0] == "instance" and len(path) >= 4 and path[2] in BY_SEGMENT:
            scope, kind = path[1], BY_SEGMENT[path[2]].key
        found = self.store.get(scope, kind, arn_tail(arn).split(":")[0]) if kind else None
        if found is None or not arn.startswith(found["Arn"]):
            raise ex.ResourceNotFound(f"Resource not found: {arn}")
        return scope, kind, found
