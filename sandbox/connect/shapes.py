"""Amazon Connect's own service model, compiled."""

from __future__ import annotations

from ..shapes import Json, Model, Operation, SerializationError, document

__all__ = ["Json", "Operation", "SerializationError", "document", "operations", "route", "status_of"]

# The model's own patterns that would refuse what the service takes (Connect facts 3.13) or are not what they mean.
_PATTERN_FIXES: dict[str, str | None] = {
    "PhoneNumber": r"\+[1-9]\d{1,14}$",
    "IpCidr": None,
    "RegionName": None,
    "S3Uri": r"s3://\S+/.+|https://\S+\.s3\.\S+\.amazonaws\.com/\S+",  # the model escapes its https form twice
    "PhoneNumberPrefix": r"\+?[0-9]{1,11}$",
    "Password": r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)\S{8,64}$",  # the model has it between slashes
}
_MODEL = Model("connect", _PATTERN_FIXES)
operations = _MODEL.operations
route = _MODEL.route
status_of = _MODEL.status_of
