"""From an exception to a sentence (or the JSON error) and the exit code of the contract.

0 done or nothing to do, 1 refused or failed with nothing changed, 2 usage, 3 changed but unfinished, 4 another
operator holds the lease, 130 interrupted. Own exceptions carry their code; built-in ones are bugs and keep their
traceback, except that a file which cannot be read or written is something a user can act on.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from ..specs.errors import CcdeployError, Interrupted, Invalid
from .output import detach, out_json, talk

USAGE = 2
FAILED = 1

# Commands that print a stream of JSON lines: their last line is the result, which then carries the error.
STREAMS = frozenset({("up",), ("down",), ("roster", "apply")})


def report(error: BaseException, arguments: Sequence[str]) -> int:
    """Say what went wrong where it belongs and return the exit code. Built-in errors print their traceback."""
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        detach()
        return FAILED
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        error = Interrupted("Interrupted.", hint="Run the same command again; it goes on where it stopped.")
    if isinstance(error, click.UsageError):
        return _usage(error, arguments)
    known = _as_own(error)
    if known is None:
        return _bug(error, arguments)
    if "--json" in arguments:
        _print_json(known, arguments)
    else:
        _print_text(known)
    return known.exit_code


def _as_own(error: BaseException) -> CcdeployError | None:
    """The error as one a user can act on, or None for a bug."""
    if isinstance(error, CcdeployError):
        return error
    if isinstance(error, click.ClickException):
        return CcdeployError(error.format_message(), code="usage")
    if isinstance(error, OSError) and error.strerror:
        name = str(error.filename or "")
        return CcdeployError(
            f"{name}: {error.strerror}." if name else f"{error.strerror}.",
            where=name,
            code="io",
            hint="Check the path, its permissions and the free space, then run the command again.",
        )
    return None


def _print_text(error: CcdeployError) -> None:
    """The sentence, the place when the sentence does not name it, and what to do next."""
    from .render.problems import harmless, problems_text

    if isinstance(error, Invalid):
        talk(problems_text([problem for problem in error.problems if problem.severity == "error"]))
    told = error.where in error.message or error.where in error.hint
    place = f" ({error.where})" if error.where and not told else ""
    talk(f"{paint('error:')} {harmless(error.message + place)}")
    problems = getattr(error, "problems", ())
    for problem in () if isinstance(error, Invalid) else problems:
        talk(f"  - {harmless(str(problem))}")
    if error.hint:
        talk(f"hint: {harmless(error.hint)}")


def _print_json(error: CcdeployError, arguments: Sequence[str]) -> None:
    """`{"error": …}`; on an invalid folder `problems` beside it; in a stream as the last line, the result."""
    document: dict[str, object] = {"error": error.as_json()}
    if isinstance(error, Invalid):
        document |= {
            "problems": [problem.as_json() for problem in error.problems],
            "errors": sum(problem.severity == "error" for problem in error.problems),
            "warnings": sum(problem.severity == "warning" for problem in error.problems),
        }
    words = tuple(word for word in arguments if not word.startswith("-"))
    stream = words[:1] in STREAMS or words[:2] in STREAMS
    result = getattr(error, "result", None)
    if stream:
        document = {"event": "result", **(result or {}), **document}
    out_json(document, line=stream)


def _usage(error: click.UsageError, arguments: Sequence[str]) -> int:
    """Usage mistakes look as click makes them, or are the JSON error under --json; no command at all shows the help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        talk(error.format_message())
        return USAGE
    hint = f"Run: {error.ctx.command_path} --help" if error.ctx else "Run: ccdeploy --help"
    if "--json" in arguments:
        _print_json(CcdeployError(error.format_message(), hint=hint, code="usage"), arguments)
    else:
        talk(f"{paint('error:')} {error.format_message()}\nhint: {hint}")
    return USAGE


def _bug(error: BaseException, arguments: Sequence[str]) -> int:
    """A traceback, because it is ours to mend; the JSON reader still gets its object."""
    import traceback

    talk("".join(traceback.format_exception(error)))
    if "--json" in arguments:
        _print_json(CcdeployError(f"{type(error).__name__}: {error}", code="internal"), arguments)
    else:
        talk(f"{paint('error:')} this is a mistake in ccdeploy itself; the lines above tell where.")
    return FAILED


def paint(word: str) -> str:
    """The word in bold red where standard error is a terminal that may show colour."""
    from .render.colour import wanted

    return f"\x1b[1;31m{word}\x1b[0m" if wanted(sys.stderr) else word
