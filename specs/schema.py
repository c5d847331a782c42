"""The JSON Schemas (2020-12) of what people write, from the same tables that read it."""

from __future__ import annotations

from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def center_schema() -> dict[str, Any]:
    """The schema of center.yaml: a description and an example for every key."""
    from .grammar.center import center

    return _headed(center().schema(), "center.yaml", "One contact centre on Amazon Connect.")


def calls_schema() -> dict[str, Any]:
    """The schema of calls/*.yaml."""
    from .grammar.calls import calls

    return _headed(calls().schema(), "calls/*.yaml", "Call scripts: who dials what, what they hear, how it ends.")


def texts_schema() -> dict[str, Any]:
    """The schema of texts/*.yaml."""
    from .grammar.center import text_file

    return _headed(text_file().schema(), "texts/*.yaml", "Texts by key and language.")


def _headed(schema: dict[str, Any], title: str, description: str) -> dict[str, Any]:
    return {"$schema": DIALECT, "title": title, "description": description, **schema}
