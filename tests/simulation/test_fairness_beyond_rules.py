"""Who could never have had an entry in a draw, a status, or anything for bringing somebody; who agreed to nothing."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import psycopg
import pytest

from assidu.decisions.events import Activity, Sale, SaleLine
from assidu.events.types import EventKey, EventType
from assidu.foundation.database import Database
from assidu.loyalty.actions import PORTAL_SOURCE
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.plans.wording import Language
from assidu.simulation.fairness import fairness
from assidu.simulation.fairness_types import COULD_HAVE, REACHED, Barrier, Fairness, Kind, Way, WayKind
from assidu.simulation.fairness_words import Words
from builders import history as past_of
from builders.documents import BASE, a_document, a_rule
from builders.history import History, on

past_of.TYPES.setdefault(Activity, EventType.ACTIVITY)

CURRENCIES = """\
  - {code: chances, kind: entry, name: {fr: chances, en: entries}}
  - {code: stamps, kind: entry, name: {fr: tampons, en: stamps}}
"""
GAMES = """\
draws:
  - code: spring
    name: {fr: Printemps, en: Spring}
    entries: chances
    last_day: 2026-01-31
    prizes: [{name: {fr: Lot, en: Prize}, gives: {currency: points, units: 100}}]
  - code: over
    name: {fr: Hier, en: Yesterday}
    entries: chances
    last_day: 2026-01-02
    prizes: [{name: {fr: Lot, en: Prize}, gives: {currency: points, units: 100}}]
  - code: nobody
    name: {fr: Personne, en: Nobody}
    entries: stamps
    last_day: 2026-01-31
    prizes: [{name: {fr: Lot, en: Prize}, gives: {currency: points, units: 100}}]
engagement:
  half_life_months: 6
  weights: [{of: survey-answered, score: 10}]
referral:
  referrer: {currency: points, units: 50}
"""
TIERS = """\
tiers:
  levels:
    - {code: known, name: {fr: Connu, en: Known}}
    - {code: close, name: {fr: Proche, en: Close}, engagement_at_least: 10}
    - {code: often, name: {fr: Assidu, en: Regular}, engagement_at_least: 1000, purchases_at_least: 4}
    - code: gold
      name: {fr: Or, en: Gold}
      engagement_at_least: 2000
      purchases_at_least: 400
      spend_at_least: 500.00
  keep: {months: 12}
"""
ENTRY = a_rule("{fixed: 1}", "when: {channels: [web]}", code="entry").replace("points", "chances")
SURVEY = a_rule("{fixed: 1}", "trigger: activity", "activity: survey-answered", code="survey")


def a_plan() -> Document:
    return a_document(BASE, ENTRY, SURVEY, more=GAMES, tiers=TIERS, currencies=CURRENCIES)


def a_sale(days: int, euros: float, channel: str = "store") -> Sale:
    return Sale(on(days), "317", channel, (SaleLine("1", round(euros * 100), department="grocery"),))


class Look:
    """Ada comes often, and to the web; Bea is reached by nobody; Cid agreed to nothing; Dan answers once."""

    def __init__(self, database: Database) -> None:
        self.history = History([a_plan()])
        tell = self.history.tell
        ada, bea, cid, dan = (self.history.customer(on(1)) for _ in range(4))
        for week in range(1, 5):
            tell(ada, a_sale(7 * week, 60, "web" if week == 2 else "store"))
        self._asked(ada, EventKey("test", "ada"), consents=["email"])
        self._asked(cid, EventKey(PORTAL_SOURCE, "cid"))
        tell(bea, a_sale(3, 40))
        tell(cid, a_sale(3, 20))
        tell(dan, Activity(on(4), "survey-answered"))
        tell(dan, a_sale(40, 20, "web"))
        self.history.write(database.url)
        with psycopg.connect(database.owner_url) as connection:
            for one, name in ((ada, "ada"), (cid, "cid"), (dan, "dan")):
                connection.execute(
                    "INSERT INTO customers_identifier (kind, lookup, customer_id, added_at) "
                    "VALUES ('email', %s, %s, now())",
                    (name, one),
                )
        self.found, standings = fairness(
            database.url, self.history.book, compile_plan(a_plan()), since=on(0).date(), processes=1
        )
        codes = [f"{line.kind}:{line.code}" for line in self.found.lines]
        by_customer = {one.customer_id: dict(zip(codes, one.outcomes, strict=True)) for one in standings}
        self.ada, self.bea, self.cid, self.dan = (by_customer[one] for one in (ada, bea, cid, dan))

    def _asked(self, customer: UUID, key: EventKey, **said: list[str]) -> None:
        """They joined by a form that asked them what they agree to."""
        gathered = self.history.desk.gathered
        n = next(n for n, one in enumerate(gathered) if one.customer_id == customer)
        fact = gathered[n].fact
        gathered[n] = replace(gathered[n], fact=replace(fact, key=key, body=fact.body | said))

    def ways(self, kind: Kind, code: str) -> Mapping[WayKind, Way]:
        line = self.found.line(kind, code)
        assert line is not None
        return {way.kind: way for way in line.ways}


@pytest.fixture
def look(assidu_db: Database) -> Look:
    return Look(assidu_db)


def test_draws_statuses_and_referral_are_looked_at_like_everything_else(look: Look) -> None:
    assert look.found.line(Kind.DRAW, "over") is None, "it was drawn before the period"
    assert look.ada == {
        "rule:base": REACHED,
        "rule:entry": REACHED,
        "rule:survey": Barrier.NO_ACTIVITY,
        "draw:spring": REACHED,
        "draw:nobody": Barrier.NOTHING_GIVES,
        "status:close": REACHED,  # a higher one
        "status:often": REACHED,
        "status:gold": Barrier.TOO_LITTLE,
        "referral:referral": COULD_HAVE,
    }
    assert look.bea["draw:spring"] == Barrier.CHANNEL
    assert look.bea["status:often"] == Barrier.TOO_SELDOM
    assert look.dan["status:close"] == REACHED
    assert look.dan["draw:spring"] == Barrier.NOT_RUNNING, "their only entry came after the last day"
    # Surveys are sent to whoever can be written to, and agreed to it.
    assert look.bea["status:close"] == Barrier.NO_CONTACT
    assert look.cid["status:close"] == Barrier.NO_CONSENT
    assert look.cid["rule:survey"] == Barrier.NO_CONSENT
    assert look.bea["referral:referral"] == Barrier.NO_CONTACT
    # Another way, for each.
    assert look.ways(Kind.STATUS, "close")[WayKind.ALSO_PURCHASE].reach == 1
    assert look.ways(Kind.STATUS, "often")[WayKind.TIMES] == Way(WayKind.TIMES, ("1",), 3)
    assert look.ways(Kind.RULE, "survey")[WayKind.ASK_CONSENT].reach == 1
    assert look.ways(Kind.DRAW, "nobody")[WayKind.PURCHASE].reach == 4
    assert look.ways(Kind.DRAW, "spring")[WayKind.CHANNEL].values == ("store",)
    assert look.ways(Kind.REFERRAL, "referral")[WayKind.TOLD_AT_TILL].reach == 1
    # And where nothing is known of what people agreed to, that is said.
    found: Fairness = look.found
    assert (found.without_consent, found.consent_unknown) == (1, 2)
    words = Words(a_plan(), Language.EN)
    assert any("Of 2 members it is not known" in sentence for sentence in words.not_known(found))
    for line in found.lines:
        assert words.name(line)
        for way in line.ways:
            assert "{" not in words.way(line, way)
