"""What the CLI says when it fails, in our words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ....specs.errors import CcdeployError


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """A refusal of the Automation API becomes ours."""
    from pulumi.automation.errors import CommandError

    try:
        yield
    except CommandError as error:
        raise CcdeployError(
            f"The Pulumi CLI refused: {last_words(str(error))}",
            hint="Run the same command again; if it stays, run the CLI by hand: pulumi stack ls",
            code="pulumi",
        ) from error


def last_words(text: str) -> str:
    """The last line of the CLI that says something, without colours."""
    if "code: -9" in text or "code: 137" in text:
        return "the Pulumi CLI was killed"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error:")]
    found = (errors or lines or ["it ended without a word"])[-1]
    return found.removeprefix("error:").strip()
