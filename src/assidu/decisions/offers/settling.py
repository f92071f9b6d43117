"""Which offers a ticket gets: what a basket would have before it is paid, and what becomes of one that was paid.

A basket is decided on its prices before any offer. A ticket that was paid tells what its till took off: that is
honoured and counted, compared with what was due, and decides beside which other benefits there is room.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from assidu.decisions.calendar import Duration
from assidu.decisions.chance import Chance
from assidu.decisions.decision import Award, Claim, Count, Reason, ReasonCode
from assidu.decisions.events import Sale
from assidu.decisions.exchange import slack_minor
from assidu.decisions.facts import SaleInputs
from assidu.decisions.law import worth_of
from assidu.decisions.money import allocate
from assidu.decisions.offers.effects import (
    is_line_by_line,
    taken_off,
    taken_off_one,
    units_given,
    units_missing,
    worth_given,
)
from assidu.decisions.offers.given import (
    NoteCause,
    OfferGiven,
    OfferMove,
    OfferNote,
    OffersDecided,
    Release,
    Step,
)
from assidu.decisions.offers.meeting import (
    REFUSED_CLAIMS,
    claims_of,
    draw_key,
    kind_of,
    number_for,
    offers_met,
    times_counter,
    why_not,
)
from assidu.decisions.offers.ticket import OfferTicket, reduced
from assidu.decisions.plan import Plan
from assidu.decisions.plan.offers import (
    BuyGet,
    GivesArticle,
    GivesUnits,
    Offer,
    OfferNeeds,
    PriceEffect,
    StackingChoice,
)
from assidu.decisions.sharing import NOTHING_KNOWN, Known
from assidu.decisions.stacking import EXACT_MAX, Contender, settle

_NOTHING_RETURNED: Mapping[int, int] = MappingProxyType({})


@dataclass(slots=True)
class Offered:
    """What offers make of a ticket. ``sale`` is a basket with what was taken off, or the ticket as it was paid.

    ``terms`` are how long the units of each award last; ``used`` what was taken of what customers share, by claim key:
    the offer and how much; ``wished`` how much the ticket could have of it, had nobody else wished anything.
    ``undrawn`` are the offers whose draw the ticket met without being drawn. ``later`` is by line, in minor units, what
    units are worth that are given for it.
    """

    sale: Sale
    given: list[OfferGiven] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)
    terms: list[Duration | None] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    notes: list[OfferNote] = field(default_factory=list)
    moves: list[OfferMove] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)
    granted: dict[str, int] = field(default_factory=dict)
    used: dict[str, tuple[str, int]] = field(default_factory=dict)
    wished: dict[str, int] = field(default_factory=dict)
    undrawn: list[str] = field(default_factory=list)
    later: dict[int, int] = field(default_factory=dict)
    is_exact: bool = True

    def codes(self) -> set[str]:
        return {one.offer for one in self.given} | {award.rule for award in self.awards}


def decided_of(had: Offered) -> OffersDecided:
    """What is kept with the decision, beside awards, counters and claims."""
    return OffersDecided(
        tuple(had.given),
        tuple(had.notes),
        tuple(had.moves),
        tuple(had.releases),
        had.is_exact,
        tuple(had.undrawn),
    )


@dataclass(slots=True)
class _Candidate:
    """An offer that the ticket meets. ``wished`` is in the units of its budget, ``most`` what is left of that."""

    offer: Offer
    lines: list[int]
    wished: int
    claims: list[Claim]
    contender: Contender
    most: int | None = None


def offered(
    plan: Plan,
    sale: Sale,
    inputs: SaleInputs,
    *,
    is_basket: bool = False,
    chance: Chance | None = None,
    seq: int = 0,
    known: Known | None = None,
    returned_minor: Mapping[int, int] = _NOTHING_RETURNED,
    trace: bool = False,
) -> Offered:
    """``seq`` is the place that the ticket takes among its customer's events: draws count on it.

    ``returned_minor``, by line, is what came back since: as if it had never been bought.
    """
    return _Settling(
        plan, sale, inputs, chance, seq, known or NOTHING_KNOWN, returned_minor, trace=trace
    ).settled(is_basket=is_basket)


class _Settling:
    __slots__ = (
        "_answered",
        "_best_on_line",
        "_chance",
        "_found",
        "_is_for_customer",
        "_known",
        "_plan",
        "_seq",
        "_ticket",
        "_trace",
    )

    def __init__(
        self,
        plan: Plan,
        sale: Sale,
        inputs: SaleInputs,
        chance: Chance | None,
        seq: int,
        known: Known,
        returned_minor: Mapping[int, int],
        *,
        trace: bool,
    ) -> None:
        self._plan = plan
        self._known = known
        self._ticket = OfferTicket(plan, sale, inputs, returned_minor)
        self._chance = chance
        self._seq = seq
        self._trace = trace
        self._found = Offered(sale)
        self._answered = False
        self._best_on_line: dict[int, int] = {}
        self._is_for_customer = plan.offers.stacking.choice is StackingChoice.CUSTOMER

    def settled(self, *, is_basket: bool) -> Offered:
        if not self._ticket.inputs.is_member:
            if not is_basket:
                self._note(_NOTHING_DUE)
            return self._found
        told = self._told_claims()
        candidates = self._candidates(told)
        if not (candidates or self._ticket.told):
            self._release()  # as most tickets are
            return self._found
        chosen, is_exact = self._choose(candidates, {})
        self._found.is_exact = is_exact
        if is_basket:
            self._give_prices(candidates, chosen)
        else:
            self._honour(candidates, chosen, told)
            if not self._is_as_due(candidates, chosen):
                candidates, chosen = self._beside_what_was_told(candidates)
        self._give_others(candidates, chosen)
        if self._trace:
            self._tell_outdone(candidates, chosen)
        self._release()
        return self._found

    # ------------------------------------------------------------ who meets what

    def _told_claims(self) -> dict[str, list[Claim]]:
        """What the offers that a till applied take of what customers share. The till gave them all: a budget is told
        in full, and what it no longer has is only noted."""
        claims: dict[str, list[Claim]] = {}
        for code, by_line in self._ticket.told.items():
            offer = self._plan.offers.by_code.get(code)
            if offer is not None and offer.is_price:
                asked = claims_of(offer, self._ticket, sum(by_line.values()))
                claims[code] = [replace(one, can_be_clipped=True) for one in asked]
        return claims

    def _candidates(self, told: Mapping[str, Sequence[Claim]]) -> list[_Candidate]:
        offers, ticket = self._plan.offers.all, self._ticket
        if self._trace:
            met = [(i, ticket.selected(offer.lines)) for i, offer in enumerate(offers)]
        else:
            met = offers_met(self._plan, ticket)
        grants = ticket.inputs.grants
        candidates = []
        for i, selected in met:
            offer = offers[i]
            code = why_not(offer, ticket)
            if code is None:
                candidate = self._candidate(offer, selected)
                if candidate is not None:
                    candidates.append(candidate)
            elif self._trace:
                self._say(offer, code)
        asked = [claim for one in candidates for claim in one.claims]
        asked += [claim for claims in told.values() for claim in claims]
        self._answered = any(claim.key in grants for claim in asked)
        for claim in asked:
            self._found.wished[claim.key] = max(self._found.wished.get(claim.key, 0), claim.quantity)
            granted = self._granted(claim.key)
            if granted is not None:
                self._found.granted[claim.key] = granted
        if not (self._answered or self._known.taken):
            return candidates
        return [one for one in candidates if self._is_granted(one)]

    def _granted(self, key: str) -> int | None:
        """What the shell answered, or what had been taken before; ``None``: nobody asked."""
        granted = self._ticket.inputs.grants.get(key)
        return self._known.taken.get(key) if granted is None else granted

    def _candidate(self, offer: Offer, selected: list[int]) -> _Candidate | None:
        ticket = self._ticket
        if not selected:
            self._say(offer, ReasonCode.NO_SUCH_LINE)
            return None
        lines = ticket.touched(offer, selected) if offer.is_price or offer.lines is not None else selected
        if not lines:
            self._say(offer, ReasonCode.ALREADY_DISCOUNTED)
            return None
        if offer.times is not None:
            counter = times_counter(offer, ticket)
            used = self._found.read[counter] = ticket.inputs.counters.get(counter, 0)
            if used >= offer.times.limit:
                self._say(offer, ReasonCode.TIMES_REACHED, {"limit": offer.times.limit, "used": used})
                return None
        effect = offer.effect
        if isinstance(effect, GivesUnits | GivesArticle):
            return self._giving(offer, lines)
        if len(lines) == 1 and not offer.combines:
            return self._on_one_line(offer, effect, lines)
        amounts = [ticket.initial[i] for i in lines]
        all_rooms = ticket.rooms
        rooms = [all_rooms[i] for i in lines]
        quantities = [ticket.sale.lines[i].quantity for i in lines]
        by_line = taken_off(effect, amounts, quantities, rooms)
        wished = sum(by_line)
        if wished == 0:
            self._say_nothing_off(offer, lines)
            return None
        # About one line only, any effect is that line's own affair.
        is_shared = len(lines) == 1 or (is_line_by_line(effect) and offer.budget is None)
        contender = Contender(
            tuple(lines),
            tuple(by_line),
            wished,
            is_shared,
            offer.group,
            offer.is_exclusive,
            offer.combines,
        )
        if offer.combines and offer.is_on_reduced:
            contender.again = _on_what_is_left(effect, amounts, quantities, rooms)
            if is_shared:
                contender.again_on_line = _on_what_is_left_of_one(effect, amounts, quantities, rooms)
        claims = claims_of(offer, ticket, wished) if offer.is_limited else []
        return _Candidate(offer, lines, wished, claims, contender)

    def _on_one_line(self, offer: Offer, effect: PriceEffect, lines: list[int]) -> _Candidate | None:
        """About one line only, any effect is that line's own affair."""
        ticket, line = self._ticket, lines[0]
        off = taken_off_one(
            effect, ticket.initial[line], ticket.sale.lines[line].quantity, ticket.rooms[line]
        )
        if off == 0:
            self._say_nothing_off(offer, lines)
            return None
        claims = claims_of(offer, ticket, off) if offer.is_limited else []
        if not (claims or offer.group or offer.is_exclusive or self._trace or not self._is_for_customer):
            # The line has a better one already: this one could only be told as outdone.
            if off <= self._best_on_line.get(line, 0):
                return None
            self._best_on_line[line] = off
        contender = Contender((line,), (off,), off, True, offer.group, offer.is_exclusive)
        return _Candidate(offer, lines, off, claims, contender)

    def _giving(self, offer: Offer, lines: list[int]) -> _Candidate | None:
        """Points, vouchers and gifts take nothing off; they have lines of their own only where they select some."""
        ticket, effect = self._ticket, offer.effect
        assert isinstance(effect, GivesUnits | GivesArticle)
        if offer.chance_one_in is not None:
            number = number_for(offer, ticket, self._chance, self._seq)
            if number is None:
                self._found.undrawn.append(offer.code)
                code = ReasonCode.ODDS if self._chance is None else ReasonCode.NOT_DRAWN
                self._say(offer, code, {"one_in": offer.chance_one_in})
                return None
            self._found.granted[draw_key(offer)] = number
            if number != 0:
                self._say(offer, ReasonCode.DRAW_LOST, {"one_in": offer.chance_one_in, "number": number})
                return None
        basis = sum([ticket.paid[i] for i in lines])
        wished = units_given(effect, basis) if isinstance(effect, GivesUnits) else 1
        if isinstance(effect, GivesUnits) and offer.lines is not None:
            wished = self._within_the_law(effect, lines, wished)
        if wished == 0:
            self._say(offer, ReasonCode.NOTHING_ELIGIBLE, {"basis_minor": basis})
            return None
        own = tuple(lines) if offer.lines is not None else ()
        contender = Contender(
            own,
            (0,) * len(own),
            worth_given(self._plan, effect, basis),
            False,
            offer.group,
            offer.is_exclusive,
            offer.combines,
        )
        return _Candidate(offer, lines, wished, claims_of(offer, ticket, wished), contender)

    def _within_the_law(self, effect: GivesUnits, lines: list[int], wished: int) -> int:
        """Of what is given later on capped products, no more than the law leaves."""
        currency = self._plan.currencies[effect.currency]
        if not currency.worth_minor or self._ticket.capped.isdisjoint(lines):
            return wished
        room = sum(self._ticket.rooms[i] for i in lines)
        return min(wished, room * currency.worth_units // currency.worth_minor)

    def _is_granted(self, one: _Candidate) -> bool:
        """Claims are asked for once: what nobody answered then is not given, and what was refused neither."""
        for claim in one.claims:
            if not self._answered and self._known.missing(claim) is not None:
                continue  # it will be asked for
            granted = self._granted(claim.key)
            if granted is None:
                self._say(one.offer, ReasonCode.QUOTA_ASKED, {"limit": claim.limit})
                return False
            if granted <= 0:
                self._say(one.offer, REFUSED_CLAIMS[kind_of(claim.key)], {"limit": claim.limit})
                return False
            if claim.quantity > granted and kind_of(claim.key) == "budget":
                self._clip(one, granted)
        return True

    def _clip(self, one: _Candidate, most: int) -> None:
        """What is left of its budget is all that it can give."""
        contender = one.contender
        one.most = most
        if not isinstance(one.offer.effect, GivesUnits | GivesArticle):
            one.contender = Contender(
                contender.lines,
                tuple(allocate(most, contender.by_line)),
                most,
                len(contender.lines) == 1,
                contender.group,
                contender.is_exclusive,
                contender.combines,
                None,
            )

    # ------------------------------------------------------------ which go together

    def _choose(
        self, candidates: Sequence[_Candidate], taken: Mapping[str, int]
    ) -> tuple[dict[int, tuple[int, ...]], bool]:
        if not candidates:
            return {}, True
        limits = self._plan.offers.stacking.groups
        left = {group: limit - taken.get(group, 0) for group, limit in limits.items()}
        settled = settle(
            [one.contender for one in candidates], self._ticket.rooms, left, self._plan.offers.stacking.choice
        )
        return settled.chosen, settled.is_exact

    def _is_as_due(self, candidates: Sequence[_Candidate], chosen: Mapping[int, tuple[int, ...]]) -> bool:
        due = {candidates[i].offer.code for i in chosen if candidates[i].offer.is_price}
        return due == set(self._ticket.told)

    def _beside_what_was_told(
        self, candidates: Sequence[_Candidate]
    ) -> tuple[list[_Candidate], dict[int, tuple[int, ...]]]:
        """What else goes with the offers that the till applied, which are not to be undone."""
        owned: set[int] = set()
        taken: dict[str, int] = {}
        is_alone = False
        for code, by_line in self._ticket.told.items():
            offer = self._plan.offers.by_code.get(code)
            if offer is None:
                owned.update(by_line)
                continue
            is_alone = is_alone or offer.is_exclusive
            if not offer.combines:
                owned.update(by_line)
            if offer.group:
                taken[offer.group] = taken.get(offer.group, 0) + 1
        limits = self._plan.offers.stacking.groups
        others = [
            one
            for one in candidates
            if not one.offer.is_price
            and not is_alone
            and not (one.offer.is_exclusive and self._ticket.told)
            and (one.offer.combines or owned.isdisjoint(one.contender.lines))
            and limits.get(one.offer.group, EXACT_MAX) > taken.get(one.offer.group, 0)
        ]
        chosen, _ = self._choose(others, taken)
        return others, chosen

    # ------------------------------------------------------------ what is given

    def _give_prices(self, candidates: Sequence[_Candidate], chosen: Mapping[int, tuple[int, ...]]) -> None:
        """What is taken off a basket, line by line."""
        found, ticket = self._found, self._ticket
        off: list[dict[str, int]] = [{} for _ in ticket.sale.lines]
        for i, parts in chosen.items():
            one = candidates[i]
            if not one.offer.is_price:
                continue
            if not self._take(one, sum(parts)):
                continue
            by_line = tuple(
                (line, part) for line, part in zip(one.contender.lines, parts, strict=True) if part
            )
            given = sum(part for _, part in by_line)
            wished = one.wished if one.most is not None else given
            found.given.append(OfferGiven(one.offer.code, given, wished, by_line))
            figures = {"given_minor": given}
            if wished != given:
                figures["wished_minor"] = wished
            self._say(one.offer, ReasonCode.APPLIED, figures)
            for line, part in by_line:
                off[line][one.offer.code] = part
                ticket.paid[line] -= part
        if found.given:
            found.sale = reduced(ticket.sale, off)

    def _honour(
        self,
        candidates: Sequence[_Candidate],
        chosen: Mapping[int, tuple[int, ...]],
        told: Mapping[str, Sequence[Claim]],
    ) -> None:
        """What the till took off is given, counted, and compared with what was due."""
        due: dict[str, int] = {}
        for i, parts in chosen.items():
            if candidates[i].offer.is_price:
                due[candidates[i].offer.code] = sum(parts)
        for code, by_line in self._ticket.told.items():
            offer = self._plan.offers.by_code.get(code)
            given = sum(by_line.values())
            if offer is None or not offer.is_price:
                continue
            wished = given
            for claim in told.get(code, ()):
                granted = self._granted(claim.key)
                missing = None if self._answered else self._known.missing(claim)
                if missing is not None:
                    self._found.claims.append(missing)
                elif granted:
                    self._found.used[claim.key] = code, min(claim.quantity, granted)
            self._found.given.append(OfferGiven(code, given, wished, tuple(sorted(by_line.items()))))
            self._say(offer, ReasonCode.APPLIED, {"given_minor": given})
            self._count(offer)
        self._note(due)

    def _give_others(self, candidates: Sequence[_Candidate], chosen: Mapping[int, tuple[int, ...]]) -> None:
        """Points and vouchers on what was paid in the end; gifts."""
        found, ticket = self._found, self._ticket
        for i in chosen:
            one = candidates[i]
            effect = one.offer.effect
            if isinstance(effect, GivesArticle):
                if self._take(one, 1):
                    found.given.append(OfferGiven(one.offer.code, 0, 0, (), 1))
                    self._say(one.offer, ReasonCode.APPLIED, {"given": 1})
            elif isinstance(effect, GivesUnits):
                basis = sum([ticket.paid[line] for line in one.lines])
                wished = min(one.wished, units_given(effect, basis))
                given = wished if one.most is None else min(wished, one.most)
                if given and self._take(one, given):
                    found.awards.append(Award(one.offer.code, effect.currency, given, basis, wished))
                    found.terms.append(effect.expires)
                    if one.offer.lines is not None:
                        self._give_later(worth_of(self._plan.currencies[effect.currency], given), one.lines)
                    figures = {"given": given, "basis_minor": basis}
                    if wished != given:
                        figures["wished"] = wished
                    self._say(one.offer, ReasonCode.APPLIED, figures)

    def _give_later(self, worth: int, lines: Sequence[int]) -> None:
        later = self._found.later
        for line, part in zip(lines, allocate(worth, [self._ticket.paid[i] for i in lines]), strict=True):
            later[line] = later.get(line, 0) + part

    def _take(self, one: _Candidate, given: int) -> bool:
        """Ask for what customers share, or take what was granted; then count the offer. ``given`` is in the units of
        its budget."""
        if not self._answered:
            missing = [asked for claim in one.claims if (asked := self._known.missing(claim)) is not None]
            if missing:
                self._found.claims += missing
                self._say(one.offer, ReasonCode.QUOTA_ASKED, {"limit": missing[0].limit}, is_always=True)
                return False
        for claim in one.claims:
            taken = given if kind_of(claim.key) == "budget" else claim.quantity
            self._found.used[claim.key] = one.offer.code, taken
        self._count(one.offer)
        return True

    def _count(self, offer: Offer) -> None:
        if offer.times is not None:
            self._found.counts.append(Count(times_counter(offer, self._ticket), 1))
        if offer.needs in (OfferNeeds.ALLOTTED, OfferNeeds.ACTIVATED):
            self._found.moves.append(OfferMove(offer.code, Step.USED, self._ticket.inputs.day))

    def _release(self) -> None:
        """What was granted and turned out not to be needed."""
        for key, granted in self._found.granted.items():
            unused = granted - (self._found.used[key][1] if key in self._found.used else 0)
            if unused > 0 and kind_of(key) != "draw":
                self._found.releases.append(Release(key, unused))

    # ------------------------------------------------------------ what is told

    def _note(self, due: Mapping[str, int]) -> None:
        notes = self._found.notes
        for code, by_line in self._ticket.told.items():
            told, expected = sum(by_line.values()), due.get(code, 0)
            if told == expected or (expected and abs(told - expected) <= self._slack(len(by_line))):
                continue
            if code not in self._plan.offers.by_code:
                cause = NoteCause.UNKNOWN_OFFER
            elif expected == 0:
                cause = NoteCause.BEYOND_LIMIT if self._is_refused(code) else NoteCause.NOT_DUE
            else:
                cause = NoteCause.MORE_THAN_DUE if told > expected else NoteCause.LESS_THAN_DUE
            notes.append(OfferNote(code, cause, told, expected))
        for code, expected in due.items():
            if code not in self._ticket.told:
                notes.append(OfferNote(code, NoteCause.NOT_GIVEN, 0, expected))

    def _slack(self, lines: int) -> int:
        """A till that was paid in another money took off whole units of that one."""
        foreign = self._ticket.sale.foreign
        return 0 if foreign is None else slack_minor(foreign, lines)

    def _is_refused(self, code: str) -> bool:
        """Was it a limit that it went beyond?"""
        offer = self._plan.offers.by_code[code]
        if offer.times is not None:
            used = self._ticket.inputs.counters.get(times_counter(offer, self._ticket), 0)
            if used >= offer.times.limit:
                return True
        claims = claims_of(offer, self._ticket, 1)
        return any(self._granted(claim.key) == 0 for claim in claims)

    def _say(
        self,
        offer: Offer,
        code: ReasonCode,
        figures: Mapping[str, int] | None = None,
        *,
        is_always: bool = False,
    ) -> None:
        if not self._trace and not is_always:
            return
        if figures is None:
            figures = {}
            when = offer.when
            if code is ReasonCode.AMOUNT_TOO_LOW and when.amount_min_minor is not None:
                figures = {"missing_minor": when.amount_min_minor - self._ticket.total_minor}
            elif code is ReasonCode.AMOUNT_TOO_HIGH and when.amount_max_minor is not None:
                figures = {"limit_minor": when.amount_max_minor}
        self._found.reasons.append(Reason(offer.code, code, figures))

    def _say_nothing_off(self, offer: Offer, lines: list[int]) -> None:
        if isinstance(offer.effect, BuyGet):
            missing = units_missing(offer.effect, [self._ticket.sale.lines[i].quantity for i in lines])
            if missing:
                self._say(offer, ReasonCode.TOO_FEW_UNITS, {"missing": missing})
                return
        is_law = any(self._ticket.rooms[i] == 0 for i in lines)
        self._say(offer, ReasonCode.LEGAL_LIMIT if is_law else ReasonCode.NOTHING_ELIGIBLE, {})

    def _tell_outdone(self, candidates: Sequence[_Candidate], chosen: Mapping[int, tuple[int, ...]]) -> None:
        told = {reason.rule for reason in self._found.reasons}
        for i, one in enumerate(candidates):
            if i not in chosen and one.offer.code not in told:
                self._say(one.offer, ReasonCode.OUTDONE, {"worth_minor": one.contender.worth})


def _on_what_is_left(
    effect: PriceEffect, amounts: Sequence[int], quantities: Sequence[int], rooms: Sequence[int]
) -> Callable[[Sequence[int]], Sequence[int]]:
    """Works the effect out again once others took something off: on lower prices, with less room."""

    def again(left: Sequence[int]) -> Sequence[int]:
        prices = [amount - room + still for amount, room, still in zip(amounts, rooms, left, strict=True)]
        return taken_off(effect, prices, quantities, left)

    return again


def _on_what_is_left_of_one(
    effect: PriceEffect, amounts: Sequence[int], quantities: Sequence[int], rooms: Sequence[int]
) -> Callable[[int, int], int]:
    """The same for an effect that is worked out line by line."""

    def again(place: int, left: int) -> int:
        price = amounts[place] - rooms[place] + left
        return taken_off(effect, (price,), (quantities[place],), (left,))[0]

    return again


_NOTHING_DUE: Mapping[str, int] = MappingProxyType({})
