"""One HTTP request and one answer, as the application sees them: which service, Region and operation are meant."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

# Services whose operations are told by method and path: signing name -> the model that holds them.
_BY_PATH = {"s3": "s3", "lambda": "lambda", "kinesisvideo": "kinesisvideo", "lex": "lexv2-models"}
MOST_BODY = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and the whole body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class TooLarge(ValueError):
    """The body is larger than anything that a client of the sandbox sends."""


@dataclass(frozen=True)
class Call:
    """A request whose body has been read. `service` is the signing name ("" when unsigned); `region` likewise."""

    environ: dict[str, Any]
    body: bytes
    service: str
    region: str

    @staticmethod
    def of(environ: dict[str, Any], body: bytes) -> Call:
        """Read service and Region from the credential scope; the signature itself is never checked."""
        service, region = _scope(environ)
        return Call(environ, body, service, region)

    @property
    def method(self) -> str:
        """GET, PUT, …"""
        return str(self.environ.get("REQUEST_METHOD", "GET"))

    @property
    def raw_path(self) -> str:
        """The path as it came, still encoded."""
        return str(self.environ.get("REQUEST_URI") or self.environ.get("PATH_INFO", "/")).split("?", 1)[0]

    @property
    def host(self) -> str:
        """The server's address as the client called it."""
        return str(self.environ.get("HTTP_HOST", "127.0.0.1"))

    @functools.cached_property
    def key(self) -> str:
        """The access key that signed the request, with the session token if there is one: "" when unsigned."""
        authorization = str(self.environ.get("HTTP_AUTHORIZATION", ""))
        start = authorization.find("Credential=")
        key = authorization[start + 11 :].split("/")[0] if start >= 0 else ""
        return f"{key}/{self.environ.get('HTTP_X_AMZ_SECURITY_TOKEN', '')}"

    @functools.cached_property
    def query(self) -> dict[str, list[str]]:
        """The query string."""
        return parse_qs(self.environ.get("QUERY_STRING", ""), keep_blank_values=True)

    @functools.cached_property
    def operation(self) -> str:
        """The operation's name for services beside Connect, "" where it cannot be told."""
        target = self.environ.get("HTTP_X_AMZ_TARGET", "")
        if target:
            return str(target).rsplit(".", 1)[-1]
        if "form-urlencoded" in self.environ.get("CONTENT_TYPE", ""):
            action = parse_qs(self.body.decode("utf-8", "replace")).get("Action")
            if action:
                return action[0]
        return self._by_path() or f"{self.method} {self.raw_path}"

    def _by_path(self) -> str:
        model = _BY_PATH.get(self.service)
        if model is None:
            return ""
        from moto.core.request import Request
        from moto.core.routing import get_service_router
        from werkzeug.exceptions import NotFound

        try:
            operation, _ = get_service_router(model).match(Request(self.environ))
        except (NotFound, NotImplementedError):
            return ""
        return str(operation.name)


def _scope(environ: dict[str, Any]) -> tuple[str, str]:
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    start = authorization.find("Credential=")
    if start >= 0:
        parts = authorization[start + 11 :].split(",")[0].strip().split("/")
        if len(parts) >= 5:
            return parts[-2].lower(), parts[-3]
    credential = parse_qs(environ.get("QUERY_STRING", "")).get("X-Amz-Credential")
    if credential and len(parts := credential[0].split("/")) >= 5:
        return parts[-2].lower(), parts[-3]
    return "", ""


def body_of(environ: dict[str, Any]) -> bytes:
    """Read the body, chunked or not. Raises TooLarge, OSError."""
    source = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        parts, size = [], 0
        while part := source.read(1 << 20):
            size += len(part)
            if size > MOST_BODY:
                raise TooLarge
            parts.append(part)
        return b"".join(parts)
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise TooLarge from None
    if length > MOST_BODY:
        raise TooLarge
    return source.read(length) if length > 0 else b""
