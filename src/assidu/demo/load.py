"""Makes the demo: the feed, the programme, the imports, the people who look at it. What is done is not done again.

Everything goes through the doors that everybody uses: plans are published, files are imported, sign-ins are given.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop

from assidu.connectors.actions import ImportOrder, import_files
from assidu.connectors.files.mapping_file import read_mapping
from assidu.connectors.imports.types import Pair, Report, Watch
from assidu.connectors.queries import import_runs
from assidu.decisions.calendar import midnight
from assidu.demo import feed as feeds
from assidu.demo.handing_out import hand_out
from assidu.demo.programme import FILES, moved_text, plan_documents
from assidu.economics.actions import keep_sums
from assidu.foundation.people import actions as people
from assidu.foundation.people.offered import OfferedSignIn, offer
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.people.types import Refused as PersonRefused
from assidu.foundation.settings import Settings
from assidu.foundation.sql import rows
from assidu.loyalty.approvals import set_threshold
from assidu.loyalty.jobs import catch_up
from assidu.loyalty.needs import threshold_for
from assidu.loyalty.plans import programmes, publish, published_plans
from assidu.measurement.actions import keep_months

PROGRAMME = "le-cercle"
PUBLISHED_BY = "demo"
PASSWORD = "le-cercle-demo"  # noqa: S105 (the demo's, printed on purpose)
DOMAIN = "le-cercle.example"


@dataclass(frozen=True, slots=True)
class Made:
    """From what the demo was made: the same again gives the same data."""

    today: date
    households: int | None
    seed: int = feeds.SEED


@dataclass(frozen=True, slots=True)
class Demo:
    """What is there now. ``was_there``: it was made before and is as it was."""

    made: Made
    sign_ins: tuple[OfferedSignIn, ...]
    was_there: bool
    reports: Mapping[str, Report]


class NotADemo(Exception):
    """The database holds something else."""


def make_demo(
    database_url: str,
    settings: Settings,
    *,
    now: datetime,
    wanted: Made,
    watch: Watch,
    say: Callable[[str], None] = lambda _: None,
) -> Demo:
    """Make the demo, or finish what was begun of it. Django's connection must point to the same database."""
    marker, codes = settings.home / "demo" / "made.json", settings.home / "demo" / "codes.json"
    made = _made_before(marker)
    if not programmes():
        made = None
    elif made is None or programmes() != [PROGRAMME]:
        raise NotADemo
    finished = {run.files for run in import_runs() if run.finished_at is not None}
    reports: dict[str, Report] = {}
    was_there = made is not None and _LAST_FILES in finished
    if made is None:
        made = wanted
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.write_text(json.dumps(asdict(made), default=str), encoding="utf-8")
        codes.unlink(missing_ok=True)
    if not was_there:
        feed = feeds.prepare(
            settings.home,
            today=made.today,
            seed=made.seed,
            households=made.households,
            progress=lambda _what, done, total: watch("Preparing the year", done, total),
        )
        _publish(feed.first_day)
        if threshold_for(PROGRAMME) is None:
            set_threshold(PROGRAMME, SECOND_PERSON_FROM_MINOR, at=now, by=COMMAND_LINE)
        for name, pairs, at, catches_up in (
            ("known_before", feed.known_before, now, False),
            ("accounts", feed.accounts, feed.accounts_at, False),
            ("year", feed.year, now, True),
            ("afterwards", feed.afterwards, now, True),
        ):
            order = ImportOrder(_read(pairs), at, PROGRAMME, catches_up)
            if pairs and tuple(pair.file.name for pair in order.pairs) not in finished:
                say(TITLES[name])
                if name == "year":
                    hand_out(feed.coded, codes, PROGRAMME, feed.accounts_at)
                reports[name] = import_files(order, database_url, settings, watch)
    # Before anybody looks, also at a demo that was made on another day: birthdays are told, what expired is gone.
    watch("What is due by now", 0, 1)
    catch_up(now)
    watch("What is due by now", 1, 1)
    keep_months(now.astimezone(settings.zone).date(), partial(watch, "Adding up the months"))
    keep_sums(now, partial(watch, "Adding up what is owed"))
    sign_ins = _sign_ins()
    offer(settings.home, sign_ins)
    return Demo(made, sign_ins, was_there, reports)


SECOND_PERSON_FROM_MINOR = 500_000
"""A change of Le Cercle that costs so much more, or less, in a year is approved by somebody who did not write it."""
_LAST_FILES = ("late.parquet", "web-orders.jsonl")
TITLES = {
    "known_before": gettext_noop("Stores, products, customers, and members of the earlier programme"),
    "accounts": gettext_noop("Households that share an account"),
    "year": gettext_noop("A year of purchases, returns, vouchers, corrections and mergers"),
    "afterwards": gettext_noop("Tickets that came late, or twice"),
}
"""What each of the demo's imports brings; said in English, to be translated by who prints it."""


def _made_before(marker: Path) -> Made | None:
    try:
        kept = json.loads(marker.read_text(encoding="utf-8"))
        return Made(date.fromisoformat(kept["today"]), kept["households"], kept["seed"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _publish(first_day: date) -> None:
    """The opening and the three changes, as if each had been published on its day."""
    known = len(published_plans(PROGRAMME))
    for document, file in list(zip(plan_documents(first_day), FILES, strict=True))[known:]:
        from_when = midnight(document.valid_from, ZoneInfo(document.zone))
        publish(document, moved_text(file, first_day), at=from_when, by=PUBLISHED_BY)


def _read(pairs: Sequence[feeds.Pair]) -> list[Pair]:
    return [Pair(pair.file, read_mapping(pair.mapping)) for pair in pairs]


def _sign_ins() -> tuple[OfferedSignIn, ...]:
    """One person for each role that the demo shows; those who are there stay as they are."""
    store = _busiest_store()
    found = []
    for one in _PEOPLE:
        sign_in = replace(one, store=store) if one.role == "store" else one
        made = people.create_person(
            sign_in.email,
            sign_in.name,
            [sign_in.role],
            COMMAND_LINE,
            password=sign_in.password,
            stores=[sign_in.store] if sign_in.store else [],
        )
        assert not isinstance(made, PersonRefused) or made.reason.value == "email_taken", made
        found.append(sign_in)
    return tuple(found)


def _busiest_store() -> str:
    found = rows(
        "SELECT store_id FROM events_event WHERE store_id <> '' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    )
    return str(found[0][0]) if found else ""


_PEOPLE = (
    OfferedSignIn(f"direction@{DOMAIN}", "Claire Fontaine (démo)", "management", PASSWORD),
    OfferedSignIn(f"marketing@{DOMAIN}", "Hugo Marchand (démo)", "marketing", PASSWORD),
    OfferedSignIn(f"magasin@{DOMAIN}", "Inès Lemoine (démo)", "store", PASSWORD),
    OfferedSignIn(f"service@{DOMAIN}", "Samir Haddad (démo)", "service", PASSWORD),
    OfferedSignIn(f"finance@{DOMAIN}", "Agnès Vidal (démo)", "finance", PASSWORD),
    OfferedSignIn(f"dpo@{DOMAIN}", "Paul Renaud (démo)", "legal", PASSWORD),
    OfferedSignIn(f"informatique@{DOMAIN}", "Nadia Berger (démo)", "it", PASSWORD),
)
