"""Whether there are credentials that can be used: checked on this machine, each fault with the command that mends it.

What only AWS can tell (unknown, expired, of another account) is told from its refusal of the first call.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final

from ..specs.errors import CcdeployError, CloudError, Refused
from ..specs.suggest import nearest

if TYPE_CHECKING:
    from botocore.session import Session

_SIGN_IN: Final = "Sign in (aws sso login) and set AWS_PROFILE, or rehearse: --target sandbox"
_ENDED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_UNKNOWN: Final = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"})
_WRONG_SECRET: Final = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException"})
_MISSING: Final = re.compile(r"missing: (\w+)")


def check_credentials() -> None:
    """Find and load credentials as boto3 will. Raises Refused, in one sentence with what mends it.

    Where there are none, the SDK would ask the metadata service of a machine that is not there for seconds. A profile
    that wants a code from an MFA device is refused: neither we nor the plugin can ask for one.
    """
    import botocore.session
    from botocore.exceptions import BotoCoreError, ClientError

    session = botocore.session.get_session()
    try:
        _check_mfa(session)
        found = session.get_credentials()
        if found is not None:
            found.get_frozen_credentials()
    except (BotoCoreError, ClientError) as error:
        raise _refusal(session, error) from error
    if found is None:
        raise Refused("There are no AWS credentials.", hint=_SIGN_IN, code="credentials")


def _check_mfa(session: Session) -> None:
    if os.environ.get("AWS_ACCESS_KEY_ID"):
        return
    profile: dict[str, Any] = session.get_scoped_config()
    if profile.get("role_arn") and profile.get("mfa_serial"):
        name = _profile(session)
        raise Refused(
            f"The AWS profile {name} wants a code from an MFA device, which nobody can type while a run goes on.",
            hint=f'eval "$(aws configure export-credentials --profile {name} --format env)"',
            code="credentials",
        )


def _profile(session: Session) -> str:
    return str(session.get_config_variable("profile") or "default")


def _refusal(session: Session, error: Exception) -> Refused:
    """What botocore says, and what to do."""
    from botocore import exceptions as known

    name = _profile(session)
    if isinstance(error, known.ProfileNotFound):
        near = nearest(name, session.available_profiles)
        known_ones = ", ".join(session.available_profiles) or "none"
        hint = f"did you mean {near}? export AWS_PROFILE={near}" if near else f"known: {known_ones}"
        return Refused(f'There is no AWS profile "{name}".', hint=hint, code="credentials")
    text = str(error).rstrip(".")
    hint = _SIGN_IN
    missing = _MISSING.search(text)
    if isinstance(error, known.PartialCredentialsError) and missing:
        hint = f"export {missing[1].upper()}=…, or: unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"
    elif isinstance(error, known.SSOError | known.TokenRetrievalError):
        hint = f"aws sso login --profile {name}"
    elif isinstance(error, known.HTTPClientError | known.ConnectionError):
        hint = "check the network, then run the same command again"
    elif isinstance(error, known.ClientError):
        hint = f"check role_arn and source_profile of the profile {name}: aws sts get-caller-identity --profile {name}"
    elif isinstance(error, known.ConfigParseError | known.InvalidConfigError | known.InfiniteLoopConfigError):
        hint = f"correct the profile {name} in ~/.aws/config"
    return Refused(f"The AWS credentials cannot be used: {text}.", hint=hint, code="credentials")


def unknown(error: CloudError) -> CcdeployError:
    """The refusal of the very first call, which asks who we are, in words for who signs in."""
    code, message = error.service_code, f"AWS refuses these credentials: {error.message}"
    hint = error.hint or "sign in again (aws sso login), or set AWS_PROFILE"
    if error.code == "unanswered":
        message = error.message  # nobody has judged the credentials
    elif code in _ENDED:
        message = "The session of these AWS credentials has ended."
        hint = "sign in again (aws sso login, or export new keys), then run the same command again"
    elif code in _UNKNOWN:
        message = "AWS does not know the access key of these credentials: it was deleted, or belongs elsewhere."
        hint = "aws configure list shows where it comes from; sign in again, or set AWS_PROFILE"
    elif code in _WRONG_SECRET:
        message = "The secret of these AWS credentials does not fit their access key, or this machine's clock is wrong."
        hint = "aws configure list shows where they come from; the clock: ccdeploy doctor --target aws"
    return CloudError(
        message,
        operation=error.operation,
        service_code=code,
        status=error.status,
        where=error.where,
        hint=hint,
        code=error.code,
    )
