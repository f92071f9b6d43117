"""What happened to everybody, told once more to the naive model, in the order of each one's ``seq``.

In what order different customers asked for what they share, no sequence says: each ticket is believed what it was
given, and it must be what it was told it could ask for; at the end, all of it together must be what was taken, and
nobody was refused before everything was gone.
"""

from collections import Counter
from dataclasses import replace
from uuid import UUID

from assidu.decisions import evolve
from assidu.decisions.decision import Decision
from assidu.decisions.events import (
    Absorption,
    Correction,
    Hold,
    Joining,
    Leaving,
    Merger,
    Release,
    Resumption,
    Return,
    RewardRequest,
    Sale,
    SaleUpdate,
    Suspension,
    TransferIn,
    TransferOut,
)
from assidu.decisions.places import places_moved
from assidu.decisions.plan import Plan
from assidu.decisions.state import State
from assidu.loyalty.recorded import Recorded
from decisions.model import Customer, Programme, Ticket


class Oracle:
    """Everybody's events once more, each after what came before it in its own sequence; what concerns two, at once."""

    def __init__(self, plan: Plan, histories: dict[UUID, list[Recorded]]) -> None:
        self.programme = Programme()
        self.models = {customer: Customer(plan, self.programme) for customer in histories}
        self.states = {customer: State() for customer in histories}
        self.left = {customer: list(reversed(history)) for customer, history in histories.items()}
        self.tickets: dict[tuple[UUID, int], Ticket] = {}
        self.things: dict[tuple[UUID, int], Counter[str]] = {}
        self.came: Counter[str] = Counter()
        """By key, how much was ever taken of what customers share, whatever came back."""
        self.refused: set[str] = set()
        """The keys of which somebody wished more than there was."""

    def follow(self) -> None:
        while any(self.left.values()):
            before = sum(map(len, self.left.values()))
            for customer in self.left:
                while self.left[customer] and self._next(customer, self.left[customer][-1]):
                    pass
            assert sum(map(len, self.left.values())) < before, (
                "both sides of what concerns two stand in one order"
            )

    def taken(self) -> Counter[str]:
        """By rule or offer, what is taken of what customers share once everything has happened."""
        found: Counter[str] = Counter()
        for ticket in self.tickets.values():
            found.update(ticket.taken)
            found.update(
                {rule.code: ticket.granted.get(rule.code, 0) for rule in ticket.plan.rules if rule.quota}
            )
        for model in self.models.values():
            for hold in model.holds.values():
                found.update(hold.places)
        return found

    def _next(self, customer: UUID, recorded: Recorded) -> bool:
        """Follow the next event of a customer, unless it waits for the other side."""
        model, event, decision = self.models[customer], recorded.event(), recorded.decision()
        granted = decision.inputs.grants if decision.inputs is not None else {}
        self.programme.wished = {}
        self.programme.answers = {key.split(":")[1]: quantity for key, quantity in granted.items()}
        match event:
            case TransferIn() | Absorption():
                return False  # with the other side
            case TransferOut():
                receiver = self._receiver(recorded)
                if receiver is None:
                    return False
                model.give_to(self.models[receiver], event)
                self._is_alike(receiver)
            case Merger():
                absorbed = UUID(recorded.body()["absorbed"])
                if not isinstance(self.left[absorbed][-1].event(), Absorption):
                    return False
                other = self.models[absorbed]
                earnings = [replace(earning) for earning in other.earnings]
                before = replace(other, earnings=earnings, holds=dict(other.holds), owed=Counter(other.owed))
                other.be_absorbed()
                model.absorb(before, event.at)
                self._is_alike(absorbed)
            case Joining():
                model.join(event)
            case Leaving():
                model.leave(event)
            case Suspension():
                model.suspend(event)
            case Resumption():
                model.resume(event)
            case Sale():
                held = model.holds.get(event.hold)
                model.buy(event)
                self.tickets[customer, recorded.seq] = model.tickets[-1]
                self._was_handed(customer, recorded.seq, decision)
                for code, quantity in (held.places if held is not None else {}).items():
                    has = model.tickets[-1].granted.get(code, quantity)
                    assert not quantity or has == quantity, f"{code} was held, and nothing else is asked for"
            case Return():
                model.bring_back(self.tickets[customer, event.sale_seq], event)
                self._was_handed(customer, event.sale_seq, decision)
            case SaleUpdate():
                model.change(self.tickets[customer, event.sale_seq], event)
                self._was_handed(customer, event.sale_seq, decision)
            case Correction():
                model.correct(event)
            case RewardRequest():
                model.request(event)
            case Hold():
                model.hold(event, str(recorded.seq))
            case Release():
                model.let_go(event)
            case _:
                raise AssertionError(f"the oracle does not know {recorded.type}")
        assert self.programme.answers.keys() == self.programme.wished.keys(), recorded.type
        if not (isinstance(event, Sale) and event.hold):
            codes = self.programme.wished
            self.refused |= {key for key, n in granted.items() if n < codes[key.split(":")[1]]}
        self.came.update({key: n for key, n in places_moved(decision).items() if n > 0})
        self._is_alike(customer)
        return True

    def _was_handed(self, customer: UUID, seq: int, decision: Decision) -> None:
        """What a ticket's offers handed over, all its changes told together."""
        things = self.things.setdefault((customer, seq), Counter())
        for given in decision.offers.given:
            things[given.offer] += given.quantity
        assert +things == Counter(self.tickets[customer, seq].things), (customer, seq)

    def _receiver(self, recorded: Recorded) -> UUID | None:
        """Whoever has the other side of it, if that comes next there."""
        body = recorded.body()
        receiver = UUID(body["to"])
        left = self.left[receiver]
        return receiver if left and left[-1].seq == body["to_seq"] else None

    def _is_alike(self, customer: UUID) -> None:
        recorded = self.left[customer].pop()
        state = self.states[customer] = evolve(self.states[customer], recorded.decision())
        model = self.models[customer]
        what = f"{recorded.type.value} at seq {recorded.seq} of {customer}"
        assert {tuple(key): left for key, left in state.lots.items()} == model.lots(), what
        assert {tuple(key): left for key, left in state.pending.items()} == model.waiting(), what
        assert dict(state.debts) == model.debts(), what
        assert {name: held.until for name, held in state.holds.items()} == {
            name: told[0] for name, told in model.held().items()
        }, what
        assert {name: sum(n for _, n in held.places) for name, held in state.holds.items()} == {
            name: hold.places.total() for name, hold in model.holds.items()
        }, what
