"""Whatever a document says: it is checked without a crash and, once accepted, decides any ticket."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from assidu.decisions import decide, evolve
from assidu.decisions.calendar import Period, RoundTo
from assidu.decisions.decision import Decision
from assidu.decisions.events import Joining, LineKind, Sale, SaleLine
from assidu.decisions.facts import Facts
from assidu.decisions.money import Rounding
from assidu.decisions.plan import (
    CurrencyKind,
    Downgrade,
    ExpiryBasis,
    QuotaScope,
    ReturnPolicy,
    RuleIndex,
    TierWindow,
    Trigger,
)
from assidu.decisions.state import State
from assidu.plans.check import check, examine
from assidu.plans.compile import compile_plan
from assidu.plans.diff import diff
from assidu.plans.document import (
    Cap,
    Currency,
    Document,
    Draw,
    Duration,
    Exclusions,
    Expiry,
    ForeignMoney,
    Gift,
    Level,
    Lines,
    Multiply,
    Pending,
    PerAmount,
    Prize,
    Quota,
    Returns,
    Reward,
    Rule,
    SaleCurrency,
    Side,
    Step,
    Text,
    Tiers,
    Times,
    Transfers,
    Weekday,
    When,
    Window,
    Worth,
)
from assidu.plans.identity import canonical_json, document_from_json
from assidu.plans.reading import read
from assidu.plans.wording import Language, change, describe, placed_problem, reason, receipt, short_receipt
from assidu.plans.writing import to_json, to_yaml

any_time = settings(deadline=None, max_examples=30)
"""Machines are busy: what is measured here is never time."""

DEPARTMENTS = ["grocery", "produce", "fuel"]
BRANDS = ["own", "national"]
SKUS = ["1", "2", "007"]
STORES = ["317", "9"]
CHANNELS = ["store", "web"]
CODES = ["a", "b", "c-1"]
LEVELS = ["low", "mid", "top"]

printable = st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp"))
words = st.text(printable, min_size=1, max_size=20).filter(lambda text: bool(text.strip()))
texts = st.builds(Text, fr=words, en=words)
ODD = [
    "Points",
    "no",
    "1.0",
    "2026-01-01",
    "a: b",
    "- c",
    "# d",
    "{e}",
    "'",
    '"',
    " f ",
    "|",
    "é\u00a0»",
    "&g",
    "%h",
    "~",
]
names = st.builds(Text, fr=st.sampled_from(ODD), en=st.sampled_from(ODD))
"""Any text is drawn once in a document, letter by letter; everything else is called what trips up who reads YAML."""
amounts = st.integers(0, 20_000).map(lambda minor: Decimal(minor).scaleb(-2)) | st.just(Decimal("1.005"))
periods = st.sampled_from(Period)
durations = st.builds(
    Duration,
    days=st.none() | st.integers(1, 400),
    months=st.none() | st.integers(1, 24),
    until_end_of=st.sampled_from(RoundTo),
) | st.builds(Duration, months=st.integers(1, 24), until_end_of=st.sampled_from(RoundTo))
expiries = (
    st.builds(
        Expiry,
        months=st.integers(1, 24),
        counted_from=st.sampled_from(ExpiryBasis),
        until_end_of=st.sampled_from(RoundTo),
    )
    | st.builds(Expiry, days=st.integers(1, 400), extended_by_purchases=st.booleans())
    | st.builds(
        Expiry,
        months=st.integers(1, 24),
        counted_from=st.sampled_from([ExpiryBasis.EARNING, ExpiryBasis.LAST_ACTIVITY]),
        extended_by=st.lists(st.sampled_from(["sale", "visit", "dance"]), max_size=2).map(tuple),
    )
    | st.builds(
        Expiry,
        each_year=st.sampled_from(["01-31", "02-29", "12-31", "04-31"]),
        months=st.none() | st.integers(1, 24),
    )
)
waits = st.builds(
    Pending,
    days=st.none() | st.integers(0, 40),
    until=st.none() | st.dates(date(2025, 12, 1), date(2026, 12, 31)),
    expires_from_earning=st.booleans(),
) | st.builds(Pending, weeks=st.integers(1, 3))
days = st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31))


def some(values: list[Any], max_size: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), max_size=max_size).map(tuple)


whens = st.just(When()) | st.builds(
    When,
    channels=some(CHANNELS),
    stores=some(STORES),
    days=some(list(Weekday)),
    first_day=days,
    last_day=days,
    tiers=some(LEVELS),
    first_purchase=st.booleans(),
    amount_at_least=st.none() | amounts,
    amount_at_most=st.none() | amounts,
)
steps = st.lists(st.builds(Step, at_least=amounts, give=st.integers(1, 500)), max_size=3).map(tuple)
per_amounts = st.builds(
    PerAmount,
    give=st.integers(1, 10),
    each=amounts,
    rounding=st.sampled_from(Rounding),
    whole_steps=st.booleans(),
)
gifts = (
    st.builds(Gift, per_amount=per_amounts)
    | st.builds(Gift, fixed=st.integers(1, 500))
    | st.builds(
        Gift,
        multiply=st.builds(Multiply, rule=st.sampled_from([*CODES, "base"]), percent=st.integers(101, 400)),
    )
    | st.builds(Gift, steps=steps)
    | st.builds(Gift, fixed=st.integers(1, 500), steps=steps)
)
rules = st.builds(
    Rule,
    code=st.sampled_from(CODES),
    name=names,
    trigger=st.sampled_from([Trigger.SALE, Trigger.SALE, Trigger.JOINING]),
    currency=st.sampled_from(["points", "points", "purse", "voucher", "chances", "none"]),
    gift=gifts,
    when=whens,
    lines=st.none()
    | st.builds(Lines, departments=some(DEPARTMENTS), brands=some(BRANDS), products=some(SKUS)),
    cap_per_sale=st.none() | st.integers(1, 50),
    cap=st.none() | st.builds(Cap, units=st.integers(1, 50), per=periods),
    times=st.none() | st.builds(Times, limit=st.integers(1, 3), per=periods),
    quota=st.none()
    | st.builds(Quota, first=st.integers(1, 3), per=periods, over=st.sampled_from(QuotaScope)),
    expires=st.none() | durations,
    pending=st.none() | waits,
)
currencies = st.tuples(
    st.builds(
        Currency,
        code=st.just("points"),
        name=names,
        singular=st.none() | names,
        kind=st.just(CurrencyKind.POINTS),
        expires=st.none() | expiries,
        pending=st.none() | waits,
        debt_at_most=st.none() | st.integers(1, 100),
        transfers=st.none()
        | st.builds(
            Transfers,
            at_least=st.integers(1, 10),
            cap=st.none() | st.builds(Cap, units=st.integers(1, 50), per=periods),
        ),
        worth=st.none() | st.builds(Worth, units=st.integers(1, 500), amount=amounts),
        pays=st.booleans(),
    ),
    st.builds(
        Currency,
        code=st.just("purse"),
        name=names,
        kind=st.just(CurrencyKind.MONEY),
        decimals=st.integers(0, 3),
    ),
    st.builds(
        Currency,
        code=st.just("voucher"),
        name=names,
        kind=st.just(CurrencyKind.VOUCHER),
        worth=st.none() | st.builds(Worth, amount=amounts),
    ),
    st.builds(Currency, code=st.just("chances"), name=names, kind=st.just(CurrencyKind.ENTRY)),
)
draws = st.builds(
    Draw,
    code=st.sampled_from(["spring", "summer"]),
    name=names,
    entries=st.sampled_from(["chances", "chances", "points", "none"]),
    last_day=st.dates(date(2025, 12, 1), date(2026, 12, 31)),
    drawn_on=days,
    prizes=st.lists(
        st.builds(
            Prize,
            name=names,
            gives=st.builds(Side, currency=st.sampled_from(["points", "voucher", "none"])),
            count=st.integers(1, 20),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    several_each=st.booleans(),
)
base = Rule(
    code="base",
    name=Text(fr="Base", en="Base"),
    currency="points",
    gift=Gift(per_amount=PerAmount(give=1, each=Decimal(1))),
)
tiers = st.none() | st.builds(
    Tiers,
    levels=st.lists(amounts, min_size=1, max_size=3).map(
        lambda spends: tuple(
            Level(code=code, name=Text(fr=code, en=code), spend_at_least=spend)
            for code, spend in zip(LEVELS, sorted(spends), strict=False)
        )
    ),
    window=st.builds(Window, kind=st.sampled_from(TierWindow), months=st.integers(1, 36)),
    keep=durations,
    downgrade=st.sampled_from(Downgrade),
)
documents = st.builds(
    Document,
    format=st.just(1),
    programme=st.just("club"),
    name=texts,
    valid_from=st.just(date(2026, 1, 1)),
    zone=st.sampled_from(["Europe/Paris", "America/St_Johns", "Nowhere"]),
    sale_currency=st.builds(
        SaleCurrency,
        code=st.just("EUR"),
        foreign=st.sampled_from([(), (ForeignMoney(code="CHF"), ForeignMoney(code="JPY", decimals=0))]),
        rate_days_at_most=st.integers(0, 9),
    ),
    currencies=currencies,
    exclusions=st.just(Exclusions())
    | st.builds(Exclusions, departments=some(DEPARTMENTS), discounted=st.booleans()),
    rules=st.lists(rules, max_size=4).map(lambda found: (base, *found)),
    rewards=st.just(())
    | st.just(
        (
            Reward(
                code="r",
                name=Text(fr="r", en="r"),
                costs=Side(currency="points", units=5),
                gives=Side(currency="voucher"),
            ),
        )
    ),
    draws=st.lists(draws, max_size=2).map(tuple),
    tiers=tiers,
    returns=st.builds(Returns, take_back=st.sampled_from(ReturnPolicy)),
    part_paid_with_rewards_earns=st.booleans(),
)
lines = st.builds(
    SaleLine,
    sku=st.sampled_from(SKUS),
    amount_minor=st.integers(-500, 20_000),
    quantity=st.integers(0, 3),
    discount_minor=st.integers(0, 100),
    department=st.sampled_from(["", *DEPARTMENTS]),
    brand=st.sampled_from(["", *BRANDS]),
    kind=st.sampled_from(LineKind),
)
sales = st.builds(
    Sale,
    at=st.integers(0, 364 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    store=st.sampled_from(STORES),
    channel=st.sampled_from(CHANNELS),
    lines=st.lists(lines, max_size=4).map(tuple),
)


def repaired(document: Document) -> Document:
    """What is left when the parts that ``check`` refuses are taken out: most random documents have some."""
    for _ in range(12):
        errors = [problem for problem in check(document) if not problem.is_warning]
        if not errors:
            return document
        broken = {problem.path[1] for problem in errors if problem.path[:1] == ("rules",)}
        document = replace(
            document, rules=tuple(rule for i, rule in enumerate(document.rules) if i not in broken)
        )
        for problem in errors:
            if problem.path[0] == "tiers":
                document = replace(document, tiers=None)
            elif problem.path[0] == "draws":
                document = replace(document, draws=())
            elif problem.path[0] == "zone":
                document = replace(document, zone="Europe/Paris")
            elif problem.path[0] == "exclusions":
                document = replace(document, exclusions=Exclusions())
            elif problem.path[0] in ("currencies", "rewards"):
                document = replace(
                    document,
                    currencies=tuple(_plain(currency) for currency in document.currencies),
                    rewards=(),
                )
    raise AssertionError(f"nothing repairs {check(document)}")


def _plain(currency: Currency) -> Currency:
    return Currency(
        code=currency.code,
        name=currency.name,
        kind=CurrencyKind.POINTS,
        worth=Worth(amount=Decimal("0.01")),
        pays=True,
    )


@any_time
@given(documents)
def test_checking_never_crashes_and_every_problem_can_be_told(document: Document) -> None:
    for problem in check(document):
        for language in Language:
            assert placed_problem(problem, language)


@any_time
@given(documents)
def test_every_document_can_be_written_and_read_again(document: Document) -> None:
    for text in (to_yaml(document), to_json(document), canonical_json(document)):
        reading = read(text)
        assert reading.problems == ()
        assert reading.document == document
    assert document_from_json(canonical_json(document)) == document


@any_time
@given(documents)
def test_what_is_checked_from_a_file_is_what_is_checked_in_memory(document: Document) -> None:
    from_file = sorted((problem.code, problem.path) for problem in examine(to_json(document)).problems)
    assert from_file == sorted((problem.code, problem.path) for problem in check(document))


@any_time
@given(documents, st.lists(sales, max_size=4), st.booleans())
def test_what_is_accepted_decides_any_ticket(document: Document, tickets: list[Sale], grants: bool) -> None:
    document = repaired(document)
    plan = compile_plan(document, 1)
    joined = decide(plan, Facts(State()), Joining(datetime(2026, 1, 1, tzinfo=UTC)), trace=True)
    assert isinstance(joined, Decision)
    state = evolve(State(), joined)
    for ticket in tickets:
        decision = decide(plan, Facts(state), ticket, trace=True)
        assert isinstance(decision, Decision)
        if decision.claims:
            granted = {claim.key: int(grants) for claim in decision.claims}
            decision = decide(plan, Facts(state, grants=granted), ticket, trace=True)
            assert isinstance(decision, Decision)
            assert not decision.claims
        state = evolve(state, decision)
        for language in Language:
            assert all(reason(found, document, language) for found in decision.reasons)
            assert receipt(decision, state, plan, document, language)
            assert len(short_receipt(decision, state, document, language)) <= 40


@any_time
@given(documents, sales, st.sampled_from([None, *LEVELS]))
def test_the_index_hides_no_rule_that_would_apply(document: Document, ticket: Sale, tier: str | None) -> None:
    """An index that lets every ticket meet every rule gives the same awards."""
    document = repaired(document)
    plan = compile_plan(document, 1)
    everything = RuleIndex(anywhere=tuple(range(len(plan.rules))))
    naive = dataclasses.replace(plan, index={None: everything})
    joined = decide(plan, Facts(State()), Joining(datetime(2025, 12, 1, tzinfo=UTC)))
    assert isinstance(joined, Decision)
    state = evolve(State(), joined)
    one, other = decide(plan, Facts(state), ticket), decide(naive, Facts(state), ticket)
    assert isinstance(one, Decision)
    assert isinstance(other, Decision)
    assert (one.awards, one.claims) == (other.awards, other.claims)


@any_time
@given(documents)
def test_a_document_differs_in_nothing_from_itself(document: Document) -> None:
    assert diff(document, document) == ()
    assert diff(document, document_from_json(canonical_json(document))) == ()


@any_time
@given(documents, documents)
def test_every_change_can_be_told_in_both_languages(before: Document, after: Document) -> None:
    changes = diff(before, after)
    for language in Language:
        told = [change(found, before, after, language) for found in changes]
        assert all(told)
    backwards = diff(after, before)
    assert len(backwards) == len(changes)


@any_time
@given(documents)
def test_every_document_can_be_described(document: Document) -> None:
    for language in Language:
        described = describe(document, language)
        assert len(described.sections[0].lines) == len(document.rules)


@any_time
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_at_all_gets_an_answer(content: str | bytes) -> None:
    examined = examine(content)
    assert not examined.is_ok
    for problem in examined.problems:
        for language in Language:
            assert placed_problem(problem, language)


@any_time
@given(st.data())
def test_a_file_with_something_torn_out_gets_an_answer(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([to_yaml(SAMPLE), to_json(SAMPLE)]))
    start = data.draw(st.integers(0, len(text)))
    torn = text[:start] + data.draw(st.text(max_size=3)) + text[start + data.draw(st.integers(0, 30)) :]
    for problem in examine(torn).problems:
        assert placed_problem(problem, Language.FR)


SAMPLE = Document(
    format=1,
    programme="club",
    name=Text(fr="Le Club", en="The Club"),
    valid_from=date(2026, 1, 1),
    zone="Europe/Paris",
    sale_currency=SaleCurrency(code="EUR"),
    currencies=(
        Currency(
            code="points",
            name=Text(fr="points", en="points"),
            kind=CurrencyKind.POINTS,
            worth=Worth(amount=Decimal("0.01")),
            pays=True,
        ),
    ),
    rules=(base,),
)
