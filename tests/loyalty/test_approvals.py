"""From a draft to a version in force: who must approve, what the database refuses, going back and withdrawing."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from assidu.foundation.people import queries as people
from assidu.foundation.people.types import COMMAND_LINE, Actor
from assidu.loyalty import approvals, drafts
from assidu.loyalty.approvals import DraftState, NotDone, Trouble, state_of, version_state
from assidu.loyalty.drafts import Closed, Draft, Elsewhere
from assidu.loyalty.needs import Cause, NotSimulated, YearlyChange
from assidu.loyalty.plans import NotApproved, book_of, publish, published_plans
from assidu.plans.check import examine
from builders.documents import a_programme

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
ANNE, BRUNO = Actor(UUID(int=1)), Actor(UUID(int=2))
FIRST = a_programme()
SECOND = FIRST.replace("give: 1, each: 1.00", "give: 2, each: 1.00")
DEARER = YearlyChange.of(1_000_000, 365, "run")
CHEAP = YearlyChange.of(10_000, 365, "run")


def put(text: str, at: datetime = NOW - timedelta(days=100)) -> int:
    document = examine(text).document
    assert document is not None
    return publish(document, text, at=at, by="command").version


def a_draft(text: str = SECOND, by: Actor = ANNE) -> Draft:
    return drafts.open_draft(text, at=NOW, by=approvals.signature(by), based_on=1)


@pytest.fixture
def guarded() -> None:
    """A programme in force, of which a change of 5,000 € a year needs a second person."""
    put(FIRST)
    approvals.set_threshold("club", 500_000, at=NOW - timedelta(days=50), by=COMMAND_LINE)


def trouble(call: object) -> Trouble:
    with pytest.raises(NotDone) as told:
        call()  # type: ignore[operator]
    return told.value.trouble


def test_a_dear_change_waits_for_somebody_who_did_not_write_it(guarded: None) -> None:
    draft = a_draft()
    request = approvals.submit(draft.draft_id, DEARER, at=NOW, by=ANNE)
    assert (request.needed, request.cause) == (1, Cause.ABOVE)
    assert state_of(draft, is_simulated=True, at=NOW) is DraftState.SUBMITTED
    assert trouble(lambda: approvals.approve(draft.draft_id, at=NOW, by=ANNE)) is Trouble.OWN_WORK
    today = NOW.date()
    assert (
        trouble(lambda: approvals.publish_draft(draft.draft_id, today, at=NOW, by=ANNE))
        is Trouble.NOT_APPROVED
    )
    assert approvals.approve(draft.draft_id, at=NOW, by=BRUNO, note="Good").is_approved
    assert state_of(draft, is_simulated=True, at=NOW) is DraftState.APPROVED
    plan = approvals.publish_draft(draft.draft_id, today + timedelta(days=9), at=NOW, by=ANNE, note="Spring")
    assert (plan.version, plan.document.valid_from) == (2, today + timedelta(days=9))
    known = drafts.must_find(draft.draft_id)
    assert state_of(known, is_simulated=True, at=NOW) is DraftState.SCHEDULED
    assert state_of(known, is_simulated=True, at=NOW + timedelta(days=10)) is DraftState.LIVE
    assert approvals.requests_of_versions("club")[2].answers[0].given_by == str(BRUNO.person_id)


def test_every_step_is_in_the_audit_trail_with_its_grounds(guarded: None) -> None:
    draft = a_draft()
    approvals.submit(draft.draft_id, DEARER, at=NOW, by=ANNE)
    approvals.approve(draft.draft_id, at=NOW, by=BRUNO)
    approvals.publish_draft(draft.draft_id, NOW.date(), at=NOW, by=ANNE)
    trail = [entry.action for entry in people.audit_trail().entries]
    assert {"plan.threshold_set", "plan.submitted", "plan.approved", "plan.published"} <= set(trail)
    [asked] = people.audit_trail(action="plan.submitted").entries
    assert asked.after is not None
    assert (asked.after["needed"], asked.after["change_minor"], asked.after["threshold_minor"]) == (
        1,
        1_000_000,
        500_000,
    )


def test_a_cheap_change_needs_nobody_else_and_says_why(guarded: None) -> None:
    draft = a_draft()
    request = approvals.submit(draft.draft_id, CHEAP, at=NOW, by=ANNE)
    assert (request.needed, request.cause, request.is_approved) == (0, Cause.BELOW, True)
    assert approvals.publish_draft(draft.draft_id, NOW.date(), at=NOW, by=ANNE).version == 2


def test_a_saving_as_large_as_the_threshold_needs_a_second_person_too(guarded: None) -> None:
    request = approvals.submit(a_draft().draft_id, YearlyChange.of(-250_000, 180), at=NOW, by=ANNE)
    assert (request.needed, request.grounds["change_minor"]) == (1, -506_944)


def test_what_nobody_simulated_cannot_be_weighed(guarded: None) -> None:
    with pytest.raises(NotSimulated):
        approvals.submit(a_draft().draft_id, None, at=NOW, by=ANNE)


def test_another_worth_of_a_currency_needs_a_second_person_whatever_it_costs(guarded: None) -> None:
    worth = FIRST.replace("worth: {units: 100, amount: 1.00}", "worth: {units: 100, amount: 2.00}")
    assert worth != FIRST
    request = approvals.submit(a_draft(worth).draft_id, YearlyChange(0, 365), at=NOW, by=ANNE)
    assert (request.needed, request.cause) == (1, Cause.WORTH)


def test_whoever_changes_the_text_asks_again(guarded: None) -> None:
    draft = a_draft()
    approvals.submit(draft.draft_id, DEARER, at=NOW, by=ANNE)
    approvals.approve(draft.draft_id, at=NOW, by=BRUNO)
    changed = drafts.save(draft.draft_id, SECOND.replace("give: 2", "give: 3"), at=NOW, by="x")
    assert state_of(changed, is_simulated=False, at=NOW) is DraftState.CHECKED
    day = NOW.date()
    assert (
        trouble(lambda: approvals.publish_draft(draft.draft_id, day, at=NOW, by=ANNE))
        is Trouble.NOT_SUBMITTED
    )
    assert approvals.publish_draft(drafts.undo(draft.draft_id).draft_id, day, at=NOW, by=ANNE).version == 2


def test_a_version_published_in_between_makes_approvals_worthless(guarded: None) -> None:
    draft = a_draft()
    approvals.submit(draft.draft_id, CHEAP, at=NOW, by=ANNE)
    other = a_draft(FIRST.replace("give: 1, each", "give: 4, each"), BRUNO)
    later = NOW + timedelta(hours=1)
    approvals.submit(other.draft_id, CHEAP, at=later, by=BRUNO)
    approvals.publish_draft(other.draft_id, NOW.date(), at=later, by=BRUNO)
    assert (
        trouble(lambda: approvals.publish_draft(draft.draft_id, NOW.date(), at=later, by=ANNE))
        is Trouble.NOT_SUBMITTED
    )


def test_what_was_sent_back_is_not_published_until_it_is_asked_again(guarded: None) -> None:
    draft = a_draft()
    approvals.submit(draft.draft_id, DEARER, at=NOW, by=ANNE)
    approvals.send_back(draft.draft_id, at=NOW, by=BRUNO, note="Too dear")
    assert state_of(draft, is_simulated=True, at=NOW) is DraftState.SENT_BACK
    assert (
        trouble(lambda: approvals.publish_draft(draft.draft_id, NOW.date(), at=NOW, by=ANNE))
        is Trouble.SENT_BACK
    )
    again = approvals.submit(draft.draft_id, DEARER, at=NOW + timedelta(hours=1), by=ANNE)
    assert not again.is_sent_back
    assert not again.is_approved


def test_somebody_who_wrote_a_line_is_an_author_too(guarded: None) -> None:
    draft = a_draft()
    drafts.save(draft.draft_id, SECOND.replace("give: 2", "give: 3"), at=NOW, by=approvals.signature(BRUNO))
    approvals.submit(draft.draft_id, DEARER, at=NOW, by=ANNE)
    assert trouble(lambda: approvals.approve(draft.draft_id, at=NOW, by=BRUNO)) is Trouble.OWN_WORK


def test_nobody_spares_themselves_by_raising_the_threshold(guarded: None) -> None:
    approvals.set_threshold("club", 100_000_000, at=NOW, by=ANNE)
    draft = a_draft()
    assert approvals.submit(draft.draft_id, DEARER, at=NOW, by=ANNE).needed == 1
    theirs = a_draft(SECOND.replace("give: 2", "give: 3"), BRUNO)
    assert approvals.submit(theirs.draft_id, DEARER, at=NOW, by=BRUNO).needed == 0


def test_past_the_doors_the_plan_itself_refuses(guarded: None) -> None:
    document = examine(SECOND).document
    assert document is not None
    with pytest.raises(NotApproved):
        publish(document, SECOND, at=NOW, by="somebody")
    draft = a_draft()
    request = approvals.submit(draft.draft_id, DEARER, at=NOW, by=ANNE)
    for given in (None, uuid4(), request.request_id):
        with pytest.raises(IntegrityError), transaction.atomic():
            _insert_plan(SECOND, given)
    with pytest.raises(IntegrityError, match="does not approve"), transaction.atomic():
        _approve_by_hand(request.request_id, str(ANNE.person_id))
    approvals.approve(draft.draft_id, at=NOW, by=BRUNO)
    with pytest.raises(IntegrityError, match="not what was approved"), transaction.atomic():
        _insert_plan(SECOND.replace("give: 2", "give: 20"), request.request_id)
    _insert_plan(SECOND, request.request_id)


def _insert_plan(text: str, request_id: UUID | None) -> None:
    document = examine(text).document
    assert document is not None
    from assidu.plans.identity import canonical_json

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_plan (programme, version, valid_from, document, yaml, hash, published_at, request_id) "
            "VALUES ('club', 2, %s, %s::jsonb, '', '', %s, %s)",
            (NOW, canonical_json(document).decode(), NOW, request_id),
        )


def _approve_by_hand(request_id: UUID, by: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO loyalty_approval VALUES (%s, %s, %s, true, '')", (request_id, by, NOW))


@pytest.mark.parametrize(
    "table",
    ["loyalty_draft_step", "loyalty_approval", "loyalty_approval_request", "loyalty_approval_threshold"],
)
def test_what_was_written_and_approved_is_never_changed(guarded: None, table: str) -> None:
    draft = a_draft()
    approvals.submit(draft.draft_id, DEARER, at=NOW, by=ANNE)
    approvals.approve(draft.draft_id, at=NOW, by=BRUNO)
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {_column(table)} = {_column(table)}"):
        with pytest.raises(Exception, match=r"append-only|permission denied"), transaction.atomic():
            connection.cursor().execute(statement)


def _column(table: str) -> str:
    return (
        "programme"
        if "request" in table or "threshold" in table
        else "note"
        if "approval" in table
        else "yaml"
    )


def test_without_a_threshold_one_person_is_enough() -> None:
    put(FIRST)
    draft = a_draft()
    assert approvals.submit(draft.draft_id, None, at=NOW, by=ANNE).cause is Cause.NO_THRESHOLD
    assert approvals.publish_draft(draft.draft_id, NOW.date(), at=NOW, by=ANNE).version == 2


def test_a_version_to_come_is_withdrawn_and_never_begins(guarded: None) -> None:
    draft = a_draft()
    approvals.submit(draft.draft_id, CHEAP, at=NOW, by=ANNE)
    start = NOW.date() + timedelta(days=7)
    approvals.publish_draft(draft.draft_id, start, at=NOW, by=ANNE)
    instead = approvals.withdraw("club", 2, at=NOW, by=BRUNO)
    known = published_plans("club")
    assert version_state(known, 2, NOW) is DraftState.WITHDRAWN
    book = book_of(known)
    on_the_day = book.at(datetime(start.year, start.month, start.day, 12, tzinfo=UTC))
    assert on_the_day.version == instead.version == 3
    assert on_the_day.rules == book.version(1).rules
    assert trouble(lambda: approvals.withdraw("club", 2, at=NOW, by=BRUNO)) is Trouble.HAS_BEGUN
    assert trouble(lambda: approvals.withdraw("club", 1, at=NOW, by=BRUNO)) is Trouble.HAS_BEGUN
    assert trouble(lambda: approvals.withdraw("club", 9, at=NOW, by=BRUNO)) is Trouble.UNKNOWN_VERSION


def test_going_back_is_a_new_version_with_the_earlier_content_and_needs_nobody(guarded: None) -> None:
    draft = a_draft()
    approvals.submit(draft.draft_id, CHEAP, at=NOW, by=ANNE)
    approvals.publish_draft(draft.draft_id, NOW.date(), at=NOW, by=ANNE)
    tomorrow = NOW + timedelta(days=1)
    back = approvals.go_back("club", 1, tomorrow.date(), at=tomorrow, by=ANNE)
    assert not isinstance(back, Draft)
    assert back.version == 3
    assert back.document.rules == published_plans("club")[0].document.rules
    assert approvals.requests_of_versions("club")[3].cause is Cause.WENT_BACK
    assert (
        trouble(lambda: approvals.go_back("club", 1, tomorrow.date(), at=tomorrow, by=ANNE))
        is Trouble.NOTHING_CHANGES
    )


def test_going_back_to_another_worth_waits_for_somebody_else(guarded: None) -> None:
    worth = FIRST.replace("worth: {units: 100, amount: 1.00}", "worth: {units: 100, amount: 2.00}")
    draft = a_draft(worth)
    approvals.submit(draft.draft_id, CHEAP, at=NOW, by=ANNE)
    approvals.approve(draft.draft_id, at=NOW, by=BRUNO)
    approvals.publish_draft(draft.draft_id, NOW.date(), at=NOW, by=ANNE)
    tomorrow = NOW + timedelta(days=1)
    waiting = approvals.go_back("club", 1, tomorrow.date(), at=tomorrow, by=ANNE)
    assert isinstance(waiting, Draft)
    assert len(published_plans("club")) == 2
    approvals.approve(waiting.draft_id, at=tomorrow, by=BRUNO)
    assert approvals.publish_draft(waiting.draft_id, tomorrow.date(), at=tomorrow, by=ANNE).version == 3


def test_a_draft_with_mistakes_or_from_the_past_goes_no_further(guarded: None) -> None:
    broken = a_draft(SECOND.replace("tiers:", "tierz:"))
    assert state_of(broken, is_simulated=False, at=NOW) is DraftState.DRAFT
    assert trouble(lambda: approvals.submit(broken.draft_id, CHEAP, at=NOW, by=ANNE)) is Trouble.HAS_ERRORS
    draft = a_draft()
    approvals.submit(draft.draft_id, CHEAP, at=NOW, by=ANNE)
    past = date(2026, 5, 1)
    assert (
        trouble(lambda: approvals.publish_draft(draft.draft_id, past, at=NOW, by=ANNE))
        is Trouble.STARTS_IN_THE_PAST
    )
    drafts.drop(draft.draft_id, at=NOW)
    assert trouble(lambda: approvals.submit(draft.draft_id, CHEAP, at=NOW, by=ANNE)) is Trouble.CLOSED


def test_undoing_and_redoing_lose_nothing_that_was_saved() -> None:
    draft = a_draft(FIRST)
    two = drafts.save(draft.draft_id, "two: 2", at=NOW, by="a")
    three = drafts.save(draft.draft_id, "three: 3", at=NOW, by="a")
    assert drafts.save(draft.draft_id, "three: 3", at=NOW, by="a").step.n == three.step.n
    back = drafts.undo(draft.draft_id)
    assert (back.step.yaml, back.redo) == (two.step.yaml, three.step.n)
    assert drafts.redo(draft.draft_id).step.yaml == "three: 3"
    assert drafts.redo(draft.draft_id).step.yaml == "three: 3"
    drafts.undo(draft.draft_id)
    other = drafts.save(draft.draft_id, "other: 1", at=NOW, by="b")
    assert other.step.n == 4
    assert [drafts.undo(draft.draft_id).step.yaml for _ in range(4)] == ["two: 2", FIRST, FIRST, FIRST]


def test_a_rule_that_rests_is_written_and_not_published() -> None:
    put(FIRST)
    draft = a_draft(FIRST)
    document = draft.written
    assert document is not None
    code = document.rules[-1].code
    resting = drafts.save(draft.draft_id, FIRST, at=NOW, by="a", resting=[code])
    said = resting.examine().document
    assert said is not None
    assert [rule.code for rule in said.rules] == [rule.code for rule in document.rules][:-1]
    assert resting.written == document
    approvals.submit(draft.draft_id, None, at=NOW, by=ANNE)
    plan = approvals.publish_draft(draft.draft_id, NOW.date(), at=NOW, by=ANNE)
    assert plan.document.rule(code) is None
    again = drafts.open_from(plan, plan.yaml, at=NOW, by="a")
    assert again.step.resting == (code,), "it rests in the next draft too"


def test_two_people_do_not_overwrite_each_other_unseen() -> None:
    draft = a_draft(FIRST)
    drafts.save(draft.draft_id, SECOND, at=NOW, by="a", seen=1)
    with pytest.raises(Elsewhere) as told:
        drafts.save(draft.draft_id, "mine", at=NOW, by="b", seen=1)
    assert told.value.draft.step.yaml == SECOND


def test_what_somebody_types_is_kept_until_it_is_saved() -> None:
    draft = a_draft(FIRST)
    drafts.keep_typed(draft.draft_id, "anne", "rules/base", {"gift.fixed": ["3"]}, at=NOW)
    drafts.keep_typed(draft.draft_id, "anne", "rules/base", {"gift.fixed": ["30"]}, at=NOW)
    found = drafts.typed(draft.draft_id, "anne", "rules/base")
    assert found is not None
    assert found[0] == {"gift.fixed": ["30"]}
    assert drafts.typed(draft.draft_id, "bruno", "rules/base") is None
    assert drafts.typed_parts(draft.draft_id, "anne") == {"rules/base"}
    drafts.forget_typed(draft.draft_id, "anne", "rules/base", at=NOW)
    assert drafts.typed(draft.draft_id, "anne", "rules/base") is None


def test_what_was_still_on_its_way_when_a_form_was_saved_does_not_fill_the_next_one() -> None:
    draft = a_draft(FIRST)
    saved = NOW + timedelta(seconds=9)
    drafts.forget_typed(draft.draft_id, "anne", "rules/+", at=saved)
    late = saved + timedelta(milliseconds=300)
    drafts.keep_typed(draft.draft_id, "anne", "rules/+", {"gift.fixed": ["3"]}, at=late, begun=NOW)
    assert drafts.typed(draft.draft_id, "anne", "rules/+") is None
    assert drafts.typed_parts(draft.draft_id, "anne") == set()
    drafts.keep_typed(draft.draft_id, "anne", "rules/+", {"gift.fixed": ["4"]}, at=late, begun=late)
    found = drafts.typed(draft.draft_id, "anne", "rules/+")
    assert found is not None
    assert found[0] == {"gift.fixed": ["4"]}


def test_a_draft_that_was_published_no_longer_changes() -> None:
    put(FIRST)
    draft = a_draft()
    approvals.submit(draft.draft_id, None, at=NOW, by=ANNE)
    approvals.publish_draft(draft.draft_id, NOW.date(), at=NOW, by=ANNE)
    with pytest.raises(Closed):
        drafts.save(draft.draft_id, FIRST, at=NOW, by="a")
