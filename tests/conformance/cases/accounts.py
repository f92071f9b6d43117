"""Households and companies: opened, entered, shared, left."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from assidu.decisions.accounts import exit_of
from assidu.decisions.decision import Decision
from assidu.decisions.events import (
    Absorption,
    AccountEntry,
    AccountOpening,
    Activity,
    Admission,
    Correction,
    Departure,
    Hold,
    Joining,
    Leaving,
    Merger,
    OfferStep,
    Payment,
    Return,
    SaleUpdate,
    Suspension,
)
from assidu.decisions.state import AccountKind
from builders.documents import BASE, TIERS
from builders.sales import a_line, a_sale, on
from conformance.cases.plans import points, programme, rule
from conformance.story import Programme, Story

ANNE = "00000000-0000-7000-8000-00000000000a"
BRUNO = "00000000-0000-7000-8000-00000000000b"
CHLOE = "00000000-0000-7000-8000-00000000000c"
STARS = rule("stars", "{per_amount: {give: 1, each: 1.00}}", currency="stars")
WELCOME = rule("welcome", "{fixed: 50}", "trigger: joining")
MISSION = rule("mission", "{fixed: 7}", "goal: {measure: departments, at_least: 3, per: month}")
OFFER = "offers:\n  - {code: plus, name: {fr: p, en: p}, needs: allotted, effect: {percent: {off: 10}}}\n"


def stories() -> Iterator[Story]:
    for takes in ("nothing", "equal", "own"):
        yield from _lives_together(takes)
    yield from _two_cards_of_one()
    yield from _the_last_loses()
    yield _refused_openings()
    yield from _a_ticket_changes()


def _story(name: str, plan: Programme) -> Story:
    """Why each rule gave is told elsewhere."""
    return Story(name, plan, is_traced=False)


def _plan(account: str, kind: str = "household") -> Programme:
    more = f"accounts: {{{kind}: {{members_at_most: 2, {account}}}}}\n{OFFER}"
    stars = points("expires: {months: 2}", "pending: {days: 10}", "debt_at_most: 40")
    return programme(BASE, STARS, WELCOME, MISSION, tiers=TIERS, currencies=stars, more=more)


def _enters(account: Story, name: str, person: Story, day: str) -> None:
    person.sleep_until(date.fromisoformat(day))
    account.tell(Admission(on(day), name), person=person.state)
    person.tell(AccountEntry(on(day)))


def _leaves(account: Story, name: str, person: Story, event: Departure) -> None:
    account.sleep_until(event.at.date())
    before = account.state
    gone = account.tell(event, person=person.state)
    assert isinstance(gone, Decision)
    person.tell(exit_of(gone, before, person.state, event))


def _lives_together(takes: str) -> Iterator[Story]:
    welcome = "each" if takes == "equal" else "once"
    plan = _plan(f"leaver_takes: {takes}, welcome: {welcome}")
    home = _story(f"A household; who leaves takes {takes}", plan)
    anne, bruno = (_story(f"{name} of the household, {takes}", plan) for name in ("Anne", "Bruno"))
    anne.tell(Joining(on("2026-01-05")), have={"points": 50})
    anne.tell(a_sale(a_line(110_000), a_line(300, department="produce"), at=on("2026-01-10")), tier="gold")
    anne.tell(OfferStep(on("2026-01-12"), "plus", "allotted", date(2026, 12, 1)))
    bruno.tell(a_sale(2000, at=on("2026-01-20")), have={"points": 0})
    home.tell(AccountOpening(on("2026-02-01"), AccountKind.HOUSEHOLD))
    _enters(home, ANNE, anne, "2026-02-01")
    _enters(home, BRUNO, bruno, "2026-02-02")
    home.tell(Admission(on("2026-02-02"), CHLOE), person=bruno.start, refused="account_full")
    anne.tell(Activity(on("2026-02-03"), "visit"), refused="in_account")
    home.tell(
        Joining(on("2026-02-03")), member=BRUNO, refused=None if welcome == "each" else "already_a_member"
    )
    home.tell(a_sale(a_line(4000, department="bakery"), at=on("2026-02-04")), member=BRUNO)
    sale = home.seq
    paid = a_sale(50_000, at=on("2026-02-05"), payments=[Payment("points", 200)])
    home.tell(paid, member=ANNE)
    home.tell(OfferStep(on("2026-02-06"), "plus", "used"), member=BRUNO)
    home.tell(Hold(on("2026-02-07"), (Payment("points", 30),), 60_000), member=BRUNO)
    home.tell(Leaving(on("2026-02-08")), member=BRUNO, refused="whole_account")
    home.tell(a_sale(1000, at=on("2026-02-08")), member=CHLOE, refused="not_in_account")
    home.tell(Departure(on("2026-02-08"), CHLOE), person=bruno.start, refused="not_in_account")
    _leaves(home, BRUNO, bruno, Departure(on("2026-02-09"), BRUNO))
    home.tell(Return(on("2026-02-10"), sale), member=BRUNO)
    bruno.tell(a_sale(1000, at=on("2026-02-11")))
    home.tell(Correction(on("2026-02-12"), "stars", -20))
    _leaves(home, ANNE, anne, Departure(on("2026-03-01"), ANNE))
    home.tell(Admission(on("2026-03-02"), CHLOE), person=bruno.start, refused="account_closed")
    for story in (anne, bruno):
        story.sleep_until(date(2026, 12, 1))
    yield from (home, anne, bruno)


def _two_cards_of_one() -> Iterator[Story]:
    plan = _plan("leaver_takes: own", "company")
    firm = _story("Two records in a company turn out to be one person", plan)
    buyer, double = _story("The buyer", plan), _story("The buyer's second card", plan)
    for story, day in ((buyer, "2026-01-05"), (double, "2026-01-06")):
        story.tell(Joining(on(day)), have={"points": 50})
    firm.tell(AccountOpening(on("2026-01-10"), AccountKind.COMPANY))
    _enters(firm, ANNE, buyer, "2026-01-10")
    _enters(firm, BRUNO, double, "2026-01-11")
    _leaves(firm, BRUNO, double, Departure(on("2026-01-12"), BRUNO, same_as=ANNE))
    before = double.state
    firm.tell(Merger(on("2026-01-12")), absorbed=before, member=ANNE, have={"points": 100})
    double.tell(Absorption(on("2026-01-12")))
    firm.tell(Merger(on("2026-01-13")), absorbed=buyer.state, member=ANNE, refused="in_account")
    firm.tell(Merger(on("2026-01-13")), absorbed=firm.state, member=ANNE, refused="not_a_person")
    _leaves(firm, ANNE, buyer, Departure(on("2026-01-14"), ANNE))
    assert buyer.state.available("points") == 100
    yield from (firm, buyer, double)


def _the_last_loses() -> Iterator[Story]:
    plan = _plan("leaver_takes: nothing, lost_with_last: true")
    home = _story("What is left is lost with the last one", plan)
    anne = _story("The last one", plan)
    anne.tell(Joining(on("2026-01-05")))
    home.tell(AccountOpening(on("2026-01-10"), AccountKind.HOUSEHOLD))
    _enters(home, ANNE, anne, "2026-01-10")
    home.tell(a_sale(2000, at=on("2026-01-11")), member=ANNE)
    home.tell(Suspension(on("2026-01-12")))
    home.tell(Departure(on("2026-01-12"), ANNE), person=anne.state, refused="suspended")
    _leaves(home, ANNE, anne, Departure(on("2026-01-13"), ANNE, with_nothing=True))
    assert anne.state.available("points") == 0
    yield from (home, anne)


def _refused_openings() -> Story:
    plan = _plan("leaver_takes: own")
    story = _story("Accounts that cannot be opened or entered", plan)
    story.tell(AccountOpening(on("2026-01-10"), AccountKind.COMPANY), refused="no_such_accounts")
    story.tell(Joining(on("2026-01-10")))
    story.tell(AccountOpening(on("2026-01-11"), AccountKind.HOUSEHOLD), refused="not_an_account")
    story.tell(Admission(on("2026-01-11"), ANNE), person=replace(story.start), refused="not_an_account")
    story.tell(Departure(on("2026-01-11"), ANNE), person=story.start, refused="not_an_account")
    return story


def _a_ticket_changes() -> Iterator[Story]:
    plan = _plan("leaver_takes: own")
    home = _story("A ticket is changed where it was recorded", plan)
    anne, bruno = (_story(f"{name}, before and after", plan) for name in ("Anne", "Bruno"))
    for story in (anne, bruno):
        story.tell(Joining(on("2026-01-05")), have={"points": 50})
    anne.tell(Hold(on("2026-01-09"), (Payment("points", 30),), 60_000), have={"points": 20})
    home.tell(AccountOpening(on("2026-01-10"), AccountKind.HOUSEHOLD))
    _enters(home, ANNE, anne, "2026-01-10")
    _enters(home, BRUNO, bruno, "2026-01-10")
    home.tell(a_sale(3000, 2000, at=on("2026-01-11")), member=BRUNO, have={"points": 150})
    sale = home.seq
    home.tell(SaleUpdate(on("2026-01-12"), sale, (a_line(3000),)), member=ANNE, have={"points": 130})
    _leaves(home, BRUNO, bruno, Departure(on("2026-01-13"), BRUNO))
    left, more = home.state.available("points"), (a_line(9000),)
    home.tell(SaleUpdate(on("2026-01-14"), sale, more), member=BRUNO, have={"points": left + 60})
    paid = SaleUpdate(on("2026-01-15"), sale, more, (Payment("points", 10),))
    home.tell(paid, member=BRUNO, refused="not_in_account")
    home.tell(SaleUpdate(on("2026-01-16"), sale), member=BRUNO, have={"points": left - 30})
    yield from (home, anne, bruno)
