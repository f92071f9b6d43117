"""The programme of the fixed load: 50 rules of every kind, of which about 15 match an ordinary ticket."""

from datetime import date
from decimal import Decimal

from assidu.decisions.calendar import Period, RoundTo
from assidu.decisions.plan import CurrencyKind
from assidu.plans import document as d

PROGRAMME = "bench"
RULES = 50


def bench_document(*, richer: bool = False) -> d.Document:
    """``richer``: the same with half as much again for each ticket, to be tried."""
    return d.Document(
        format=d.FORMAT,
        programme=PROGRAMME,
        name=_text("Bench"),
        valid_from=date(2020, 1, 1),
        zone="Europe/Paris",
        sale_currency=d.SaleCurrency(code="EUR"),
        currencies=(
            d.Currency(
                code="points",
                name=_text("points"),
                kind=CurrencyKind.POINTS,
                expires=d.Expiry(months=6, until_end_of=RoundTo.MONTH),
                worth=d.Worth(units=100, amount=Decimal(1)),
                pays=True,
            ),
            d.Currency(
                code="cagnotte",
                name=_text("cagnotte"),
                kind=CurrencyKind.MONEY,
                decimals=2,
                expires=d.Expiry(years=1, until_end_of=RoundTo.YEAR),
                worth=d.Worth(units=1, amount=Decimal("0.01")),
                pays=True,
            ),
        ),
        exclusions=d.Exclusions(departments=("fuel", "tobacco")),
        rules=(*_met(richer=richer), *_seldom_met()),
        tiers=d.Tiers(
            levels=(
                d.Level(code="bronze", name=_text("Bronze")),
                d.Level(code="silver", name=_text("Argent"), spend_at_least=Decimal(1_200)),
                d.Level(code="gold", name=_text("Or"), spend_at_least=Decimal(3_000)),
            ),
            keep=d.Duration(months=12, until_end_of=RoundTo.MONTH),
        ),
    )


def _met(*, richer: bool = False) -> list[d.Rule]:
    """Fifteen rules that an ordinary ticket meets, one of each kind."""
    one_per_euro = d.Gift(per_amount=d.PerAmount(give=1, each=Decimal(1)))
    every_day = tuple(d.Weekday)
    return [
        _rule("base", one_per_euro),
        _rule("steps", d.Gift(per_amount=d.PerAmount(give=1, each=Decimal(2), whole_steps=True))),
        _rule("visit", d.Gift(fixed=20 if richer else 2)),
        _rule("basket", d.Gift(steps=(_step("0.01", 1), _step("30", 5), _step("80", 20)))),
        _rule("in-store", one_per_euro, when=d.When(channels=("store", "drive"))),
        _rule("our-stores", d.Gift(fixed=1), when=d.When(stores=tuple(str(n) for n in range(300, 400)))),
        _rule("any-day", d.Gift(fixed=1), when=d.When(days=every_day)),
        _rule(
            "this-era", d.Gift(fixed=1), when=d.When(first_day=date(2024, 1, 1), last_day=date(2099, 12, 31))
        ),
        _rule("levels", d.Gift(fixed=1), when=d.When(tiers=("bronze", "silver", "gold"))),
        _rule("small-change", d.Gift(fixed=1), when=d.When(amount_at_least=Decimal("0.01"))),
        _rule("capped", one_per_euro, cap=d.Cap(units=100_000, per=Period.MONTH)),
        _rule("often", d.Gift(fixed=1), times=d.Times(limit=10_000, per=Period.MONTH)),
        _rule("per-ticket", one_per_euro, cap_per_sale=5),
        _rule(
            "national",
            d.Gift(multiply=d.Multiply(rule="base", percent=150)),
            lines=d.Lines(brands=("national",)),
        ),
        _rule(
            "cash-back",
            d.Gift(per_amount=d.PerAmount(give=1, each=Decimal(2))),
            currency="cagnotte",
            lines=d.Lines(departments=("grocery", "produce", "drugs", "meat")),
        ),
    ]


def _seldom_met() -> list[d.Rule]:
    rules = [
        _rule("first-ten", d.Gift(fixed=50), quota=d.Quota(first=10, per=Period.DAY)),
        _rule("first-purchase", d.Gift(fixed=100), when=d.When(first_purchase=True)),
        _rule("web", d.Gift(fixed=20), when=d.When(channels=("web",))),
        _rule("big-basket", d.Gift(fixed=500), when=d.When(amount_at_least=Decimal(2_000))),
        _rule("over", d.Gift(fixed=5), when=d.When(last_day=date(2021, 12, 31))),
        _rule("not-yet", d.Gift(fixed=5), when=d.When(first_day=date(2098, 1, 1))),
        _rule("gold-only", d.Gift(fixed=5), when=d.When(tiers=("gold",), amount_at_least=Decimal(500))),
        _rule("short", d.Gift(fixed=5), when=d.When(stores=("9999",)), expires=d.Duration(days=30)),
    ]
    for n in range(RULES - len(_met()) - len(rules)):
        gift = d.Gift(fixed=3 + n)
        match n % 3:
            case 0:
                rules.append(_rule(f"shelf-{n}", gift, lines=d.Lines(departments=(f"shelf-{n}",))))
            case 1:
                rules.append(_rule(f"brand-{n}", gift, lines=d.Lines(brands=(f"brand-{n}",))))
            case _:
                rules.append(_rule(f"article-{n}", gift, lines=d.Lines(products=(f"9{n:06d}",))))
    return rules


def _rule(code: str, gift: d.Gift, *, currency: str = "points", **parts: object) -> d.Rule:
    return d.Rule(code=code, name=_text(code), currency=currency, gift=gift, **parts)  # type: ignore[arg-type]


def _step(at_least: str, give: int) -> d.Step:
    return d.Step(at_least=Decimal(at_least), give=give)


def _text(words: str) -> d.Text:
    return d.Text(fr=words, en=words)
