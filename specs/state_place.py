"""Where a stack's state lies when it is shared: `s3://BUCKET/PREFIX?region=…&endpoint=…&key=…`."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from .model import StatePlace

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX: Final = re.compile(r"[A-Za-z0-9!_.*'()/-]*")
_OPTIONS: Final = ("region", "endpoint", "key")
EXAMPLE: Final = "s3://my-bucket/hotline"


def parse_place(text: str) -> StatePlace:
    """Read the URL. Raises ValueError(message, what to write instead)."""
    parts = urlsplit(text)
    bucket, prefix = parts.netloc, unquote(parts.path).strip("/")
    if parts.scheme != "s3" or parts.fragment:
        raise ValueError(f'"{text}" is no place for a state', f"write {EXAMPLE}")
    if not _BUCKET.fullmatch(bucket) or ".." in bucket:
        raise ValueError(
            f'"{bucket}" is no name of a bucket', f"3 to 63 lowercase letters, digits, dots and hyphens: {EXAMPLE}"
        )
    if not _PREFIX.fullmatch(prefix) or any(part in {"", ".", ".."} for part in prefix.split("/") if prefix):
        raise ValueError(f'"{prefix}" is no prefix', f"letters, digits and -_.!*'() between slashes: {EXAMPLE}")
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name, value in given.items():
        if name not in _OPTIONS:
            raise ValueError(f'"{name}" is no option of a state', f"there are {', '.join(_OPTIONS)}")
        if not value:
            raise ValueError(f'the option "{name}" is empty', f"give it a value or leave it out: {EXAMPLE}?{name}=…")
    endpoint = given.get("endpoint", "")
    if endpoint and urlsplit(endpoint).scheme not in {"http", "https"}:
        raise ValueError(f'"{endpoint}" is no endpoint', "write it with https://, for example https://s3.example.org")
    return StatePlace(bucket, prefix, given.get("region", ""), endpoint, given.get("key", ""))
