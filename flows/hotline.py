"""The hotline rules on the graph of steps: what every line owes its callers."""

from __future__ import annotations

from collections.abc import Mapping

from ..specs.model import Center
from ..specs.problems import Problems
from .graph import Flow
from .house import House


def check_rules(center: Center, flows: Mapping[str, Flow], house: House, problems: Problems) -> None:
    """Record where a flow breaks a rule: an error when the centre has `safety:`, else a warning."""
    del center, flows, house, problems
