"""Offers: what they take off or give, what limits them, how they go together, chance, activation, codes, returns."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from assidu.decisions.chance import Chance, OpenDraw
from assidu.decisions.events import AppliedOffer, OfferStep, Return, ReturnedLine, Sale, ShownCode
from builders.documents import BASE, TIERS
from builders.offers import offers
from builders.sales import a_line, a_sale, on
from builders.states import a_member
from conformance.cases.plans import VOUCHER, programme, rule
from conformance.story import Programme, Story

PRODUCE = "lines: {departments: [produce]}"
EFFECTS = (
    "{percent: {off: 20}}", "{percent: {off: 33, at_most: 1.50}}", "{amount: 5.00}", "{amount: 50.00}",
    "{price: 3.00}", "{free: 1}", "{buy: {buy: 2, get: 1}}", "{buy: {buy: 1, get: 1, percent: 50}}",
    "{buy: {buy: 1, get: 1, times: 1}}", "{points: {currency: points, units: 50}}",
    "{points: {currency: points, per_amount: {give: 3, each: 2.00}}}", "{voucher: {currency: voucher-5, units: 1}}",
    "{gift: {name: {fr: Sac, en: Bag}}}",
)  # fmt: skip
SECRET = bytes(range(32))
BASKETS: tuple[tuple[int, ...], ...] = ((1000, 505), (1, 1), (99, 0), (333, 1001, 7))


def stories() -> Iterator[Story]:
    for number, effect in enumerate(EFFECTS):
        yield _effect(number, effect)
    yield from _stacked()
    for clip in ("true", "false"):
        yield _budget(clip)
    yield _times_and_places()
    yield _stock_and_cancelling()
    yield _returned_in_parts()
    yield _steps()
    yield _codes()
    yield _draws()
    yield _applied_otherwise()
    yield _law()
    yield _once_a_quarter()
    yield _taken_back()
    yield _promoted()
    yield _committed_to_later()
    yield _law_of_rules()


def _plan(*written: str, stacking: str = "") -> Programme:
    return programme(more=offers(*written, stacking=stacking), currencies=VOUCHER, tiers=TIERS)


def _effect(number: int, effect: str) -> Story:
    story = Story(f"Effect {number + 1}: {effect}", _plan(f"o: effect: {effect}|{PRODUCE}"), a_member())
    for amounts in BASKETS:
        lines = [a_line(amount, department="produce", quantity=1 + i) for i, amount in enumerate(amounts)]
        story.tell(story.ask(a_sale(*lines, 300)))
    story.tell(a_sale(a_line(-200, department="produce"), a_line(700, department="produce")))
    story.tell(a_sale(a_line(1000, department="produce", discount_minor=100)))
    story.tell(a_sale(300))
    return story


def _stacked() -> Iterator[Story]:
    two = ("ten: effect: {percent: {off: 10}}", f"twenty: effect: {{percent: {{off: 20}}}}|{PRODUCE}")
    group = "stacking: {groups: [{code: one}]}\n"
    sets = {
        "One benefit for each line": _plan(*two),
        "Combined, on the reduced price": _plan(f"{two[0]}|combines: true", two[1]),
        "Combined, on the initial price": _plan(f"{two[0]}|combines: true|on_initial_price: true", two[1]),
        "A group has room for one": _plan(f"{two[0]}|group: one", f"{two[1]}|group: one", stacking=group),
        "An exclusive offer is alone": _plan(*two, "alone: effect: {percent: {off: 15}}|exclusive: true"),
        "The cheapest for the brand": _plan(*two, stacking="stacking: {choose: best_for_brand}\n"),
        "In the order of priorities": _plan(
            f"{two[0]}|priority: 5|group: one", f"{two[1]}|group: one",
            stacking="stacking: {choose: in_order, groups: [{code: one}]}\n",
        ),
        "Points compete with what is taken off": _plan(
            *two, f"p: effect: {{points: {{currency: points, units: 300}}}}|{PRODUCE}"
        ),
        "Twelve offers, of which one is best": _plan(
            *(f"o-{n}: effect: {{amount: {n}.{n:02d}}}|lines: {{departments: [{'produce' if n % 2 else 'grocery'}]}}"
              for n in range(1, 13))
        ),
        "Lines that another team's promotion already discounted": _plan(f"{two[0]}|takes_discounted: true", two[1]),
    }  # fmt: skip
    for name, plan in sets.items():
        story = Story(name, plan, a_member())
        for amounts in BASKETS:
            lines = [
                a_line(
                    amount,
                    department="produce" if i % 2 else "grocery",
                    quantity=1 + i,
                    discount_minor=(amount % 2) * 50,
                )
                for i, amount in enumerate(amounts)
            ]
            story.tell(story.ask(a_sale(*lines)))
        yield story


def _promoted() -> Story:
    plan = _plan(
        "ten: effect: {percent: {off: 10}}|takes_discounted: true",
        f"twenty: effect: {{percent: {{off: 20}}}}|{PRODUCE}",
    )
    story = Story("Lines in a promotion of the calendar", plan, a_member())
    for known_minor in (0, 300):
        promoted = a_line(
            1000, department="produce", quantity=2, promotion="spring", promotion_minor=known_minor
        )
        story.tell(story.ask(a_sale(promoted)))
        story.tell(story.ask(a_sale(promoted, a_line(500, department="produce"))))
    return story


def _budget(clip: str) -> Story:
    plan = _plan(
        f"o: effect: {{amount: 5.00}}|budget: {{amount: 8.00, clip: {clip}}}",
        f"p: effect: {{points: {{currency: points, units: 5}}}}|budget: {{units: 8, per: day, clip: {clip}}}",
    )
    story = Story(f"A budget with three left and five wished, clip: {clip}", plan, a_member())
    for _ in range(3):
        story.tell(story.ask(a_sale(1000)))
    story.tell(story.ask(a_sale(1000, at=on("2026-03-03"))))
    assert story.places["budget:o:ever"] == (800 if clip == "true" else 500)
    late = replace(a_line(500), offers=(AppliedOffer("o", 500),))
    for _ in range(2):
        story.tell(a_sale(late))
    return story


def _times_and_places() -> Story:
    plan = _plan(
        "o: effect: {amount: 1.00}|times: {limit: 2, per: month}|quota: {first: 3, per: day, over: store}",
        "t: effect: {amount: 2.00}|when: {tiers: [gold], hours: {first: '08:00', until: '12:00'}}|combines: true",
    )
    story = Story("So often for each, and the first of the day in each store", plan, a_member())
    for store in ("a", "a", "b"):
        story.tell(story.ask(a_sale(1000, store=store)))
    story.places["quota:o:2026-04-01:a"] = 3
    story.tell(story.ask(a_sale(1000, at=on("2026-04-01"), store="a")))
    story.tell(story.ask(a_sale(1000, at=on("2026-04-01"), store="b")))
    return story


def _once_a_quarter() -> Story:
    """Surprise: one in fifty, once a quarter; here everybody wins."""
    plan = _plan(
        "s: effect: {points: {currency: points, units: 30}}|times: {limit: 1, per: quarter}"
        "|budget: {units: 40, per: quarter}|quota: {first: 3, per: quarter}"
    )
    story = Story("A surprise once a quarter, in the budget of the quarter", plan, a_member())
    story.tell(a_sale(100, at=on("2026-03-30")), have={"points": 31})
    story.tell(a_sale(100, at=on("2026-03-31")), have={"points": 32})
    story.tell(a_sale(100, at=on("2026-04-01")), have={"points": 63})
    assert story.places["budget:s:2026-Q1"] == story.places["budget:s:2026-Q2"] == 30
    return story


def _stock_and_cancelling() -> Story:
    gift = "effect: {gift: {name: {fr: Sac, en: Bag}}}|quota: {first: 10, per: day}|stock: 2"
    plan = _plan(
        f"keeps: {gift}", f"frees: {gift}|gives_back: [place, stock]", f"never: {gift}|gives_back: []"
    )
    story = Story("What is free again when a ticket comes back", plan, a_member())
    story.tell(a_sale(1000))
    first = story.seq
    story.tell(a_sale(1000))
    story.tell(a_sale(1000))
    story.tell(Return(on("2026-03-03"), first, (ReturnedLine(0, 400),)))
    story.tell(Return(on("2026-03-03"), first))
    assert {story.places[f"stock:{code}"] for code in ("keeps", "frees")} == {1}
    assert story.places["stock:never"] == 2
    story.tell(a_sale(1000, at=on("2026-03-04")))
    return story


def _returned_in_parts() -> Story:
    story = Story(
        "Brought back in parts, each offer is taken back exactly",
        _plan("o: effect: {percent: {off: 15}}|budget: {amount: 100.00}|gives_back: [budget]"),
        a_member(),
    )
    story.tell(story.ask(a_sale(333, 1001, 7)))
    sale = story.seq
    for lines in (((1, 500),), ((0, 100), (1, 1)), ()):
        story.tell(Return(on("2026-03-03"), sale, tuple(ReturnedLine(*part) for part in lines)))
    assert story.places["budget:o:ever"] == 0
    return story


def _steps() -> Story:
    plan = _plan(
        "o: effect: {amount: 1.00}|needs: activated",
        "a: effect: {amount: 2.00}|needs: allotted|combines: true",
    )
    story = Story("Allotted, seen, activated, used, over", plan, a_member())
    story.tell(a_sale(1000))
    story.tell(OfferStep(on("2026-03-02"), "a", "activated"), refused="offer_not_allotted")
    story.tell(OfferStep(on("2026-03-02"), "none", "allotted"), refused="unknown_offer")
    for step in ("seen", "activated", "seen"):
        story.tell(OfferStep(on("2026-03-02"), "o", step))
    story.tell(OfferStep(on("2026-03-02"), "a", "allotted", date(2026, 3, 10)))
    story.tell(story.ask(a_sale(1000, at=on("2026-03-09"))))
    story.tell(story.ask(a_sale(1000, at=on("2026-03-09"))))
    story.tell(OfferStep(on("2026-03-10"), "a", "seen"), refused="offer_over")
    story.tell(OfferStep(on("2026-03-12"), "a", "allotted", date(2026, 4, 10)))
    story.tell(story.ask(a_sale(1000, at=on("2026-03-20"))))
    return story


def _taken_back() -> Story:
    plan = _plan("a: effect: {amount: 2.00}|needs: activated", "b: effect: {amount: 1.00}|needs: allotted")
    story = Story("Taken back before it was begun, and allotted to whoever has it not", plan, a_member())
    story.tell(OfferStep(on("2026-03-02"), "a", "withdrawn"), refused="offer_not_allotted")
    story.tell(OfferStep(on("2026-03-02"), "a", "allotted", anew=False))
    story.tell(OfferStep(on("2026-03-03"), "a", "allotted", anew=False), refused="already_allotted")
    story.tell(OfferStep(on("2026-03-03"), "a", "seen"))
    story.tell(OfferStep(on("2026-03-04"), "a", "withdrawn"))
    assert "a" not in story.state.offers
    story.tell(OfferStep(on("2026-03-05"), "a", "allotted", date(2026, 3, 20), anew=False))
    story.tell(OfferStep(on("2026-03-06"), "a", "activated"))
    story.tell(OfferStep(on("2026-03-07"), "a", "withdrawn"), refused="offer_begun")
    story.tell(OfferStep(on("2026-03-07"), "a", "allotted", date(2026, 3, 20)))
    story.tell(OfferStep(on("2026-03-20"), "a", "withdrawn"), refused="offer_over")
    story.tell(OfferStep(on("2026-03-20"), "a", "allotted", anew=False))
    story.tell(OfferStep(on("2026-03-20"), "b", "allotted"))
    story.tell(story.ask(a_sale(1000, at=on("2026-03-21"))))
    story.tell(OfferStep(on("2026-03-22"), "b", "withdrawn"), refused="offer_begun")
    story.tell(OfferStep(on("2026-03-22"), "b", "allotted", anew=False))
    return story


def _codes() -> Story:
    story = Story(
        "A code serves once, another three times",
        _plan("c: effect: {percent: {off: 50}}|needs: code"),
        a_member(),
    )
    once, thrice = ShownCode("c", "ab12"), ShownCode("c", "cd34", 3)
    story.tell(a_sale(1000))
    for code in (once, once, thrice, thrice, thrice, thrice):
        story.tell(story.ask(replace(a_sale(1000), codes=(code,))))
    return story


def _draws() -> Story:
    plan = _plan("o: effect: {gift: {name: {fr: Vélo, en: Bicycle}}}|chance: {one_in: 4}|stock: 2")
    story = Story("Drawn by a secret that was fixed before: one in four, two prizes", plan, a_member())
    story.tell(a_sale(100))
    story.chance = Chance("member-1", {"o": OpenDraw(SECRET)})
    story.ask(a_sale(100))
    for _ in range(24):
        story.tell(a_sale(100))
    assert story.places["stock:o"] == 2
    return story


def _committed_to_later() -> Story:
    plan = _plan("o: effect: {points: {currency: points, units: 50}}|chance: {one_in: 1000000}")
    story = Story("A ticket from before its draw was committed to is not drawn", plan, a_member())
    story.chance = Chance("member-1", {"o": OpenDraw(SECRET, on("2026-03-02"))})
    for at in (on("2026-03-02") - timedelta(seconds=1), on("2026-03-02")):
        story.tell(a_sale(100, at=at))
    drawn = ["draw:o" in (made.decision.inputs.grants if made.decision.inputs else {})
             for made in story.written.values()]  # fmt: skip
    assert drawn == [False, True]
    return story


def _applied_otherwise() -> Story:
    plan = _plan(
        "o: effect: {amount: 1.00}", "gold: effect: {amount: 2.00}|when: {tiers: [gold]}|combines: true"
    )
    story = Story("What a till applied otherwise is honoured and noted", plan, a_member())
    for applied in ({"o": 100}, {"o": 150}, {"o": 50}, {}, {"o": 100, "gone": 30}, {"o": 100, "gold": 30}):
        line = a_line(1000 - sum(applied.values()))
        line = replace(line, offers=tuple(AppliedOffer(code, amount) for code, amount in applied.items()))
        story.tell(a_sale(line))
    return story


def _law_of_rules() -> Story:
    rules = (
        BASE,
        rule("milk", "{per_amount: {give: 20, each: 1.00}}", "lines: {departments: [dairy]}"),
        rule("fresh", "{fixed: 100}", "lines: {departments: [dairy, wine]}", "budget: {units: 150}"),
    )
    more = "legal_caps: [{law: egalim-food, departments: [dairy], holds_rules: true}]\n" + offers(
        "later: effect: {points: {currency: points, units: 20}}|lines: {departments: [dairy]}|when: {stores: [b]}"
    )
    plan = programme(*rules, name="law", more=more)
    story = Story("What rules give later is held by the law too", plan, a_member())
    dairy, reduced = a_line(1000, department="dairy"), a_line(750, department="dairy", discount_minor=250)
    wine = a_line(1000, sku="w", department="wine")
    story.tell(a_sale(dairy), have={"points": 310})
    sale = story.seq
    story.tell(a_sale(reduced), have={"points": 407})
    story.tell(a_sale(dairy, wine), have={"points": 677})
    story.tell(a_sale(a_line(600, department="dairy", discount_minor=400), store="b"), have={"points": 683})
    story.tell(a_sale(dairy, store="b"), have={"points": 913})
    story.tell(Return(on("2026-03-20"), sale, (ReturnedLine(0, 500),)), have={"points": 778})
    return story


def _law() -> Story:
    twice = ("a: effect: {percent: {off: 30}}|combines: true|takes_discounted: true",
             "b: effect: {percent: {off: 30}}|combines: true|takes_discounted: true")  # fmt: skip
    law = "legal_caps: [{law: egalim-food, departments: [grocery]}]\n"
    story = Story("No stacking goes beyond what the law allows", _plan(*twice, stacking=law), a_member())
    baskets: tuple[Sale, ...] = (
        a_sale(a_line(1000), a_line(1000, department="books")),
        a_sale(a_line(800, discount_minor=200)),
        a_sale(a_line(600, discount_minor=400)),
    )
    for basket in baskets:
        story.tell(story.ask(basket))
    return story
