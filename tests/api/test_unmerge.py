"""A merger undone over the API: by a key that may, with a line on the trail."""

from datetime import timedelta
from uuid import UUID

import pytest

from assidu.customers.types import Profile
from assidu.decisions.events import Merger
from assidu.foundation.people import queries as people
from builders.programs import a_program
from builders.shop import OPENED, Shop

pytestmark = [pytest.mark.django_db, pytest.mark.urls("assidu.api.urls")]
MERGED = OPENED + timedelta(days=20)


@pytest.fixture
def pair(db: None) -> tuple[UUID, UUID]:
    shop = Shop.opened()
    survivor, absorbed = (shop.member(Profile(card=card)) for card in ("2990000000012", "2990000000029"))
    shop.must(survivor, Merger(MERGED), absorbed=absorbed)
    return survivor, absorbed


def test_a_merger_is_undone_once_by_a_key_that_may(
    pair: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    survivor, absorbed = pair
    monkeypatch.setenv("ASSIDU_NOW", MERGED.isoformat())
    address, why = f"/v1/customers/{absorbed}/unmerge", {"reason": "brothers"}
    refused = a_program("customers:write").post(address, why, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    office = a_program("customers:merge")
    done = office.post(address, why, content_type="application/json")
    assert (done.status_code, done.json()) == (200, {"survivor": str(survivor), "absorbed": str(absorbed)})
    again = office.post(address, why, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "not_merged")
    [line] = people.audit_trail(action="customer.separated").entries
    assert line.object_id == str(survivor)
    unknown = office.post(f"/v1/customers/{UUID(int=7)}/unmerge", why, content_type="application/json")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_customer")
    assert office.post(address, {}, content_type="application/json").status_code == 422
