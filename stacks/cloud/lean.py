"""Long lists of users, read as the JSON that they are.

botocore makes a value of its own of each member of each user, a time with its zone among them: ten times the work of
reading the JSON, for members that nobody here looks at. So the page is read before its parser sees it, and the parser
is left an empty one. What is no JSON or no success is left to botocore.
"""

from __future__ import annotations

import json
from typing import Any, Final

LEAN: Final = {"connect": {"ListUsers": ("UserSummaryList", "NextToken")}}  # times stay numbers (Connect facts 3.10)


def read_leanly(client: Any, service: str) -> None:
    """Have `client` read its long lists in this way."""
    for operation in LEAN.get(service, ()):
        client.meta.events.register(f"before-parse.{service}.{operation}", _take)


def _take(operation_model: Any, response_dict: Any, customized_response_dict: Any, **_: Any) -> None:
    """botocore's hook: what is put into `customized_response_dict` becomes part of the answer."""
    if response_dict["status_code"] != 200:
        return
    try:
        page = json.loads(response_dict["body"])
    except ValueError:
        return
    if isinstance(page, dict):
        names = LEAN[operation_model.service_model.service_name][operation_model.name]
        customized_response_dict.update({name: page[name] for name in names if page.get(name) is not None})
        response_dict["body"] = b"{}"
