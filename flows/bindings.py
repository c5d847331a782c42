"""The file of references beside an imported flow: kind, name and id, so that compiling gives the very ids back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from ..specs.nodes import Mapping as MapNode
from ..specs.nodes import Scalar
from ..specs.problems import Problems
from ..specs.suggest import did_you_mean
from ..specs.yaml import read
from .compiled import CompiledFlow, Ref, RefKind
from .fictional import arn

KINDS: tuple[RefKind, ...] = get_args(RefKind)


def references_text(references: Mapping[str, Mapping[str, str]]) -> str:
    """The file's text; a map of nothing where the flow refers to nothing."""
    from .importer.yamltext import inline, scalar

    lines = []
    for kind, names in references.items():
        lines.append(f"{kind}:")
        lines += [f"  {scalar(name)}: {inline(value)}" for name, value in names.items()]
    return "\n".join(lines) + "\n" if lines else "{}\n"


def read_references(path: Path, shown: str, problems: Problems) -> dict[Ref, str]:
    """The ids in the file by reference; every mistake is recorded."""
    node = read(path, shown, problems)
    found: dict[Ref, str] = {}
    for kind, names in node if node is not None else ():
        known = next((known for known in KINDS if known == kind), None)
        if known is None:
            where = node.where_of(kind) if node is not None else names.where
            problems.error(where, "unknown-key", f'there is no kind "{kind}"', did_you_mean(kind, KINDS))
        elif not isinstance(names, MapNode):
            problems.error(names.where, "wrong-type", f"names and ids are expected after `{kind}:`")
        else:
            for name, value in names:
                if isinstance(value, Scalar):
                    found[Ref(known, name)] = value.text
                else:
                    problems.error(value.where, "wrong-type", f"one id is expected after `{name}:`")
    return found


def bind_known(flow: CompiledFlow, known: Mapping[Ref, str], region: str = "eu-central-1") -> str:
    """The flow with the ids that are known, and fictional ARNs for the rest."""
    return flow.bind({ref: known[ref] if ref in known else arn(ref, region) for ref in flow.refs})
