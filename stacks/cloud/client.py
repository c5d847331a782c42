"""The one door to AWS: boto3 in, plain dictionaries out, every refusal in one sentence.

Nothing else in the product imports boto3 for Connect and its neighbours. botocore's own errors never leave this module:
they become `CloudError`, with the list of `problems` that Connect hides from the message of an invalid flow
(Connect facts 1.2). The SDK's retries are off, because they also repeat a full quota (LimitExceededException) in vain;
what is throttled is repeated here, with back-off and jitter.
"""

from __future__ import annotations

import copy
import ipaddress
import os
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from ...specs.errors import CloudError
from ..durable.files import crash_point
from ..provider.models import shared_loader
from .lean import read_leanly

THROTTLED: Final = frozenset(
    {"ThrottlingException", "TooManyRequestsException", "Throttling", "RequestLimitExceeded", "SlowDown"}
)
FULL: Final = frozenset({"LimitExceededException", "ServiceQuotaExceededException"})
ATTEMPTS: Final = 40  # a minute and a half of patience; Connect gives back two requests a second (Connect facts 1.1)
_PAUSE: Final = 3.0  # seconds, at most: a longer one leaves requests unused that others do not need
_READS: Final = ("describe_", "list_", "get_", "search_", "head_", "batch_get_")
_REPEATABLE: Final = (*_READS, "update_", "put_", "delete_", "tag_", "untag_")
_TOKENS: Final = {  # request and answer member of the page token; Connect's own are both NextToken
    "logs": ("nextToken", "nextToken"),
    "kms": ("Marker", "NextMarker"),
    "iam": ("Marker", "Marker"),
    "lambda": ("Marker", "NextMarker"),
    "s3": ("ContinuationToken", "NextContinuationToken"),
}


def is_loopback(url: str | None) -> bool:
    """Whether `url` names this machine, so that no real account can be behind it."""
    host = urlsplit(url or "").hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Cloud:
    """AWS in one Region. Safe to use from many threads; clients are made when first needed and kept.

    `endpoint_url` (a sandbox) takes the place of every service's own. On a loopback endpoint the credentials
    "sandbox"/"sandbox" stand in when the environment names none; everywhere else boto3's own chain decides.
    """

    def __init__(
        self,
        region: str,
        *,
        endpoint_url: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        patience: float = 60.0,
    ) -> None:
        """`patience`: seconds that an answer may take before it counts as lost."""
        self.region = region
        self.endpoint_url = endpoint_url
        self._sleep = sleep
        self._patience = patience
        self._lock = threading.Lock()
        self._session: Any = None
        self._clients: dict[str, Any] = {}
        self._attempts = ATTEMPTS

    def impatient(self) -> Cloud:
        """The same door and connections, but each call is tried once: for callers that pace and repeat themselves."""
        other = copy.copy(self)
        other._attempts = 1
        return other

    def call(self, service: str, method: str, **params: Any) -> dict[str, Any]:
        """Call boto3's `method` (`create_queue`) of `service` and return the answer without its metadata.

        Members whose value is None are left out. Throttled calls are repeated, and after a lost answer or a server
        error also those that do the same when done twice. Raises CloudError for everything that botocore raises.
        """
        answer = self._answer(service, method, params)
        answer.pop("ResponseMetadata", None)
        return answer

    def dated(self, service: str, method: str, **params: Any) -> tuple[dict[str, Any], datetime | None]:
        """The same, and what time it was at the service when it answered (None where it does not say)."""
        answer = self._answer(service, method, params)
        said = answer.pop("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
        try:
            return answer, parsedate_to_datetime(said) if said else None
        except ValueError:
            return answer, None

    def _answer(self, service: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
        client = self._client(service)
        given = {key: value for key, value in params.items() if value is not None}
        operation = client.meta.method_to_api_mapping.get(method, method)
        for attempt in range(self._attempts):
            crash_point(f"call:before:{operation}")
            try:
                answer = dict(getattr(client, method)(**given))
            except Exception as error:
                wrapped = self._error(error, service, operation)
                if wrapped is None:
                    raise
                if attempt + 1 >= min(self._attempts, _patience(wrapped)) or not _may_repeat(method, wrapped):
                    raise wrapped from error
                self._sleep(min(0.25 * 2 ** min(attempt, 8), _PAUSE) * random.uniform(0.5, 1.0))  # noqa: S311 - jitter only
                continue
            crash_point(f"call:after:{operation}")
            return answer
        raise AssertionError("unreachable: the last attempt returns or raises")

    def pages(self, service: str, method: str, key: str, **params: Any) -> Iterator[dict[str, Any]]:
        """All items under `key` of a paged list, page after page. Items that are plain text come as {"value": text}."""
        ask, answer_key = _TOKENS.get(service, ("NextToken", "NextToken"))
        token: str | None = None
        while True:
            page = self.call(service, method, **{**params, ask: token})
            for item in page.get(key) or ():
                yield item if isinstance(item, dict) else {"value": item}
            token = page.get(answer_key)
            if not token:
                return

    def account(self) -> str:
        """The account's 12 digits, by STS."""
        return str(self.call("sts", "get_caller_identity")["Account"])

    def _client(self, service: str) -> Any:
        client = self._clients.get(service)
        if client is not None:
            return client
        with self._lock:  # sessions and the making of clients are not thread-safe, clients are
            if service not in self._clients:
                self._clients[service] = self._make_client(service)
            return self._clients[service]

    def _make_client(self, service: str) -> Any:
        import boto3
        import botocore.session
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        if self._session is None:
            core = botocore.session.get_session()
            core.register_component("data_loader", shared_loader())
            self._session = boto3.session.Session(botocore_session=core, region_name=self.region)
        config = Config(
            retries={"total_max_attempts": 1},
            max_pool_connections=40,
            connect_timeout=10,
            read_timeout=self._patience,
            s3={"addressing_style": "path"} if self.endpoint_url else None,
            user_agent_extra="ccdeploy",
        )
        keys: dict[str, str] = {}
        if is_loopback(self.endpoint_url) and not os.environ.get("AWS_ACCESS_KEY_ID"):
            keys = {"aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox"}
        try:
            client = self._session.client(service, endpoint_url=self.endpoint_url, config=config, **keys)
        except BotoCoreError as error:
            raise CloudError(f"{service}: {error}", where=service, hint=_SETUP_HINT, code="cloud-setup") from error
        read_leanly(client, service)
        return client

    def _error(self, error: Exception, service: str, operation: str) -> CloudError | None:
        """`error` as ours, or None when it is not botocore's (then it is a bug and keeps its traceback)."""
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError
        from botocore.exceptions import ConnectionError as NoConnection

        if isinstance(error, ClientError):
            return _refusal(error.response, service, operation)
        if isinstance(error, NoCredentialsError):
            return CloudError(
                f"{operation}: no AWS credentials were found",
                operation=operation,
                where=service,
                hint="set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                code="credentials",
            )
        if isinstance(error, (HTTPClientError, NoConnection)):
            at = self.endpoint_url or f"{service} in {self.region}"
            hint = "is it running? ccdeploy sandbox status" if is_loopback(self.endpoint_url) else "check the network"
            return CloudError(
                f"{operation}: no answer from {at}",
                operation=operation,
                where=service,
                hint=f"{hint}; then run the same command again",
                code="unanswered",
            )
        if isinstance(error, BotoCoreError):
            return CloudError(f"{operation}: {error}", operation=operation, where=service, code="cloud-setup")
        return None


_SETUP_HINT: Final = "check AWS_PROFILE and the files under ~/.aws"


def _refusal(response: Any, service: str, operation: str) -> CloudError:
    """What the service said, `problems` included; botocore prints an empty text for an invalid flow."""
    said = response.get("Error", {})
    code = str(said.get("Code", "")) or "Unknown"
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    listed = response.get("problems") or response.get("Problems") or ()
    problems = tuple(str(item.get("message", item)) if isinstance(item, dict) else str(item) for item in listed)
    words = str(said.get("Message") or response.get("message") or response.get("Message") or "").strip()
    text = "; ".join(problems) or words or "no reason was given"
    return CloudError(
        f"{operation} was refused ({code}): {text}",
        operation=operation,
        service_code=code,
        status=status,
        problems=problems,
        where=service,
        hint=_hint(code, service, operation, text),
    )


_DENIED: Final = re.compile(r"not authorized to perform: ([a-z0-9-]+:\w+)")


def _hint(code: str, service: str, operation: str, text: str) -> str:
    if code in FULL:
        return "a quota is full: ask AWS for more, then write the new limit under `quotas:` in center.yaml"
    if code in {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"}:
        named = _DENIED.search(text)  # may be what the operation does to a neighbour
        action = named[1] if named else f"{service}:{operation}"
        return f"the credentials lack {action}; the policy that they need: ccdeploy doctor --policy"
    if code in {"ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "InvalidClientTokenId"}:
        return "the credentials are wrong or have expired: sign in again, then run the same command again"
    if code == "DuplicateResourceException":
        return "another one bears this name: rename it, or give ours another title; was ours renamed? `was: OLD-KEY`"
    if code in THROTTLED:
        return "the service is busy: run the same command again in a minute"
    return ""


def _patience(error: CloudError) -> int:
    """How often a call is tried: a busy service answers in the end, one that says nothing may be gone."""
    return ATTEMPTS if error.service_code in THROTTLED or error.status == 429 else 12


def _may_repeat(method: str, error: CloudError) -> bool:
    """A throttled call did nothing. After a lost answer only calls that do the same when done twice are repeated."""
    if error.service_code in FULL:
        return False
    if error.service_code in THROTTLED or error.status == 429:
        return True
    if error.status >= 500 or error.code == "unanswered":
        return method.startswith(_REPEATABLE)
    return False


def is_missing(error: CloudError) -> bool:
    """Whether the service says that the thing itself is not there (404 in any of its spellings)."""
    return error.status == 404 or error.service_code in {
        "ResourceNotFoundException",
        "NotFoundException",
        "NoSuchBucket",
        "NoSuchKey",
        "NoSuchEntity",
    }
