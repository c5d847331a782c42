"""A number is of the country and the type that it was searched under, whatever calling code countries share."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from ccdeploy.sandbox.server import Options, serve

from .conftest import Centre, make_centre

COUNTRIES = ["CA", "DE", "FR", "GB", "GG", "HU", "JM", "KZ", "PR", "RU", "US", "VA"]
TYPES = ["DID", "TOLL_FREE", "UIFN"]


def test_a_claimed_number_has_the_country_and_the_type_it_was_searched_under(tmp_path: Path) -> None:
    with serve(tmp_path, Options(quotas=False)) as server:
        centre = make_centre(server.endpoint)
        connect = centre.connect
        for country, kind in itertools.product(COUNTRIES, TYPES):
            offered = connect.search_available_phone_numbers(
                TargetArn=centre.arn, PhoneNumberCountryCode=country, PhoneNumberType=kind
            )["AvailableNumbersList"]
            claimed = connect.claim_phone_number(TargetArn=centre.arn, PhoneNumber=offered[0]["PhoneNumber"])
            told = connect.describe_phone_number(PhoneNumberId=claimed["PhoneNumberId"])["ClaimedPhoneNumberSummary"]
            assert (told["PhoneNumberCountryCode"], told["PhoneNumberType"]) == (country, kind)


def test_a_number_that_no_numbering_plan_knows_is_not_available(centre: Centre) -> None:
    with pytest.raises(ClientError) as refused:
        centre.connect.claim_phone_number(TargetArn=centre.arn, PhoneNumber="+999123456789")
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"
