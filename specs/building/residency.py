"""What `residency:` refuses: a place outside the European Economic Area, where data of callers and people would lie."""

from __future__ import annotations

from collections.abc import Iterator

from .. import regions
from ..grammar.shapes import Values
from ..model import Center
from ..problems import Problems, Where


def check_residency(center: Center, values: Values, problems: Problems) -> None:
    """Record every Region that the folder names and that lies elsewhere; warn of a state whose place is not known."""
    if values.get("residency") != "eea":
        return
    known = regions.all_regions()
    for what, region, where in _places(center, values):
        if region in known and not known[region].eea:
            inside = ", ".join(name for name in regions.with_connect() if known[name].eea)
            message = f"{what} lies in {region} ({known[region].city}), outside the EEA, and residency is eea"
            problems.error(where, "outside-residency", message, f"Amazon Connect is in the EEA in {inside}")
    if center.state is not None and center.state.endpoint:
        message = f"where {center.state.endpoint} keeps the state is not known, and residency is eea"
        problems.warning(values.at("state"), "unsure-residency", message, "ask who runs it")


def _places(center: Center, values: Values) -> Iterator[tuple[str, str, Where]]:
    yield "the centre", center.region, values.at("region")
    if center.state is not None and not center.state.endpoint and center.state.region:
        yield "the state", center.state.region, values.at("state")
    for group, what in (("lambdas", "a function"), ("bots", "a bot")):
        for key, arn in getattr(center, group).items():
            yield what, arn.split(":")[3], values[group].at(key)
    for key in ("contact_records", "agent_events"):
        arn = getattr(center.data, key)
        if arn:
            yield "a stream", arn.split(":")[3], values["data"].at(key)
