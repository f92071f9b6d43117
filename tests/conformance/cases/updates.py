"""A ticket that was recorded is changed: up, down, cancelled, opened again; paid otherwise; after a part came back."""

from collections.abc import Iterator

from assidu.decisions.chance import Chance, OpenDraw
from assidu.decisions.events import (
    Correction,
    Joining,
    Payment,
    Return,
    ReturnedLine,
    SaleLine,
    SaleUpdate,
    ShownCode,
)
from assidu.decisions.state import State
from builders.documents import BASE, TIERS
from builders.offers import offers
from builders.sales import a_line, a_sale, on
from builders.states import a_member
from conformance.cases.plans import REWARD, VOUCHER, programme, rule
from conformance.story import Programme, Story

POLICIES = ("within_balance", "may_go_negative", "only_pending")
MARCH, LATER, LAST = on("2026-03-02"), on("2026-03-20"), on("2026-04-03")
RULES = (
    BASE,
    rule("double", "{multiply: {rule: base, percent: 200}}", "lines: {departments: [produce]}"),
    rule(
        "basket",
        "{steps: [{at_least: 20.00, give: 15}, {at_least: 50.00, give: 40}]}",
        "times: {limit: 2, per: week}",
    ),
    rule("capped", "{per_amount: {give: 1, each: 2.00}}", "cap: {units: 30, per: day}", "pending: {days: 14}"),
    rule("short", "{fixed: 3}", "expires: {days: 5}"),
    rule("early", "{fixed: 6}", "lines: {departments: [wine]}", "quota: {first: 1, per: day}"),
    rule("mission", "{fixed: 25}", "goal: {measure: departments, at_least: 2, per: month}"),
)  # fmt: skip
OFFERS = offers(
    "bag: effect: {gift: {name: {fr: sac, en: bag}}}|when: {amount_at_least: 40.00}|stock: 1"
    "|times: {limit: 1, per: ever}|gives_back: [stock, times]",
    "fund: effect: {points: {currency: points, per_amount: {give: 1, each: 10.00}}}|budget: {units: 8}"
    "|gives_back: [budget]",
    "code: effect: {amount: 5.00}|needs: code",
)


def stories() -> Iterator[Story]:
    for policy in POLICIES:
        yield _after_use(policy, _plan(policy))
    yield _up_and_down()
    yield _after_returns()
    yield _paid_otherwise()
    yield _places()
    yield _draws()
    yield _status_and_referral()
    yield _refused()


def _plan(policy: str = "within_balance") -> Programme:
    return programme(
        *RULES,
        name=policy,
        more=f"returns: {{take_back: {policy}}}\n" + REWARD + OFFERS,
        currencies=VOUCHER,
        tiers=TIERS,
    )


def _to(seq: int, *sold: SaleLine | int, **rest: object) -> SaleUpdate:
    lines = tuple(a_line(one) if isinstance(one, int) else one for one in sold)
    return SaleUpdate(rest.pop("at", LATER), seq, lines, **rest)  # type: ignore[arg-type]


def _up_and_down() -> Story:
    story = Story("Changed up and down, cancelled, opened again", _plan(), a_member(), is_traced=False)
    story.tell(a_sale(1999, at=MARCH))
    sale = story.seq
    produce, wine = a_line(3001, sku="p", department="produce"), a_line(900, sku="w", department="wine")
    story.tell(_to(sale, 1999, produce))
    story.tell(_to(sale, 1999, produce))
    story.tell(_to(sale, 1999, produce, wine))
    story.tell(_to(sale, wine))
    story.tell(_to(sale))
    story.tell(_to(sale, 5500, a_line(-500), wine))
    story.tell(Return(LAST, sale))
    return story


def _after_use(policy: str, plan: Programme) -> Story:
    story = Story(f"Changed after its points were used: {policy}", plan, a_member(), is_traced=False)
    story.tell(a_sale(6000, at=MARCH))
    sale = story.seq
    story.tell(Correction(MARCH, "points", -100))
    story.tell(_to(sale, 1000))
    story.tell(_to(sale, 7000))
    story.tell(_to(sale))
    story.tell(_to(sale, 9000, at=LAST))
    story.tell(_to(sale, at=LAST))
    return story


def _after_returns() -> Story:
    story = Story("Changed after a part came back", _plan(), a_member(), is_traced=False)
    apple, pear = a_line(3000, sku="apple"), a_line(2500, sku="pear", department="produce")
    story.tell(a_sale(apple, pear, at=MARCH))
    sale = story.seq
    story.tell(Return(LATER, sale, (ReturnedLine(1, 1000),)))
    story.tell(_to(sale, apple), refused="returned_line_changed")
    story.tell(_to(sale, a_line(4000, sku="pear", department="produce"), apple))
    story.tell(_to(sale, a_line(700, sku="pear"), a_line(300, sku="pear"), a_line(100)))
    story.tell(_to(sale))
    story.tell(Return(LAST, sale), refused="nothing_left_to_return")
    return story


def _paid_otherwise() -> Story:
    story = Story(
        "Paid otherwise: more, less, and what comes back of it",
        _plan(),
        a_member(points=500, vouchers=1),
        is_traced=False,
    )
    paid = [Payment("points", 300), Payment("voucher-5", 1)]
    story.tell(a_sale(4000, at=MARCH, payments=paid))
    sale = story.seq
    story.tell(_to(sale, 4000, payments=(Payment("points", 100), Payment("voucher-5", 1))))
    story.tell(_to(sale, 6000, payments=(Payment("points", 450),)))
    story.tell(_to(sale, 6000, payments=(Payment("points", 9999),)), refused="insufficient_balance")
    story.tell(_to(sale, 6000, payments=(Payment("points", 900),)), has_happened=True)
    story.tell(_to(sale, 300), refused="pays_more_than_ticket")
    story.tell(Return(LATER, sale, (ReturnedLine(0, 2000),)))
    story.tell(_to(sale, 8000, payments=(Payment("points", 200),), at=LAST))
    story.tell(Return(LAST, sale))
    return story


def _places() -> Story:
    story = Story(
        "What more lines newly need of what customers share, and what is not asked again",
        _plan(),
        a_member(),
        is_traced=False,
    )
    story.tell(a_sale(1000, at=MARCH))
    sale = story.seq
    story.places["budget:fund:ever"] = 4
    wine = a_line(4000, sku="w", department="wine")
    story.tell(_to(sale, wine))
    story.tell(_to(sale, wine, 3000))
    story.tell(_to(sale, wine, 6000, codes=(ShownCode("code", "c0de"),)))
    story.tell(_to(sale, 1000))
    story.places["stock:bag"] = 1
    story.tell(_to(sale, wine, 1000))
    story.places["stock:bag"] = 0
    story.tell(_to(sale, wine, 2000))
    return story


def _draws() -> Story:
    lucky = "lucky: effect: {points: {currency: points, units: 50}}|chance: {one_in: 2}|lines: {departments: [wine]}"
    plan = programme(name="lucky", more=offers(lucky))
    chance = Chance("anne", {"lucky": OpenDraw(bytes(range(32)))})
    story = Story(
        "A line that meets a draw later is drawn once, as of the sale",
        plan,
        a_member(),
        chance=chance,
        is_traced=False,
    )
    for n in range(2):
        story.tell(a_sale(1000, at=MARCH))
        sale = story.seq
        story.tell(_to(sale, 1000, a_line(500 + n, department="wine")))
        story.tell(_to(sale, 1000))
        story.tell(_to(sale, 1000, a_line(900, department="wine")))
    return story


def _status_and_referral() -> Story:
    more = (
        "referral: {referee: {currency: points, units: 30}, "
        "when: {first_purchase_at_least: 20.00, kept_for: {days: 30}}}\n"
    )
    plan = programme(name="brought", more=more, tiers=TIERS)
    story = Story("A status and a referral follow the ticket as it reads", plan, State(), is_traced=False)
    story.tell(Joining(on("2026-03-01"), referrer="somebody"))
    story.tell(a_sale(1000, at=MARCH))
    sale = story.seq
    story.tell(_to(sale, 120_000), tier="gold")
    story.tell(_to(sale, 1500), tier="gold")
    story.tell(_to(sale, 2500))
    story.tell(a_sale(2500, at=on("2026-04-10")))
    return story


def _refused() -> Story:
    story = Story("A change of nothing that is known", _plan(), a_member())
    story.tell(_to(9, 1000), refused="unknown_sale")
    return story
