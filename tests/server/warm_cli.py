"""A warm `ccdeploy`: one process that has imported everything and forks for each command, in a third of the time.

It reads JSON lines from standard input and answers on standard output. {"run": [words], "out": FILE, "err": FILE,
"env": {...}} forks a child that is the command and answers {"pid": n}; {"wait": n} answers {"code": c}, negative for a
signal as subprocess has it. The words on the command line are run once, to warm up.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main() -> None:
    """Serve until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)  # what the command says while it warms up is nobody's

    def say(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    say({"code": leave(sys.argv[1:])})
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            say({"code": os.waitstatus_to_exitcode(status)})
            continue
        pid = os.fork()
        if pid == 0:
            os._exit(child(asked))
        say({"pid": pid})


def child(asked: dict[str, Any]) -> int:
    """The command, with files for its streams."""
    os.environ.update(asked["env"])
    for number, name in ((0, os.devnull), (1, asked["out"]), (2, asked["err"])):
        handle = os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    code = leave(asked["run"])
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def leave(words: list[str]) -> int:
    """Run the command as `ccdeploy` does and return its exit code."""
    from ccdeploy.cli.main import cli

    try:
        cli.main(words)
    except SystemExit as left:
        return int(left.code or 0)
    return 0


if __name__ == "__main__":
    main()
