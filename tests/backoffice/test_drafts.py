"""Drafts without a browser: a programme composed part by part, what is typed kept, what is approved published."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import translation

from assidu.backoffice import formats
from assidu.foundation.clock import now
from assidu.foundation.people import queries
from assidu.foundation.people.types import COMMAND_LINE
from assidu.loyalty import approvals, drafts
from assidu.loyalty.drafts import Draft
from assidu.loyalty.plans import published_plans
from assidu.plans.document import Document
from assidu.plans.document.life import TermsText
from backoffice.test_programme import TEXT, first_day, put, sign_in, today
from builders.documents import BASE, a_programme, a_rule

PARTIAL = {"HX-Request-Type": "partial", "HX-Request": "true"}
THREE = a_programme(BASE, a_rule("{fixed: 10}", code="ten"), a_rule("{fixed: 20}", code="twenty"))
NEW_RULE = {
    "name.fr": "Trente points",
    "name.en": "Thirty points",
    "trigger": "sale",
    "currency": "points",
    "gift.kind": "fixed",
    "gift.fixed": "30",
    "has": ["when.channels", "when.amount_at_least", "times"],
    "when.channels": ["web"],
    "when.amount_at_least": "60",
    "times.limit": "4",
    "times.per": "month",
}


@pytest.fixture
def marketing(db: None, client: Client) -> Client:
    return sign_in(client, "marketing")


@pytest.fixture
def address(marketing: Client) -> str:
    """A draft of a programme with three rules."""
    put(THREE)
    answer = marketing.post("/programme/drafts/open/", {"source": "version:1"})
    assert answer.status_code == 302
    return answer["Location"]


def draft_at(address: str) -> Draft:
    found = re.search(r"drafts/([0-9a-f-]{36})/", address)
    assert found is not None
    return drafts.must_find(UUID(found[1]))


def written(address: str) -> Document:
    document = draft_at(address).written
    assert document is not None
    return document


def codes(address: str) -> list[str]:
    return [rule.code for rule in written(address).rules]


def act(client: Client, address: str, do: str) -> Any:
    return client.post(f"{address}act/", {"do": do})


def test_a_rule_is_composed_as_a_sentence_and_saved(marketing: Client, address: str) -> None:
    form = marketing.get(f"{address}rules/+/").content.decode()
    assert "On every purchase" in form
    answer = marketing.post(f"{address}rules/+/", NEW_RULE | {"do": "save"})
    assert answer["Location"] == f"{address}#rules-thirty-points"
    rule = written(address).rule("thirty-points")
    assert rule is not None
    assert (rule.gift.fixed, rule.when.channels, rule.times.limit if rule.times else 0) == (30, ("web",), 4)
    page = marketing.get(address).content.decode()
    assert "“Thirty points” gives 30 points through web site, from €60 spent" in page
    assert "New rule: “Thirty points”" in page


def test_the_sentence_is_told_back_while_one_types_and_what_is_typed_is_kept(
    marketing: Client, address: str
) -> None:
    answer = marketing.post(f"{address}rules/+/", NEW_RULE, headers=PARTIAL)
    part = answer.content.decode()
    assert "gives 30 points through web site" in part
    assert "<html" not in part
    again = marketing.get(f"{address}rules/+/").content.decode()
    assert "had not saved it" in again
    assert 'value="60"' in again
    assert "not saved yet" not in marketing.get(address).content.decode(), "a new rule has no line yet"
    begun = re.search(r'name="begun" value="([^"]+)"', again)
    assert begun is not None
    marketing.post(f"{address}rules/+/", {"do": "forget"})
    marketing.post(f"{address}rules/+/", NEW_RULE | {"begun": begun[1]}, headers=PARTIAL)  # it was on its way
    assert "had not saved it" not in marketing.get(f"{address}rules/+/").content.decode()


def test_what_is_typed_in_a_rule_is_marked_on_its_line(marketing: Client, address: str) -> None:
    marketing.post(f"{address}rules/ten/", NEW_RULE | {"gift.fixed": "11"}, headers=PARTIAL)
    assert "not saved yet" in marketing.get(address).content.decode()
    assert "it does not count here" in marketing.get(f"{address}approval/").content.decode()
    assert written(address).rules[1].gift.fixed == 10


def test_mistakes_stand_beside_the_blank_that_they_concern(marketing: Client, address: str) -> None:
    wrong = NEW_RULE | {"do": "save", "gift.fixed": "many", "times.limit": "", "when.amount_at_least": "60"}
    answer = marketing.post(f"{address}rules/+/", wrong)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert re.search(r'id="e-gift-fixed">[^<]*`many` is not a whole number', page)
    assert re.search(r'id="e-times-limit">to be filled in', page)
    assert 'value="many"' in page, "what was typed is still there"
    assert codes(address) == ["base", "ten", "twenty"]


def test_a_mistake_of_meaning_stands_beside_its_blank_too(marketing: Client, address: str) -> None:
    wrong = NEW_RULE | {"has": ["when.first_day", "when.last_day"], "do": "save"}
    wrong |= {"when.first_day": "2026-03-02", "when.last_day": "2026-03-01"}
    page = marketing.post(f"{address}rules/+/", wrong).content.decode()
    assert re.search(r'id="e-when-last_day">the last day comes before the first', page)


def test_clauses_are_added_and_taken_away_without_losing_the_rest(marketing: Client, address: str) -> None:
    more = marketing.post(
        f"{address}rules/+/", NEW_RULE | {"do": "add:when.days"}, headers=PARTIAL
    ).content.decode()
    assert 'name="when.days"' in more
    assert 'value="60"' in more
    assert 'data-focus="c-when-days"' in more
    less = marketing.post(f"{address}rules/+/", NEW_RULE | {"do": "remove:times"}).content.decode()
    assert 'name="times.limit"' not in less
    assert "add:times" in less
    other = marketing.post(
        f"{address}rules/+/", NEW_RULE | {"do": "shape", "gift.kind": "multiply"}
    ).content.decode()
    assert 'name="gift.multiply.percent"' in other


def test_members_are_moved_copied_switched_off_and_deleted_and_everything_is_undone(
    marketing: Client, address: str
) -> None:
    act(marketing, address, "up:rules/twenty")
    assert codes(address) == ["base", "twenty", "ten"]
    act(marketing, address, "copy:rules/ten")
    assert codes(address) == ["base", "twenty", "ten", "ten-2"]
    act(marketing, address, "delete:rules/base")
    assert codes(address) == ["twenty", "ten", "ten-2"]
    act(marketing, address, "rest:rules/ten")
    assert draft_at(address).step.resting == ("ten",)
    page = marketing.get(address).content.decode()
    assert "switched off" in page
    assert "The rule “ten” is gone." in page
    for _ in range(4):
        act(marketing, address, "undo")
    assert codes(address) == ["base", "ten", "twenty"]
    assert draft_at(address).step.resting == ()
    act(marketing, address, "redo")
    assert codes(address) == ["base", "twenty", "ten"]


def test_a_part_answers_alone_when_it_is_asked_alone(marketing: Client, address: str) -> None:
    answer = marketing.post(f"{address}act/", {"do": "down:rules/base"}, headers=PARTIAL).content.decode()
    assert 'id="draft"' in answer
    assert "<html" not in answer


def test_currencies_statuses_and_rewards_have_forms_of_their_own(marketing: Client, address: str) -> None:
    for part, code in (
        ("currencies", "points"),
        ("tiers.levels", "gold"),
        ("rewards", "+"),
        ("objectives", "+"),
    ):
        assert marketing.get(f"{address}{part}/{code}/").status_code == 200
    for part in ("exclusions", "tiers", "returns"):
        assert marketing.get(f"{address}{part}/").status_code == 200
    level = {"do": "save", "name.fr": "Platine", "name.en": "Platinum", "has": ["spend_at_least"]}
    done = marketing.post(f"{address}tiers.levels/+/", level | {"spend_at_least": "5 000,50"})
    assert done.status_code == 302
    tiers = written(address).tiers
    assert tiers is not None
    assert (tiers.levels[-1].code, str(tiers.levels[-1].spend_at_least)) == ("platinum", "5000.50")
    mark = was(marketing, f"{address}returns/")
    marketing.post(f"{address}returns/", {"do": "save", "take_back": "only_pending", "was": mark})
    assert written(address).returns.take_back.value == "only_pending"


def test_a_programme_without_statuses_offers_to_add_one_and_begins_with_how_long_they_last(
    marketing: Client,
) -> None:
    put(a_programme(BASE, tiers=""))
    address = marketing.post("/programme/drafts/open/", {"source": "version:1"})["Location"]
    page = marketing.get(address).content.decode()
    assert re.search(rf'href="{address}tiers/"><svg.*?</svg>Add a status</a>', page)
    level = {
        "do": "save",
        "name.fr": "Or",
        "name.en": "Gold",
        "has": ["spend_at_least"],
        "spend_at_least": "9",
    }
    assert marketing.post(f"{address}tiers.levels/+/", level)["Location"] == f"{address}tiers/"
    kept = {"do": "save", "keep.number": "12", "keep.unit": "months", "keep.until_end_of": "day"}
    marketing.post(f"{address}tiers/", kept | {"downgrade": "one_step", "needs": "one"})
    assert marketing.post(f"{address}tiers.levels/+/", level)["Location"] == f"{address}#tierslevels-gold"
    tiers = written(address).tiers
    assert tiers is not None
    assert [one.code for one in tiers.levels] == ["first", "gold"]


def test_a_referral_begins_with_both_sides_and_says_nothing_before_they_are_filled(
    marketing: Client, address: str
) -> None:
    page = marketing.get(f"{address}referral/").content.decode()
    assert 'name="referrer.units"' in page
    assert 'name="referee.units"' in page
    empty = marketing.post(f"{address}referral/", {"do": "save", "has": []}).content.decode()
    assert "gets ," not in empty
    assert "a referral rewards" in empty


def test_a_rule_that_serves_no_objective_says_so_where_there_are_objectives(
    marketing: Client, address: str
) -> None:
    assert "serves no objective" not in marketing.get(address).content.decode()
    marketing.post(
        f"{address}objectives/+/", {"do": "save", "name.fr": "Fidéliser", "name.en": "Second purchase"}
    )
    assert "serves no objective" in marketing.get(address).content.decode()
    rule = NEW_RULE | {"do": "save", "has": ["serves"], "serves": "second-purchase"}
    rule["was"] = was(marketing, f"{address}rules/ten/")
    marketing.post(f"{address}rules/ten/", rule)
    assert written(address).rules[1].serves == "second-purchase"
    assert "Second purchase" in marketing.get(address).content.decode()


def test_the_text_of_a_draft_may_have_mistakes_and_is_not_lost(marketing: Client, address: str) -> None:
    broken = THREE.replace("tiers:", "tierz:")
    seen = draft_at(address).step.n
    marketing.post(f"{address}text/", {"yaml": broken, "seen": seen})
    assert draft_at(address).step.yaml == broken
    page = marketing.get(f"{address}text/").content.decode()
    assert "did you mean `tiers`" in page
    late = marketing.post(f"{address}text/", {"yaml": "mine: 1", "seen": seen})
    assert late.status_code == 409
    assert "mine: 1" in late.content.decode()
    assert draft_at(address).step.yaml == broken


def test_what_is_typed_in_the_document_is_kept_too(marketing: Client, address: str) -> None:
    kept = marketing.post(f"{address}text/", {"yaml": "half a wo", "do": "keep"})
    assert kept.status_code == 204
    page = marketing.get(f"{address}text/").content.decode()
    assert "half a wo" in page
    assert "had not saved it" in page
    assert draft_at(address).step.yaml == THREE
    marketing.post(f"{address}text/", {"yaml": "half a wo", "do": "forget"})
    assert "half a wo" not in marketing.get(f"{address}text/").content.decode()


def was(client: Client, form: str) -> str:
    found = re.search(r'name="was" value="([0-9a-f]+)"', client.get(form).content.decode())
    assert found is not None
    return found[1]


def test_two_people_at_the_same_rule_do_not_overwrite_each_other_unseen(
    marketing: Client, address: str
) -> None:
    mine, theirs = was(marketing, f"{address}rules/ten/"), was(marketing, f"{address}rules/twenty/")
    first = NEW_RULE | {"do": "save", "gift.fixed": "11", "was": mine}
    assert marketing.post(f"{address}rules/ten/", first).status_code == 302
    assert marketing.post(f"{address}rules/twenty/", first | {"was": theirs}).status_code == 302
    late = marketing.post(f"{address}rules/ten/", first | {"gift.fixed": "12"})
    assert late.status_code == 409
    assert 'value="12"' in late.content.decode()
    assert written(address).rules[1].gift.fixed == 11
    again = was(marketing, f"{address}rules/ten/")
    assert (
        marketing.post(f"{address}rules/ten/", first | {"gift.fixed": "12", "was": again}).status_code == 302
    )


def test_another_person_approves_what_is_above_the_threshold(marketing: Client, address: str) -> None:
    approvals.set_threshold("club", 0, at=now(), by=COMMAND_LINE)
    marketing.post(f"{address}rules/+/", NEW_RULE | {"do": "save"})
    assert (
        "somebody who did not write it must approve" in marketing.get(f"{address}approval/").content.decode()
    )
    marketing.post(f"{address}approval/", {"do": "submit"})
    page = marketing.get(f"{address}approval/").content.decode()
    assert "waits for approval" in page
    assert "You wrote in this version" in page
    own = marketing.post(f"{address}approval/", {"do": "approve"}, follow=True).content.decode()
    assert "somebody else must approve it" in own
    day = (today() + timedelta(days=5)).isoformat()
    marketing.post(f"{address}approval/", {"do": "publish", "first_day": day})
    assert len(published_plans("club")) == 1
    manager = sign_in(Client(), "management")
    manager.post(f"{address}approval/", {"do": "approve", "note": "Bravo"})
    marketing.post(f"{address}approval/", {"do": "publish", "first_day": day})
    assert [plan.version for plan in published_plans("club")] == [1, 2]
    version = marketing.get("/programme/versions/2/").content.decode()
    assert "Approved by" in version
    trail = {entry.action for entry in queries.audit_trail().entries}
    assert {"plan.draft_opened", "plan.submitted", "plan.approved", "plan.published"} <= trail
    marketing.post("/programme/versions/2/withdraw/")
    assert "withdrawn" in marketing.get("/programme/").content.decode()


def test_a_draft_is_sent_back_with_a_word(marketing: Client, address: str) -> None:
    approvals.set_threshold("club", 0, at=now(), by=COMMAND_LINE)
    marketing.post(f"{address}rules/+/", NEW_RULE | {"do": "save"})
    marketing.post(f"{address}approval/", {"do": "submit"})
    sign_in(Client(), "finance").post(f"{address}approval/", {"do": "send-back", "note": "Too dear"})
    assert "Too dear" in marketing.get(f"{address}approval/").content.decode()


def test_going_back_is_one_button_on_an_earlier_version(marketing: Client) -> None:
    put(TEXT)
    put(first_day(TEXT.replace("give: 1", "give: 2"), today() - timedelta(days=3)))
    page = marketing.get("/programme/versions/1/").content.decode()
    assert "Go back to version 1" in page
    marketing.post("/programme/versions/1/go-back/", {"first_day": today().isoformat()})
    assert [plan.version for plan in published_plans("club")] == [1, 2, 3]
    assert "It goes back to version 1" in marketing.get("/programme/versions/3/").content.decode() or (
        approvals.requests_of_versions("club")[3].cause.value == "no_threshold"
    )


def test_who_begins_too_early_is_told_from_which_day_on(marketing: Client) -> None:
    put(TEXT)
    dearer = first_day(TEXT.replace("give: 1", "give: 2"), today() - timedelta(days=3))
    put(dearer + "notice: {days: 30}\n")
    form = {"first_day": today().isoformat()}
    answer = marketing.post("/programme/versions/1/go-back/", form, follow=True)
    with translation.override("en"):
        told = formats.day(today() + timedelta(days=30))
    assert told in answer.content.decode()
    assert [plan.version for plan in published_plans("club")] == [1, 2]


def test_only_management_says_from_which_cost_on_a_second_person_approves(marketing: Client) -> None:
    put(TEXT)
    assert marketing.get("/programme/approval/").status_code == 403
    manager = sign_in(Client(), "management")
    for text in ("many", "-3", "1.234"):
        assert manager.post("/programme/approval/", {"amount": text}).status_code == 422
    manager.post("/programme/approval/", {"amount": "5 000,50"})
    assert "€5,000.50" in manager.get("/programme/").content.decode()
    manager.post("/programme/approval/", {"amount": ""})
    assert "One person is enough" in manager.get("/programme/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "may"), [("store", False), ("finance", False), ("consultant", True)])
def test_who_may_edit_a_draft(client: Client, role: str, may: bool) -> None:
    put(THREE)
    sign_in(client, role)
    draft = drafts.open_draft(THREE, at=now(), by="somebody", based_on=1)
    address = f"/programme/drafts/{draft.draft_id}/"
    assert client.get(address).status_code == 200
    assert client.post(f"{address}act/", {"do": "up:rules/ten"}).status_code == (302 if may else 403)
    assert client.get(f"{address}rules/ten/").status_code == (200 if may else 403)
    assert client.post(f"{address}text/", {"yaml": "x: 1"}).status_code == (302 if may else 403)
    assert client.post(f"{address}approval/", {"do": "publish"}).status_code == 403


@pytest.mark.parametrize(
    "odd", ["a\x00b", "9" * 5_000, "1e400", "0001-01-01"], ids=["nul", "long", "huge", "early"]
)
def test_what_no_text_should_hold_is_never_a_fault(marketing: Client, address: str, odd: str) -> None:
    for path, names in (
        ("rules/+/", NEW_RULE),
        ("rules/ten/", NEW_RULE | {"trigger": "", "when.days": "", "gift.kind": "", "expires.number": ""}),
        ("tiers/", {"keep.number": "", "keep.unit": "", "window.months": ""}),
        ("text/", {"yaml": "", "seen": ""}),
        ("act/", {"seen": ""}),
        ("approval/", {"first_day": "", "note": ""}),
    ):
        for do in (
            "save",
            "preview",
            "keep",
            "shape",
            f"add:{odd}",
            f"remove:{odd}",
            "publish",
            "submit",
            f"up:{odd}",
        ):
            form = {name: odd for name in names if name != "has"} | {
                "has": [odd, "when.days", "expires"],
                "do": do,
            }
            assert marketing.post(f"{address}{path}", form).status_code < 500, (path, do)
    assert marketing.get(f"{address}receipts/", {"day": odd}).status_code == 200
    marketing.post("/programme/drafts/open/", {"source": "text", "yaml": odd})
    assert marketing.post("/programme/drafts/open/", {"source": f"version:{odd}"}).status_code == 404
    assert marketing.post("/programme/versions/1/go-back/", {"first_day": odd}).status_code == 302


def test_what_is_no_part_of_a_programme_is_not_found(marketing: Client, address: str) -> None:
    for wrong in ("rules/nobody/", "rulez/+/", "labels/", "rules/"):
        assert marketing.get(f"{address}{wrong}").status_code == 404
    assert act(marketing, address, "explode:rules/ten").status_code == 404
    assert marketing.get("/programme/drafts/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_what_a_form_does_not_change_stays_as_somebody_wrote_it(marketing: Client) -> None:
    hand = "# Decided by the board.\n" + THREE.replace("fr: Le Club", "fr: Notre Club").replace(
        "zone: Europe/Paris", "zone: Europe/Paris   # where we are"
    )
    put(hand)
    address = marketing.post("/programme/drafts/open/", {"source": "version:1"})["Location"]
    assert marketing.post(f"{address}rules/+/", NEW_RULE | {"do": "save", "was": ""}).status_code == 302
    act(marketing, address, "down:rules/ten")
    act(marketing, address, "delete:rules/base")
    text = draft_at(address).step.yaml
    assert text.startswith("# Decided by the board.\n")
    assert "zone: Europe/Paris   # where we are" in text
    assert codes(address) == ["twenty", "ten", "thirty-points"]


def test_the_programme_itself_and_names_of_the_catalogue_have_forms(marketing: Client, address: str) -> None:
    page = marketing.get(f"{address}general/").content.decode()
    assert 'value="Europe/Paris" selected' in page
    was = re.search(r'name="was" value="(\w*)"', page)
    assert was is not None
    form = {
        "name.fr": "Le Grand Club",
        "name.en": "The Great Club",
        "valid_from": written(address).valid_from.isoformat(),
        "zone": "Europe/Brussels",
        "sale_currency.code": "EUR",
        "sale_currency.decimals": "2",
        "has": ["second_person_above"],
        "second_person_above": "30,00",
        "do": "save",
        "was": was[1],
    }
    assert marketing.post(f"{address}general/", form | {"zone": "Europe/Nowhere"}).status_code == 422
    assert marketing.post(f"{address}general/", form).status_code == 302
    document = written(address)
    assert (document.name.fr, document.zone) == ("Le Grand Club", "Europe/Brussels")
    assert document.second_person_above == Decimal(30)
    page = marketing.get(f"{address}labels.stores/").content.decode()
    was = re.search(r'name="was" value="(\w*)"', page)
    assert was is not None
    form = {
        "has": ["words.0", "words"], "words.0.of": "317", "words.0.fr": "Nantes", "words.0.en": "Nantes", "do": "save",
        "was": was[1],
    }  # fmt: skip
    assert marketing.post(f"{address}labels.stores/", form).status_code == 302
    assert written(address).labels.stores["317"].fr == "Nantes"
    assert "Nantes" in marketing.get(address).content.decode()


def test_terms_and_limits_of_the_law_have_forms(marketing: Client, address: str) -> None:
    form = {
        "has": ["terms", "terms.0", "terms.0.text"], "terms.0.version": "2026-01",
        "terms.0.first_day": "2026-01-01", "terms.0.text.fr": "Un\r\ndeux", "terms.0.text.en": "One",
        "was": was(marketing, f"{address}terms/"), "do": "save",
    }  # fmt: skip
    wrong = marketing.post(f"{address}terms/", form | {"has": ["terms", "terms.0"]}).content.decode()
    assert re.search(r'id="e-terms-0">[^<]*url', wrong)
    assert marketing.post(f"{address}terms/", form).status_code == 302
    assert written(address).terms[-1].text == TermsText(fr="Un\ndeux", en="One")
    form = {
        "has": ["legal_caps", "legal_caps.0"], "legal_caps.0.law": "no-law",
        "legal_caps.0.departments": "grocery", "was": was(marketing, f"{address}legal_caps/"), "do": "save",
    }  # fmt: skip
    refused = marketing.post(f"{address}legal_caps/", form)
    assert refused.status_code == 422
    assert re.search(r'id="e-legal_caps-0-law">[^<]*no-law', refused.content.decode())
    assert (
        marketing.post(f"{address}legal_caps/", form | {"legal_caps.0.law": "egalim-food"}).status_code == 302
    )
    assert [cap.law for cap in written(address).legal_caps] == ["egalim-food"]
    assert "grocery" in marketing.get(address).content.decode()
