"""Credentials that cannot be used: each fault in one sentence, with the command that mends it, before any call."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from ccdeploy.deploy.account import door
from ccdeploy.deploy.sign_in import check_credentials, unknown
from ccdeploy.specs.errors import CloudError, Refused
from ccdeploy.specs.load import load

ROOT = Path(__file__).parents[3]
CONFIG = """
[profile hotline]
region = eu-central-1
[profile hotline-prod]
role_arn = arn:aws:iam::123456789012:role/ops
source_profile = hotline
mfa_serial = arn:aws:iam::123456789012:mfa/ada
[profile round]
role_arn = arn:aws:iam::123456789012:role/ops
source_profile = nobody
[profile desk]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = ops
[sso-session corp]
sso_start_url = https://corp.example.org/start
sso_region = eu-central-1
"""


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A shell without any variable of AWS, and files of its own."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PROFILE", "DEFAULT_PROFILE", "ENDPOINT_URL"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    (tmp_path / "config").write_text(CONFIG)
    (tmp_path / "credentials").write_text("[hotline]\naws_access_key_id = a\naws_secret_access_key = b\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    return monkeypatch


@pytest.mark.parametrize(
    ("environ", "said", "mends"),
    [
        ({}, "There are no AWS credentials.", "aws sso login"),
        ({"AWS_PROFILE": "hotlin"}, 'no AWS profile "hotlin"', "export AWS_PROFILE=hotline"),
        ({"AWS_PROFILE": "zzz"}, 'no AWS profile "zzz"', "known: hotline, hotline-prod"),
        ({"AWS_PROFILE": "hotline-prod"}, "a code from an MFA device", "export-credentials --profile hotline-prod"),
        ({"AWS_PROFILE": "desk"}, "Token for corp does not exist", "aws sso login --profile desk"),
        ({"AWS_PROFILE": "round"}, "nobody", "correct the profile round"),
        ({"AWS_ACCESS_KEY_ID": "a"}, "missing: AWS_SECRET_ACCESS_KEY", "export AWS_SECRET_ACCESS_KEY="),
    ],
)
def test_a_fault_of_the_credentials_is_one_sentence_and_a_command(
    shell: pytest.MonkeyPatch, environ: dict[str, str], said: str, mends: str
) -> None:
    for name, value in environ.items():
        shell.setenv(name, value)
    with pytest.raises(Refused) as caught:
        check_credentials()
    assert said in caught.value.message
    assert mends in caught.value.hint
    assert "\n" not in caught.value.message


def test_keys_of_a_session_go_before_a_profile_that_wants_a_code(shell: pytest.MonkeyPatch) -> None:
    shell.setenv("AWS_PROFILE", "hotline")
    check_credentials()
    shell.setenv("AWS_PROFILE", "hotline-prod")
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        shell.setenv(f"AWS_{name}", "x")
    check_credentials()


def test_an_endpoint_that_is_no_address_or_does_not_answer_is_named(shell: pytest.MonkeyPatch) -> None:
    center = load(ROOT / "tests/centres/small", stack="dev").center
    assert center is not None
    center = dataclasses.replace(center, account="111122223333")
    shell.setenv("AWS_PROFILE", "hotline")
    for text in ("localhost:99", "ftp://localhost", "http://"):
        shell.setenv("AWS_ENDPOINT_URL", text)
        with pytest.raises(Refused) as refused:
            door(center)
        assert refused.value.message == f"AWS_ENDPOINT_URL is no address: {text}"
        assert "unset AWS_ENDPOINT_URL" in refused.value.hint
    shell.setattr("time.sleep", lambda _: None)
    shell.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(CloudError) as unanswered:
        door(center)
    assert "no answer from http://127.0.0.1:9" in unanswered.value.message
    assert "credentials" not in unanswered.value.message, "nobody has judged them"


@pytest.mark.parametrize(
    ("code", "said", "mends"),
    [
        ("ExpiredToken", "has ended", "sign in again"),
        ("InvalidClientTokenId", "does not know the access key", "aws configure list"),
        ("SignatureDoesNotMatch", "does not fit their access key", "ccdeploy doctor --target aws"),
        ("SomethingElse", "refuses these credentials: it was refused", "AWS_PROFILE"),
    ],
)
def test_what_aws_says_to_the_first_call_is_told_to_who_signs_in(code: str, said: str, mends: str) -> None:
    found = unknown(CloudError("it was refused", operation="GetCallerIdentity", service_code=code, status=403))
    assert said in found.message
    assert mends in found.hint
