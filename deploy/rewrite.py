"""One value in a YAML text is set, and everything else stays as it was written: comments, order, quotes, layout.

The text is only touched where the value stands. What comes out is read again; unless it says the new value and
otherwise exactly what it said before, nothing is returned.

A part `[title=Break]` of a path is the item of a list that has this value under this key, or is this value alone; a new
item is put at the end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import yaml

from ..flows.importer.yamltext import inline, scalar

Path = Sequence[str]
_ITEM: Final = re.compile(r"\[(\w+)=(.*)\]", re.DOTALL)


def set_value(text: str, path: Path, value: Any) -> str | None:
    """`text` with `value` (maps, lists, words, numbers, truth values) under the keys `path`; None if it has no place.

    `text` must be one YAML document that can be read.
    """
    value = worded(value)
    root = _compose(text)
    changed = _changed(text, root, tuple(path), value)
    if changed is None:
        return None
    try:
        after = _plain(_compose(changed))
    except yaml.YAMLError:
        return None
    return changed if after == _with(_plain(root), tuple(path), value) else None


def get_value(text: str, path: Path) -> Any:
    """What stands under the keys `path`, scalars as text; None when nothing does."""
    found = _plain(_compose(text))
    for key in path:
        item = _ITEM.fullmatch(key)
        if item is not None and isinstance(found, list):
            found = next((one for one in found if _is(one, item)), None)
        elif isinstance(found, dict) and key in found:
            found = found[key]
        else:
            return None
    return found


def nested(path: Path, value: Any) -> Any:
    """`value` under the keys `path`, as a document that holds nothing else."""
    for key in reversed(path):
        item = _ITEM.fullmatch(key)
        value = {key: value} if item is None else [_item(item, value)]
    return value


def _is(value: Any, item: re.Match[str]) -> bool:
    return bool((value.get(item[1]) if isinstance(value, dict) else value) == item[2])


def _item(item: re.Match[str], value: Any) -> Any:
    return {item[1]: item[2], **value} if isinstance(value, dict) else value


def _compose(text: str) -> yaml.Node | None:
    return yaml.compose(text, Loader=yaml.SafeLoader)


def worded(value: Any) -> Any:
    """Scalars as the words that are written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return [worded(item) for item in value]
    if isinstance(value, dict):
        return {str(key): worded(item) for key, item in value.items()}
    return None if value is None else str(value)


def _plain(node: yaml.Node | None) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _plain(item) for key, item in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if not isinstance(node, yaml.ScalarNode) or (node.tag == "tag:yaml.org,2002:null" and node.style is None):
        return None
    return node.value


def _with(document: Any, path: tuple[str, ...], value: Any) -> Any:
    if not path:
        return value
    item = _ITEM.fullmatch(path[0])
    if item is not None:
        assert len(path) == 1, "an item is said as a whole"
        there = document if isinstance(document, list) else []
        changed = [_item(item, value) if _is(one, item) else one for one in there]
        return changed if any(_is(one, item) for one in there) else [*there, _item(item, value)]
    inside = document if isinstance(document, dict) else {}
    return {**inside, path[0]: _with(inside.get(path[0]), path[1:], value)}


def _changed(text: str, node: yaml.Node | None, path: tuple[str, ...], value: Any) -> str | None:
    match = _ITEM.fullmatch(path[0])
    if match is not None and isinstance(node, yaml.SequenceNode):
        return _changed_item(text, node, match, value)
    if not isinstance(node, yaml.MappingNode):
        return None
    for key, item in node.value:
        if key.value != path[0]:
            continue
        if len(path) > 1 and isinstance(item, (yaml.MappingNode, yaml.SequenceNode)):
            return _changed(text, item, path[1:], value)
        if len(path) > 1 and _plain(item) is not None:
            return None  # a short form stands there: `always: 24x7`
        colon = text.index(":", key.end_mark.index)
        return f"{text[: colon + 1]} {_inside(path[1:], value)}{text[max(_end(text, item), colon + 1) :]}"
    return _inserted(text, node, path, value)


def _changed_item(text: str, node: yaml.SequenceNode, item: re.Match[str], value: Any) -> str:
    said = inline(_item(item, value))
    for one in node.value:
        if _is(_plain(one), item):
            return f"{text[: one.start_mark.index]}{said}{text[_end(text, one) :]}"
    if node.flow_style:
        close = node.end_mark.index - 1
        before = text[:close].rstrip()
        comma = "" if before.endswith(("[", ",")) else ", "
        return f"{before}{comma}{said}{text[close:]}"
    return _with_line(text, _end(text, node), f"{' ' * node.start_mark.column}- {said}")


def _inside(path: tuple[str, ...], value: Any) -> str:
    return inline(nested(path, value))


def _inserted(text: str, node: yaml.MappingNode, path: tuple[str, ...], value: Any) -> str:
    entry = f"{scalar(path[0])}: {_inside(path[1:], value)}"
    if node.flow_style:
        close = node.end_mark.index - 1
        before = text[:close].rstrip()
        comma = "" if before.endswith(("{", ",")) else ","
        space = "" if before.endswith("{") else " "
        return f"{before}{comma}{space}{entry}{text[close:]}"
    return _with_line(text, _end(text, node), f"{' ' * node.start_mark.column}{entry}")


def _with_line(text: str, end: int, said: str) -> str:
    """`text` with one more line behind the one in which `end` lies."""
    newline = "\r\n" if "\r\n" in text else "\n"
    line = text.find(newline, end)
    line = len(text) if line < 0 else line
    return f"{text[:line]}{newline}{said}{text[line:]}"


def _end(text: str, node: yaml.Node) -> int:
    """Where a value ends: a block's marks lie behind the blank lines and comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    end: int = node.end_mark.index
    return end - 1 if end and text[end - 1 : end] == "\n" else end
