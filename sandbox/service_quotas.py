"""The Service Quotas API for service code `connect`: defaults, what was granted, and requests for more.

Quotas of an instance are asked for with its ARN as the context (Connect facts 2). The sandbox grants an increase at
once; AWS takes hours to weeks.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import control
from .connect.responses import Outcome, refused
from .connect.store import new_id
from .quotas import QUOTAS, Quota

if TYPE_CHECKING:
    from .app import Application
    from .wire import Call

Json = dict[str, Any]
SERVICE = "servicequotas"
_OURS = frozenset(
    (
        "GetAWSDefaultServiceQuota",
        "GetServiceQuota",
        "ListAWSDefaultServiceQuotas",
        "ListServiceQuotas",
        "RequestServiceQuotaIncrease",
    )
)
_BY_CODE = {quota.code: quota for quota in QUOTAS.values() if quota.code}
_MOST = 100


def answer(app: Application, call: Call) -> Outcome | None:
    """The answer about Connect's quotas, or None for another service or operation."""
    if call.service != SERVICE or call.operation not in _OURS:
        return None
    try:
        given = json.loads(call.body or b"{}")
    except (ValueError, RecursionError):
        return refused("SerializationException", 400, {"Message": "The body is not valid JSON"})
    if not isinstance(given, dict) or given.get("ServiceCode") != "connect":
        return None
    outcome = _answer(app, call, given)
    outcome.parameters = given
    return outcome


def _answer(app: Application, call: Call, given: Json) -> Outcome:
    context = str(given.get("ContextId") or given.get("QuotaContextId") or "")
    default = "Default" in call.operation
    if call.operation.startswith("List"):
        return _listed([_shown(app, call, quota, context, default) for quota in _BY_CODE.values()], given)
    quota = _BY_CODE.get(str(given.get("QuotaCode")))
    if quota is None:
        return refused("NoSuchResourceException", 400, {"Message": f"No quota {given.get('QuotaCode')} of connect"})
    if call.operation != "RequestServiceQuotaIncrease":
        return _good({"Quota": _shown(app, call, quota, context, default)})
    return _increase(app, call, quota, given, context)


def _increase(app: Application, call: Call, quota: Quota, given: Json, context: str) -> Outcome:
    wanted = given.get("DesiredValue")
    have = _value(app, quota, context)
    if isinstance(wanted, bool) or not isinstance(wanted, (int, float)) or wanted <= have or not quota.adjustable:
        text = f"DesiredValue must be more than the present {have}, and the quota adjustable"
        return refused("IllegalArgumentException", 400, {"Message": text})
    instance = context.rsplit("/", 1)[-1] or "all"
    status, body = control.grant(app, instance, {quota.key: int(wanted)})
    if status != 200:
        return refused("NoSuchResourceException", 400, {"Message": body["error"]})
    shown = _shown(app, call, quota, context, default=False)
    request = {
        "Id": new_id().replace("-", ""),
        "ServiceCode": "connect",
        "ServiceName": shown["ServiceName"],
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "QuotaArn": shown["QuotaArn"],
        "DesiredValue": float(wanted),
        "Status": "APPROVED",
        "Created": app.clock.now(),
        "LastUpdated": app.clock.now(),
    }
    outcome = _good({"RequestedQuota": request})
    outcome.effects = 1
    return outcome


def _listed(rows: list[Json], given: Json) -> Outcome:
    token = str(given.get("NextToken") or "0")
    if not token.isdigit():
        return refused("InvalidPaginationTokenException", 400, {"Message": "NextToken is not one that was given"})
    start, limit = int(token), min(int(given.get("MaxResults") or _MOST), _MOST)
    page: Json = {"Quotas": rows[start : start + limit]}
    if start + limit < len(rows):
        page["NextToken"] = str(start + limit)
    return _good(page)


def _value(app: Application, quota: Quota, context: str) -> int:
    from .connect.base import ACCOUNT

    everywhere = app.store.get(ACCOUNT, "quota", "granted") or {}
    grants = app.store.get(context.rsplit("/", 1)[-1], "quota", "granted") or {}
    return int({quota.key: quota.default, **everywhere, **grants}[quota.key])


def _shown(app: Application, call: Call, quota: Quota, context: str, default: bool) -> Json:
    from .connect.base import ACCOUNT

    account_wide = quota.key == "instances"
    shown: Json = {
        "ServiceCode": "connect",
        "ServiceName": "Amazon Connect",
        "QuotaArn": f"arn:aws:servicequotas:{call.region}:{ACCOUNT}:connect/{quota.code}",
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": float(quota.default if default else _value(app, quota, context)),
        "Unit": "None",
        "Adjustable": quota.adjustable,
        "GlobalQuota": False,
        "QuotaAppliedAtLevel": "ACCOUNT" if account_wide else "RESOURCE",
    }
    if context and not account_wide:
        shown["QuotaContext"] = {"ContextScope": "RESOURCE", "ContextId": context}
    return shown


def _good(body: Json) -> Outcome:
    return Outcome(200, json.dumps(body).encode(), {"Content-Type": "application/x-amz-json-1.1"})
