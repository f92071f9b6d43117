"""Who could never have had what a programme gives: every reason planted in a small recorded past, and found again."""

from collections.abc import Mapping
from datetime import timedelta
from importlib import resources
from uuid import UUID

import psycopg
import pytest

from assidu.decisions.events import Activity, AudienceChange, Merger, RewardRequest, Sale, SaleLine
from assidu.events.types import EventType
from assidu.foundation.database import Database
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.plans.reading import read
from assidu.plans.wording import Language
from assidu.simulation.fairness import fairness
from assidu.simulation.fairness_types import COULD_HAVE, REACHED, Barrier, Fairness, Kind, Line, Way, WayKind
from assidu.simulation.fairness_words import OUTCOMES, WAYS, Words
from builders import history as past_of
from builders.documents import BASE, a_document, a_rule
from builders.history import History, on

past_of.TYPES.setdefault(Activity, EventType.ACTIVITY)
past_of.TYPES.setdefault(AudienceChange, EventType.AUDIENCE_CHANGE)

REWARD = """\
rewards:
  - {code: cheap, name: {fr: Petit, en: Small}, costs: {currency: points, units: 30}, gives: {currency: vouchers}}
  - {code: dear, name: {fr: Gros, en: Big}, costs: {currency: points, units: 500}, gives: {currency: vouchers}}
  - code: there
    name: {fr: Là, en: There}
    costs: {currency: points, units: 30}
    gives: {currency: vouchers}
    when: {stores: ['999']}
audiences:
  - {code: students, name: {fr: étudiants, en: students}}
engagement:
  half_life_months: 6
  weights: [{of: sale, score: 1}]
"""
VOUCHERS = """\
  - {code: vouchers, kind: voucher, name: {fr: bons, en: vouchers}, pays: true, worth: {amount: 1.00}}
"""
RULES = (
    BASE,
    a_rule("{fixed: 1}", "trigger: joining", code="welcome"),
    a_rule("{fixed: 1}", "when: {channels: [web]}", code="web"),
    a_rule("{fixed: 1}", "when: {stores: ['999']}", code="other-store"),
    a_rule("{fixed: 1}", "when: {days: [sunday]}", code="sunday"),
    a_rule("{fixed: 1}", 'when: {hours: {first: "06:00", until: "08:00"}}', code="early"),
    a_rule("{fixed: 1}", "when: {tiers: [gold]}", code="gold"),
    a_rule("{fixed: 1}", "when: {audiences: [students]}", code="students"),
    a_rule("{fixed: 1}", "when: {engagement_at_least: 1000}", code="engaged"),
    a_rule("{fixed: 1}", "when: {amount_at_least: 50.00}", code="big"),
    a_rule("{fixed: 1}", "when: {amount_at_most: 5.00}", code="small"),
    a_rule("{fixed: 1}", "when: {last_day: 2026-01-06}", code="over"),
    a_rule("{fixed: 1}", "quota: {first: 1, per: day}", code="first-of-day"),
    a_rule("{fixed: 1}", "lines: {departments: [wine]}", code="wine"),
    a_rule("{fixed: 1}", "trigger: activity", "activity: survey-answered", code="survey"),
    a_rule("{fixed: 1}", "trigger: activity", "activity: review", code="review"),
    a_rule("{fixed: 1}", "when: {first_purchase: true}", code="first"),
)


PLAIN = (Kind.RULE, Kind.OFFER, Kind.REWARD)


def a_plan() -> Document:
    return a_document(*RULES, more=REWARD, currencies=VOUCHERS)


def a_sale(days: int, euros: float, *, channel: str = "store", store: str = "317", hours: int = 0) -> Sale:
    line = SaleLine("1", round(euros * 100), department="grocery")
    return Sale(on(days) + timedelta(hours=hours), store, channel, (line,))


class Past:
    """Anne buys on Mondays in one store; Bob does what she does not; Carl never comes; Dora joined long ago."""

    def __init__(self, database: Database) -> None:
        self.history = History([a_plan()])
        self.anne, self.bob, self.carl = (self.history.customer(on(1)) for _ in range(3))
        tell = self.history.tell
        tell(self.bob, AudienceChange(on(1, 5), "students"))
        for week in range(1, 4):
            # Bob comes first on the same day, so that the only place is his.
            tell(self.bob, a_sale(7 * week, 600, hours=-4))
            tell(self.anne, a_sale(7 * week, 12))
        tell(self.bob, a_sale(27, 3, channel="web", store="999"))
        tell(self.bob, Activity(on(28), "review"))
        tell(self.bob, Activity(on(28), "survey-answered"))
        tell(self.bob, RewardRequest(on(29), "dear"))
        self.history.write(database.url)
        with psycopg.connect(database.owner_url) as connection:
            connection.execute(
                "INSERT INTO customers_identifier (kind, lookup, customer_id, added_at) "
                "VALUES ('email', 'bob', %s, now())",
                (self.bob,),
            )


@pytest.fixture
def past(assidu_db: Database) -> Past:
    return Past(assidu_db)


def of(database: Database, past: Past, *, first: int = 0) -> tuple[Fairness, dict[UUID, Mapping[str, str]]]:
    found, standings = fairness(
        database.url, past.history.book, compile_plan(a_plan()), since=on(first).date(), processes=1
    )
    codes = [line.code if line.kind in PLAIN else line.kind.value for line in found.lines]
    return found, {one.customer_id: dict(zip(codes, one.outcomes, strict=True)) for one in standings}


def test_each_reason_that_keeps_somebody_out_is_found(assidu_db: Database, past: Past) -> None:
    _, standings = of(assidu_db, past)
    assert standings[past.anne] == {
        "base": REACHED,
        "welcome": REACHED,
        "web": Barrier.CHANNEL,
        "other-store": Barrier.STORE,
        "sunday": Barrier.WEEKDAY,
        "early": Barrier.HOUR,
        "gold": Barrier.STATUS,
        "students": Barrier.AUDIENCE,
        "engaged": Barrier.ENGAGEMENT,
        "big": Barrier.TOO_LITTLE,
        "small": Barrier.TOO_MUCH,
        "over": Barrier.NOT_RUNNING,
        "first-of-day": Barrier.PLACES_GONE,
        "wine": COULD_HAVE,
        "survey": Barrier.NO_CONTACT,
        "review": Barrier.NO_ACTIVITY,
        "first": REACHED,
        "cheap": COULD_HAVE,
        "dear": Barrier.NEVER_ENOUGH,
        "there": Barrier.STORE,
        "status": Barrier.TOO_LITTLE,
    }


def test_whoever_had_something_is_never_left_out_of_it(assidu_db: Database, past: Past) -> None:
    _, standings = of(assidu_db, past)
    reached = {code for code, outcome in standings[past.bob].items() if outcome == REACHED}
    assert reached == {
        *("base", "welcome", "web", "other-store", "sunday", "early", "gold", "students", "big", "small"),
        *("first-of-day", "survey", "review", "first", "dear", "status"),
    }


def test_a_member_who_never_comes_is_left_out_for_that(assidu_db: Database, past: Past) -> None:
    _, standings = of(assidu_db, past)
    assert standings[past.carl]["base"] == Barrier.NO_PURCHASE
    assert standings[past.carl]["dear"] == Barrier.NEVER_ENOUGH, "a point for joining is something"


def test_in_a_later_period_joining_and_the_first_purchase_are_past(assidu_db: Database, past: Past) -> None:
    found, standings = of(assidu_db, past, first=10)
    assert found.members == 3
    assert {one["welcome"] for one in standings.values()} == {Barrier.JOINED_BEFORE}
    assert standings[past.anne]["first"] == Barrier.NOT_FIRST


def test_whoever_joined_after_the_period_is_not_counted(assidu_db: Database, past: Past) -> None:
    found, _ = fairness(
        assidu_db.url,
        past.history.book,
        compile_plan(a_plan()),
        since=on(-20).date(),
        until=on(0).date(),
        processes=1,
    )
    assert found.members == 0
    assert all(line.left_out_count == 0 for line in found.lines)


def test_every_member_is_counted_once_on_each_line(assidu_db: Database, past: Past) -> None:
    found, _ = of(assidu_db, past)
    assert found.members == 3
    assert found.without_contact == 2
    assert all(line.reached + line.could_have + line.left_out_count == 3 for line in found.lines)


def test_those_left_out_are_offered_what_they_would_reach(assidu_db: Database, past: Past) -> None:
    found, _ = of(assidu_db, past)

    def ways(code: str) -> dict[WayKind, Way]:
        line = next(line for line in found.lines if line.code == code)
        return {way.kind: way for way in line.ways}

    assert ways("web")[WayKind.CHANNEL].values == ("store",)
    assert ways("other-store")[WayKind.STORES] == Way(WayKind.STORES, ("317",), 1)
    assert ways("sunday")[WayKind.WEEKDAY].values == ("0",)
    assert ways("big")[WayKind.AMOUNT] == Way(WayKind.AMOUNT, ("1000",), 1)
    assert ways("survey")[WayKind.PURCHASE].reach == 1
    assert ways("first-of-day")[WayKind.PLACES_BY_STORE].reach == 1
    others = next(line for line in found.lines if line.code == "web").ways
    assert others[0] == Way(WayKind.OTHER_RULE, ("base",), 1)
    assert ways("base") == {}, "who never comes cannot be reached by another rule"


def test_a_channel_that_its_target_does_not_use_is_flagged(assidu_db: Database, past: Past) -> None:
    found, _ = of(assidu_db, past)
    fits = {line.code: line.fit for line in found.lines if line.fit is not None}
    assert set(fits) == {"web"}
    assert (fits["web"].target, fits["web"].fits, fits["web"].is_unsuited) == (3, 1, True)


def test_somebody_who_was_merged_counts_once_with_all_they_did(assidu_db: Database) -> None:
    history = History([a_plan()])
    anne, other = (history.customer(on(1)) for _ in range(2))
    history.tell(anne, a_sale(7, 12))
    history.tell(other, a_sale(8, 60, channel="web"))
    history.tell(anne, Merger(on(20)), absorbed=other)
    history.write(assidu_db.url)
    found, (standing,) = fairness(assidu_db.url, history.book, compile_plan(a_plan()), processes=2)
    outcomes = dict(zip([line.code for line in found.lines], standing.outcomes, strict=True))
    assert found.members == 1
    assert (outcomes["web"], outcomes["big"], outcomes["sunday"]) == (REACHED, REACHED, Barrier.WEEKDAY)


@pytest.mark.parametrize("language", Language)
def test_everything_found_is_said_in_words(assidu_db: Database, past: Past, language: Language) -> None:
    assert set(OUTCOMES) == {REACHED, COULD_HAVE, *Barrier}
    assert set(WAYS) == set(WayKind)
    found, _ = of(assidu_db, past)
    words = Words(a_plan(), language)
    for line in found.lines:
        assert words.name(line) != ""
        for way in line.ways:
            assert "{" not in words.way(line, way)
    fit = next(line.fit for line in found.lines if line.fit is not None)
    assert words.fit(fit).endswith(("(web site).", "(site internet)."))


def test_a_missing_activity_is_named_and_a_birthday_is_not_something_one_does() -> None:
    document = read(
        (resources.files("assidu.demo") / "plans" / "le-cercle-v4.yaml").read_text(encoding="utf-8")
    ).document
    assert document is not None
    said = {
        (language, code): Words(document, language).outcome(
            Barrier.NO_ACTIVITY, Line(Kind.RULE, code, 0, 0, {})
        )
        for language in Language
        for code in (
            "birthday",
            next(one.code for one in document.rules if one.activity == "survey-answered"),
        )
    }
    assert [text.partition(":")[0].strip() for text in said.values()] == [
        "pas d'anniversaire sur la période", "pas une fois", "no birthday in the period", "not once",
    ]  # fmt: skip
