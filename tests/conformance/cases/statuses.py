"""Statuses: what they rest on, when they are looked at again, and what staff give."""

from collections.abc import Iterator
from datetime import date

from assidu.decisions.events import Correction, Joining, Leaving, OpeningLot, Return, StatusGrant, TakeOver
from builders.documents import BASE
from builders.sales import a_sale, on
from conformance.cases.plans import points, programme, rule
from conformance.story import Programme, Story

LEVELS = {
    "spend": ("spend_at_least: 100.00", "spend_at_least: 300.00"),
    "purchases": ("purchases_at_least: 3", "purchases_at_least: 6"),
    "units": (
        "units_at_least: {currency: stars, units: 90}",
        "units_at_least: {currency: stars, units: 250}",
    ),
}
SPEND = LEVELS["spend"]


def stories() -> Iterator[Story]:
    for measure, asked in LEVELS.items():
        for window in ("{kind: rolling_months, months: 3}", "{kind: calendar_year}"):
            yield _life(f"A status by {measure}, {window}", _plan(asked, f"  window: {window}\n"))
    for down in ("one_step", "reassess"):
        for grace in ("", "  grace: {months: 1}\n"):
            yield _review(down, grace)
    yield _one_or_all("one")
    yield _one_or_all("all")
    yield _granted()
    yield _granted_for_good()
    yield _threshold()
    yield _taken_over()


def _plan(
    levels: tuple[str, str], more: str = "", *, keep: str = "{months: 2, until_end_of: month}"
) -> Programme:
    silver, gold = levels
    tiers = f"""tiers:
  keep: {keep}
{more}  levels:
    - {{code: bronze, name: {{fr: b, en: b}}}}
    - {{code: silver, name: {{fr: s, en: s}}, {silver}}}
    - {{code: gold, name: {{fr: g, en: g}}, {gold}}}
"""
    stars = rule("stars", "{per_amount: {give: 1, each: 1.00}}", currency="stars")
    return programme(BASE, stars, tiers=tiers, currencies=points())


def _life(name: str, plan: Programme) -> Story:
    story = Story(name, plan)
    story.tell(Joining(on("2025-11-30")), tier="bronze")
    for day, amount in (
        ("2025-12-01", 9_000),
        ("2025-12-31", 999),
        ("2026-01-01", 1),
        ("2026-01-31", 30_000),
    ):
        story.tell(a_sale(amount, at=on(day)))
    last = story.seq
    story.tell(Correction(on("2026-02-01"), "stars", 200))
    story.tell(Correction(on("2026-02-01"), "stars", -150))
    for day, amount in (("2026-02-02", 100), ("2026-02-03", 100)):
        story.tell(a_sale(amount, at=on(day)))
    story.tell(Return(on("2026-02-20"), last))
    story.tell(a_sale(9_950, at=on("2025-12-30")), now=on("2026-02-21"))
    story.sleep_until(date(2026, 10, 1))
    story.tell(Leaving(on("2026-10-01")))
    story.tell(Joining(on("2026-10-02")))
    return story


def _review(down: str, grace: str) -> Story:
    story = Story(
        f"Looked at again: down {down}{', after a last time' if grace else ''}",
        _plan(SPEND, f"{grace}  downgrade: {down}\n  window: {{months: 2}}\n", keep="{months: 1}"),
    )
    story.tell(Joining(on("2026-01-05")))
    story.tell(a_sale(30_000, at=on("2026-01-06")), tier="gold")
    story.tell(a_sale(30_000, at=on("2026-02-05")), tier="gold")
    story.sleep_until(date(2026, 4, 15))
    story.tell(a_sale(10_000, at=on("2026-04-16")))
    story.sleep_until(date(2027, 1, 1))
    assert story.state.tier == "bronze"
    return story


def _one_or_all(needs: str) -> Story:
    plan = _plan(
        ("spend_at_least: 100.00, purchases_at_least: 3", "spend_at_least: 300.00, purchases_at_least: 6"),
        f"  needs: {needs}\n",
    )
    story = Story(f"{needs.capitalize()} of two conditions", plan)
    story.tell(Joining(on("2026-01-05")))
    story.tell(a_sale(10_000, at=on("2026-01-06")), tier="silver" if needs == "one" else "bronze")
    story.tell(a_sale(1, at=on("2026-01-07")))
    story.tell(a_sale(1, at=on("2026-01-08")), tier="silver")
    return story


def _granted() -> Story:
    story = Story("A status that staff give for a time, then what was held before", _plan(SPEND))
    story.tell(StatusGrant(on("2026-01-04"), "gold"), refused="not_a_member")
    story.tell(Joining(on("2026-01-05")))
    story.tell(StatusGrant(on("2026-01-06"), "platinum"), refused="unknown_tier")
    story.tell(StatusGrant(on("2026-01-06"), "gold", date(2026, 1, 6)), refused="already_over")
    story.tell(StatusGrant(on("2026-01-06"), "gold", date(2026, 3, 1)), tier="gold")
    story.tell(a_sale(10_000, at=on("2026-01-07")), tier="gold")
    story.tell(StatusGrant(on("2026-01-08"), "silver", date(2026, 4, 1)), tier="silver")
    story.sleep_until(date(2026, 7, 1))
    return story


def _granted_for_good() -> Story:
    story = Story("A status that staff give until it is looked at", _plan(SPEND))
    story.tell(Joining(on("2026-01-05")))
    story.tell(StatusGrant(on("2026-01-06"), "gold"), tier="gold")
    story.tell(a_sale(30_000, at=on("2026-01-07")), tier="gold")
    story.sleep_until(date(2026, 12, 1))
    return story


def _threshold() -> Story:
    story = Story("Exactly on the threshold, and a cent below", _plan(SPEND))
    story.tell(Joining(on("2026-01-05")))
    story.tell(a_sale(9_999, at=on("2026-01-06")), tier="bronze")
    story.tell(a_sale(0, at=on("2026-01-06")), tier="bronze")
    story.tell(a_sale(1, at=on("2026-01-06")), tier="silver")
    return story


def _taken_over() -> Story:
    story = Story("A status and a balance from an earlier programme", _plan(SPEND))
    story.tell(TakeOver(on("2026-01-05"), date(2020, 1, 1), "platinum"), refused="unknown_tier")
    lots = (
        OpeningLot("points", 300, date(2025, 11, 30), date(2026, 2, 1)),
        OpeningLot("points", 5, date(2025, 12, 2), None),
        OpeningLot("points", 40, date(2025, 12, 2), date(2026, 5, 1), date(2026, 1, 20)),
    )
    story.tell(TakeOver(on("2026-01-05"), date(2020, 1, 1), "gold", date(2026, 3, 1), lots), tier="gold")
    assert story.state.available("points") == 305
    story.sleep_until(date(2026, 8, 1))
    assert story.state.available("points") == 5
    return story
