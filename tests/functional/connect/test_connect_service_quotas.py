"""Connect's quotas through the Service Quotas API."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from ccdeploy.sandbox.server import Running

from .conftest import Centre, client

USERS = {"ServiceCode": "connect", "QuotaCode": "L-9A46857E"}


def test_defaults_and_grants_can_be_read(centre: Centre, sandbox: Running) -> None:
    quotas = client("service-quotas", sandbox.endpoint)
    listed = {q["QuotaCode"]: q["Value"] for q in quotas.list_service_quotas(ServiceCode="connect")["Quotas"]}
    assert (listed["L-9A46857E"], listed["L-19A87C94"], listed["L-12AB7C57"]) == (500, 100, 10)
    pages = quotas.get_paginator("list_aws_default_service_quotas").paginate(
        ServiceCode="connect", PaginationConfig={"PageSize": 5}
    )
    assert sum(len(page["Quotas"]) for page in pages) == len(listed)


def test_an_increase_is_granted_to_its_instance_alone(centre: Centre, sandbox: Running) -> None:
    quotas = client("service-quotas", sandbox.endpoint)
    asked = quotas.request_service_quota_increase(**USERS, DesiredValue=600, ContextId=centre.arn)["RequestedQuota"]
    assert asked["Status"] == "APPROVED"
    assert quotas.get_service_quota(**USERS, ContextId=centre.arn)["Quota"]["Value"] == 600
    assert quotas.get_service_quota(**USERS)["Quota"]["Value"] == 500
    assert quotas.get_aws_default_service_quota(**USERS)["Quota"]["Value"] == 500


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({**USERS, "DesiredValue": 400}, "IllegalArgumentException"),
        ({**USERS, "QuotaCode": "L-00000000", "DesiredValue": 4}, "NoSuchResourceException"),
        ({**USERS, "DesiredValue": 600, "ContextId": "arn:aws:connect:x:1:instance/none"}, "NoSuchResourceException"),
    ],
)
def test_an_impossible_increase_is_refused(sandbox: Running, given: dict[str, object], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        client("service-quotas", sandbox.endpoint).request_service_quota_increase(**given)
    assert refused.value.response["Error"]["Code"] == code
