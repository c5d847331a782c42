"""Starter folders: templates with a few blanks that are filled in, and the schemas that editors read.

A blank is written `<<word>>`, since braces and dollars mean something in the files themselves. Nothing that exists is
ever overwritten: if one file of the template is in the way, none is written.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ..specs.errors import Refused

TEMPLATES = Path(__file__).parent / "templates"
_BLANK = re.compile(r"<<(\w+)>>")
SCHEMAS = ("center", "flow", "calls", "roster")


def templates() -> list[str]:
    """The names of the templates, sorted."""
    return sorted(entry.name for entry in TEMPLATES.iterdir() if entry.is_dir() and entry.name != "__pycache__")


def languages() -> dict[str, dict[str, str]]:
    """The languages that the templates speak: by code, with voice, time zone, country and phrases."""
    table: dict[str, dict[str, str]] = json.loads((TEMPLATES / "languages.json").read_text(encoding="utf-8"))
    return table


def key_of(text: str) -> str:
    """`text` as a centre's key: lower-case ASCII letters, digits and hyphens, at most 24. Raises Refused if none is."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:24].strip("-")
    if not key:
        raise Refused(
            f"{text!r} gives no name for a centre: it needs a letter or a digit.",
            hint="Name it: ccdeploy init DIR --name my-line",
            code="bad-name",
        )
    return key


def filled(template: str, blanks: dict[str, str]) -> dict[str, str]:
    """The files of `template`, path to text, every blank filled."""
    root = TEMPLATES / template
    found: dict[str, str] = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            text = path.read_text(encoding="utf-8")
            found[path.relative_to(root).as_posix()] = _BLANK.sub(lambda match: _inside_quotes(blanks[match[1]]), text)
    return found


def _inside_quotes(word: str) -> str:
    """`word` as it may stand between the double quotes of a YAML scalar."""
    return json.dumps(word, ensure_ascii=False)[1:-1]


def write_new(folder: Path, files: dict[str, str]) -> None:
    """Write `files` under `folder`. Raises Refused, with nothing written, when one of them is there already."""
    in_the_way = [name for name in files if (folder / name).exists()]
    if folder.exists() and not folder.is_dir():
        in_the_way = [str(folder)]
    if in_the_way:
        raise Refused(
            f"{folder} already holds {', '.join(in_the_way)}; nothing was written.",
            hint="Name a new folder: ccdeploy init DIR",
            where=str(folder),
            code="exists",
        )
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema `name`: one of SCHEMAS."""
    if name == "flow":
        from ..flows.schema import flow_schema

        return flow_schema()
    if name == "roster":
        path = Path(__file__).parent.parent / "agents" / "roster.schema.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    from ..specs.schema import calls_schema, center_schema

    return center_schema() if name == "center" else calls_schema()


def schema_texts() -> dict[str, str]:
    """All schemas as files: path under the folder, where the starter's first lines point, to text."""
    return {
        f".ccdeploy/schemas/{name}.schema.json": json.dumps(schema(name), ensure_ascii=False, indent=2) + "\n"
        for name in SCHEMAS
    }


def write_schemas(folder: Path, texts: dict[str, str]) -> None:
    """Write the schemas; older ones are replaced."""
    from ..deploy.settings import hidden_folder

    (hidden_folder(folder) / "schemas").mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
