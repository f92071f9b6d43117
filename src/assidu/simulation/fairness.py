"""Who could never have had what a programme gives, and why: history decided again and looked at.

The one evaluator decides everything again under the plan, with its reasons, and `fairness_seen` counts them. What is
said is true of what is recorded: whether a survey was sent is not, and whether somebody agreed to be written to only
where they were asked.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from assidu.decisions.plan import Plan
from assidu.events.types import EventType
from assidu.foundation import clock
from assidu.loyalty.actions import PORTAL_SOURCE
from assidu.loyalty.book import PlanBook
from assidu.loyalty.referee import RefereedQuotas
from assidu.simulation.fairness_outcomes import conditions_of, lines_of, outcome_of
from assidu.simulation.fairness_seen import Seen, Watch
from assidu.simulation.fairness_types import (
    COULD_HAVE,
    REACHED,
    ChannelFit,
    Fairness,
    Kind,
    Line,
    Standing,
)
from assidu.simulation.fairness_ways import ways_of
from assidu.simulation.groups import Groups, counted_together
from assidu.simulation.history import Progress, over_history
from assidu.simulation.under import replay_under

Members = Sequence[tuple[UUID, Seen]]


def fairness(
    database_url: str,
    recorded_book: PlanBook,
    plan: Plan,
    *,
    since: date | None = None,
    until: date | None = None,
    processes: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> tuple[Fairness, list[Standing]]:
    """What ``plan`` would have been to each member from ``since`` until ``until``, both included; reads only.

    When left out, the period is all that is recorded.
    """
    started = time.perf_counter()
    first, last = since or date.min, until or date.max
    book = PlanBook.of_one(plan)

    def look(
        connection: psycopg.Connection[Any],
        groups: Groups,
        recorded_until: date,
        quotas: RefereedQuotas,
        advance: Callable[[int], None],
    ) -> list[tuple[UUID, Seen]]:
        watch = Watch(plan, first, last)
        replay_under(connection, recorded_book, book, groups, recorded_until, quotas, advance, watch)
        counted = counted_together(connection, [customer for group in groups for customer in group])
        known = [customer for group in counted for customer in group]
        for customer, rules in _had(connection, known, first, last).items():
            if customer in watch.seen:
                watch.seen[customer].had = rules
        return _together(watch.seen, counted, _with_contact(connection, known), _consents(connection, known))

    past, parts = over_history(database_url, look, processes=processes, on_progress=on_progress)
    first, last = since or past.since or date.min, until or past.until or date.max
    members = sorted(
        (one for part in parts for one in part if one[1].is_member_between(first, last)),
        key=lambda one: one[0],
    )
    running = frozenset(rule.code for rule in recorded_book.at(clock.now()).rules)
    found, standings = conclude(plan, members, first, running)
    answer = replace(found, since=first, until=last, seconds=round(time.perf_counter() - started, 2))
    return answer, standings


def _together(
    seen: Mapping[UUID, Seen],
    groups: Groups,
    reachable: set[UUID],
    consents: Mapping[UUID, frozenset[str]],
) -> list[tuple[UUID, Seen]]:
    """One for each person, with all who were merged into them, or for each account, with all who are in it."""
    people = []
    for group in groups:
        person = seen.get(group[0])
        if person is None:
            continue
        person.has_contact = not reachable.isdisjoint(group)
        said = [consents[one] for one in group if one in consents]
        person.consents = frozenset[str]().union(*said) if said else None
        for other in group[1:]:
            if other in seen:
                person.take_in(seen[other])
        people.append((group[0], person))
    return people


def _with_contact(connection: psycopg.Connection[Any], customers: Sequence[UUID]) -> set[UUID]:
    """Whose e-mail address or telephone number is known."""
    rows = connection.execute(
        "SELECT DISTINCT customer_id FROM customers_identifier "
        "WHERE kind IN ('email', 'phone') AND customer_id = ANY (%s)",
        (customers,),
    )
    return {customer for (customer,) in rows}


def _had(
    connection: psycopg.Connection[Any], customers: Sequence[UUID], since: date, until: date
) -> dict[UUID, frozenset[str]]:
    """Which rules really gave something to whom in the period, before returns."""
    rows = connection.execute(
        "SELECT d.customer_id, array_agg(DISTINCT award ->> 0) FROM loyalty_decision AS d "
        "JOIN events_event AS e USING (customer_id, seq), jsonb_array_elements(d.record -> 'awards') AS award "
        "WHERE d.customer_id = ANY (%s) AND d.record ? 'awards' AND e.day BETWEEN %s AND %s "
        "GROUP BY d.customer_id",
        (list(customers), since, until),
    )
    return {customer: frozenset(rules) for customer, rules in rows}


def _consents(connection: psycopg.Connection[Any], customers: Sequence[UUID]) -> dict[UUID, frozenset[str]]:
    """What people agreed to as they last joined, where it was written down or their form asked for it."""
    rows = connection.execute(
        "SELECT DISTINCT ON (customer_id) customer_id, coalesce(body -> 'consents', '[]') FROM events_event "
        "WHERE type = %s AND customer_id = ANY (%s) AND (body ? 'consents' OR source = %s) "
        "ORDER BY customer_id, seq DESC",
        (EventType.JOINING.value, list(customers), PORTAL_SOURCE),
    )
    return {customer: frozenset(said) for customer, said in rows}


# ---------------------------------------------------------------- what it means, line by line


def conclude(
    plan: Plan, members: Members, since: date = date.min, running: frozenset[str] = frozenset()
) -> tuple[Fairness, list[Standing]]:
    """From what was seen of each member to what is said of each line; the period is filled in by the caller.

    ``running`` are the rules in force, of which what they really gave is told.
    """
    kinds = lines_of(plan, since)
    outcomes = [[outcome_of(plan, kind, code, seen) for kind, code in kinds] for _, seen in members]
    lines = tuple(
        _line(plan, kind, code, [row[n] for row in outcomes], members, running)
        for n, (kind, code) in enumerate(kinds)
    )
    found = Fairness(
        programme=plan.programme,
        version=plan.version,
        since=date.min,
        until=date.max,
        members=len(members),
        reached_nothing=sum(REACHED not in row for row in outcomes),
        without_contact=sum(not seen.has_contact for _, seen in members),
        without_consent=sum(seen.consents == frozenset() for _, seen in members),
        consent_unknown=sum(seen.consents is None for _, seen in members),
        lines=tuple(
            replace(line, ways=ways_of(plan, n, lines, outcomes, [seen for _, seen in members]))
            for n, line in enumerate(lines)
        ),
    )
    standings = [Standing(customer, tuple(row)) for (customer, _), row in zip(members, outcomes, strict=True)]
    return found, standings


def _line(
    plan: Plan, kind: Kind, code: str, outcomes: Iterable[str], members: Members, running: frozenset[str]
) -> Line:
    counts = Counter(outcomes)
    reached, could = counts.pop(REACHED, 0), counts.pop(COULD_HAVE, 0)
    had = None
    if kind is Kind.RULE and code in running:
        had = sum(code in seen.had for _, seen in members)
    return Line(kind, code, reached, could, dict(counts), fit=_fit(plan, kind, code, members), had=had)


def _fit(plan: Plan, kind: Kind, code: str, members: Members) -> ChannelFit | None:
    """Does its channel suit those it is for? Only asked of what names channels."""
    when = conditions_of(plan, kind, code)
    if when is None or not when.channels:
        return None
    target = [
        seen
        for _, seen in members
        if (not when.tiers or when.tiers & seen.tiers)
        and (not when.audiences or when.audiences & seen.audiences)
    ]
    fits = sum(not when.channels.isdisjoint(seen.channels) for seen in target)
    return ChannelFit(tuple(sorted(when.channels)), len(target), fits)
