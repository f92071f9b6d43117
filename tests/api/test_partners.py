"""Partners over the API: what each is owed, the statements, closing one once however often it is asked."""

import pytest

from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import actions
from assidu.loyalty.plans import publish
from builders.documents import BASE, a_document
from builders.offer_club import MARCH, OPENED, told
from builders.programs import a_program

pytestmark = [pytest.mark.urls("assidu.api.urls"), pytest.mark.django_db]
GOODS = "  - {code: bag, kind: good, name: {fr: sacs, en: bags}, partner: tailor, settles: 3.50}\n"
REWARDS = """
partners:
  - {code: tailor, name: {fr: Le tailleur, en: The tailor}}
  - {code: baker, name: {fr: Le boulanger, en: The baker}}
rewards:
  - {code: bag, name: {fr: Sac, en: Bag}, costs: {currency: points, units: 10}, gives: {currency: bag}}
"""


def test_a_partner_is_owed_what_was_handed_over_until_a_statement_is_closed(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSIDU_NOW", MARCH.isoformat())
    publish(a_document(BASE, more=REWARDS, currencies=GOODS), "", at=OPENED)
    customer = told("j", "Member Joined", 1, OPENED)
    actions.correct(customer, "points", 20, "", by=COMMAND_LINE, at=MARCH, programme="club")
    actions.request_reward(customer, "bag", 2, at=MARCH, programme="club")
    told("h", "Reward Handed Over", 1, currency="bag", quantity=2, store="317")
    desk = a_program("partners:read", "partners:write")
    baker, tailor = sorted(
        desk.get("/v1/partners", language="en").json()["partners"], key=lambda one: one["code"]
    )
    assert (tailor["name"], tailor["quantity"], tailor["amount_minor"]) == ("The tailor", 2, 700)
    assert (baker["quantity"], baker["first_day"], baker["last_statement"]) == (0, None, None)
    address = "/v1/partners/tailor/statements"
    closed = [desk.post(address, {"number": 1}).json() for _again in range(2)]
    assert closed[0] == closed[1]
    assert (closed[0]["number"], closed[0]["amount_minor"]) == (1, 700)
    assert desk.get(address).json()["statements"] == closed[:1]
    detail = desk.get(f"{address}/1").json()
    assert [(line["store"], line["currency"], line["quantity"]) for line in detail["lines"]] == [
        ("317", "bag", 2)
    ]
    refusals = {
        ("tailor", None): (409, "nothing_owed"),
        ("tailor", 3): (409, "other_statement"),
        ("nobody", None): (404, "unknown_partner"),
    }
    for (partner, number), (status, code) in refusals.items():
        answer = desk.post(f"/v1/partners/{partner}/statements", {} if number is None else {"number": number})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert desk.get(f"{address}/2").json()["code"] == "unknown_statement"
    assert a_program("partners:read").post(address).status_code == 403
    assert a_program("plan:read").get("/v1/partners").status_code == 403
