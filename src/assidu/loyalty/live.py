"""Posts live events: a batch is opened in one round trip, decided one by one in the order of arrival, and written in
one statement. Two or three statements in all, whatever the number of events.

    Script (here)                   what is said to the database, in which order
    intake, ``loyalty.actions``     the transaction around it, and what to do when it fails

Locks are taken in the one order: identifiers, customers, places, keys.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

import msgspec

from assidu.catalogue.known import Catalogue
from assidu.customers import accounts, resolve
from assidu.customers.vault import Vault
from assidu.customers.words import Said
from assidu.decisions.calendar import local_day
from assidu.decisions.chance import OpenDraw
from assidu.decisions.correcting import needs_another
from assidu.decisions.decision import Decision, RefusalCode, Refused
from assidu.decisions.due import next_due, next_release
from assidu.decisions.events import (
    Admission,
    AfterSale,
    AudienceChange,
    Correction,
    Departure,
    Joining,
    Merger,
    ShownCode,
    StatusGrant,
    TransferOut,
)
from assidu.decisions.facts import SoldBefore
from assidu.decisions.plan import Plan
from assidu.decisions.state import State
from assidu.events.bodies import event_from
from assidu.events.tickets import amount_told, amount_written
from assidu.events.types import WHOSE_PERSON, EventKey, EventType, Fact
from assidu.events.wire import (
    AfterSaleData,
    CorrectionData,
    HoldData,
    JoiningData,
    NotExchanged,
    SaleData,
    SaleFound,
    SaleUpdateData,
    TransferData,
    to_fact,
)
from assidu.foundation.ids import new_id
from assidu.foundation.people.trail import APPEND, Line, lines_of
from assidu.foundation.people.types import Actor
from assidu.loyalty.book import PlanBook
from assidu.loyalty.desk import Decided, Desk, Member, NoQuotas, member_of, received_by
from assidu.loyalty.entries import (
    NOBODY,
    OPENING_TYPES,
    Anonymous,
    Conflict,
    Entry,
    Later,
    Outcome,
    Told,
    UnknownCustomer,
    Who,
    refused_to,
)
from assidu.loyalty.live_places import FullPlaces, Places, Taken
from assidu.loyalty.offer_codes import shown_codes
from assidu.loyalty.personal import write_personal, write_profile
from assidu.loyalty.referral import keep_devices, with_referrer
from assidu.loyalty.rows import RECORD_COLUMNS, member_from, record_columns, record_sql
from assidu.loyalty.script import Row, Script, Step
from assidu.loyalty.sold_tickets import bought_by, decision_from_row, find_sale, load_sold

OPEN = (
    "SELECT customer_id, language, key_fingerprint, key_customer, key_seq, is_ticket_known, ticket_customer, "
    "ticket_seq, wallet_id, seq, state::text, last_purchase, lots::text, debts::text, newest_plan, person_id "
    "FROM loyalty_open($1::text[], $2::bytea[], $3::uuid[], $4::boolean[], $5::text[], $6::text[], $7::text[], "
    "$8::date[], $9::text[], $10::text, $11::boolean)"
)
RECORD = record_sql(lambda n: f"${n}")
ENROL = "SELECT loyalty_enrol($1::uuid[], $2::uuid[], $3::text)"
LOCK_QUOTAS = "SELECT key, taken FROM loyalty_lock_quotas($1::text[], $2::integer[])"
LOOK_AT_QUOTAS = "SELECT key, taken FROM loyalty_quota WHERE key = ANY ($1::text[])"
ANONYMOUS_COLUMNS = (
    "text", "text", "bytea", "timestamptz", "timestamptz", "date", "text", "text", "text", "text", "bigint", "text",
)  # fmt: skip
RECORD_ANONYMOUS = "SELECT events_record_anonymous({})".format(
    ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(ANONYMOUS_COLUMNS, start=1))
)
SET_ASIDE = (
    "INSERT INTO events_reject (at, source, id, origin, code, detail, fingerprint) "
    "SELECT $1::timestamptz, r.source, r.id, $2::text, $3::text, '', r.fingerprint "
    "FROM unnest($4::text[], $5::text[], $6::bytea[]) AS r (source, id, fingerprint)"
)
KEYS_OF_TICKETS = (
    "SELECT source, id, amount_minor, (body -> 'foreign')::text FROM events_anonymous "
    "WHERE day = $1::date AND store_id = $2::text AND ticket = $3::text LIMIT 1"
)
SOLD_FOR = (
    "SELECT source, id, amount_minor, (body -> 'foreign')::text, (body ->> 'member')::uuid FROM events_event "
    "WHERE customer_id = $1::uuid AND seq = $2::integer"
)
STORED = (
    "SELECT e.source, e.id, e.type, e.at, e.store_id, e.channel, e.body::text, e.day, d.plan_version, d.record::text, "
    "(SELECT json_agg(json_build_array(p.source, p.target, p.currency, p.quantity, p.issued_month, p.expires_on, "
    "                                  p.reverses_seq, p.reverses_n, p.active_on) ORDER BY p.n)::text "
    "   FROM ledger_posting AS p WHERE p.customer_id = e.customer_id AND p.seq = e.seq), "
    "m.wallet_id, m.seq, m.state::text, m.last_purchase, "
    "(SELECT json_agg(json_build_array(l.currency, l.issued_month, l.expires_on, "
    "                                  l.remaining - l.pending - l.held))::text "
    "   FROM ledger_lot AS l WHERE l.customer_id = m.customer_id AND l.remaining > l.pending + l.held), "
    "(SELECT json_agg(json_build_array(b.currency, b.debt))::text "
    "   FROM ledger_balance AS b WHERE b.customer_id = m.customer_id AND b.debt > 0), c.language, "
    "(e.body ->> 'member')::uuid "
    "FROM events_event AS e JOIN loyalty_decision AS d USING (customer_id, seq) "
    "JOIN customers_customer AS c USING (customer_id) "
    "LEFT JOIN customers_belonging AS b ON b.customer_id = coalesce(c.merged_into, c.customer_id) "
    "JOIN loyalty_member AS m ON m.customer_id = coalesce(b.account_id, c.merged_into, c.customer_id) "
    "WHERE e.customer_id = $1::uuid AND e.seq = $2::integer"
)


AS_PERSON = WHOSE_PERSON | {EventType.MERGER}
"""The second customer is meant themselves, and not the account that they belong to."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What the desk works with: the programme's book, the catalogue, the keys to what is personal, and the open
    draws, by offer."""

    book: PlanBook
    catalogue: Catalogue
    pseudonym_key: bytes
    vault: Vault
    full: FullPlaces = field(default_factory=FullPlaces)
    draws: Mapping[str, OpenDraw] = field(default_factory=dict)

    @property
    def newest_plan(self) -> int:
        return max(version.plan.version for version in self.book.versions)


class OutOfDate(Exception):
    """A version was published since the plan book was read: read it again, then post."""


class Newcomers(Exception):
    """Somebody is not in the books yet: post again with ``is_opening``, which opens them first."""


class NothingWritten(Exception):
    """The event was refused after a customer was opened for it: undo that, one by one."""


@dataclass(slots=True)
class _Work:
    """One event on its way through the desk."""

    index: int
    entry: Entry
    fact: Fact
    customer_id: UUID
    language: str
    absorbed_id: UUID | None = None
    member: UUID | None = None

    @property
    def person_id(self) -> UUID:
        """Whom what was said beside the event is about."""
        if self.fact.type in WHOSE_PERSON:
            assert self.absorbed_id is not None
            return self.absorbed_id
        return self.member or self.customer_id


def post(
    entries: Sequence[Entry],
    shop: Shop,
    at: datetime,
    *,
    origin: str = "",
    is_opening: bool = False,
    is_trying: bool = False,
) -> Script[list[Outcome | Later]]:
    """Post events in their order; answers what became of each.

    ``is_opening`` makes customers of those who are not in the books. ``is_trying``: nothing is locked or written,
    places are only looked at; a card that nobody has is then a customer without a past.
    """
    if is_opening and not is_trying:
        yield from _open_customers(entries, shop, at)
    rows = yield _opening_step(entries, shop, is_locking=not is_trying)
    if rows and rows[0][14] is not None and rows[0][14] > shop.newest_plan:
        raise OutOfDate
    batch = _Batch(entries, shop, at, is_opening=is_opening, is_trying=is_trying)
    members: dict[UUID, Member] = {}
    position = 0
    for index, entry in enumerate(entries):
        row = rows[position]
        absorbed_row = None
        position += 1
        if entry.absorbed is not None:
            absorbed_row = rows[position]
            position += 1
        for one in (row, absorbed_row):
            if one is not None and one[8] is not None and one[0] not in members:
                members[one[0]] = member_from(one[0], one[8], one[9], one[10], one[11], one[12], one[13])
        yield from batch.judge(index, row, absorbed_row, members)
    yield from batch.decide(members)
    if not is_trying:
        yield from batch.write(origin)
    return batch.outcomes


class _Batch:
    """The events of one transaction, and what became of them so far."""

    def __init__(
        self, entries: Sequence[Entry], shop: Shop, at: datetime, *, is_opening: bool, is_trying: bool
    ) -> None:
        self.entries = entries
        self.is_opening = is_opening
        self.is_trying = is_trying
        self.shop = shop
        self.at = at
        self.outcomes: list[Outcome | Later] = [UnknownCustomer()] * len(entries)
        self.works: list[_Work] = []
        self.anonymous: list[tuple[object, ...]] = []
        self.conflicts: dict[int, Entry] = {}
        self.sold: dict[tuple[UUID, int, str], SoldBefore] = {}
        self.gathered: list[Decided] = []
        self.last_purchases: dict[UUID, date | None] = {}
        self._keys: set[EventKey] = set()
        self._tickets: set[tuple[str, date, str]] = set()

    # ------------------------------------------------------------ what is already known

    def judge(
        self, index: int, row: Row, absorbed_row: Row | None, members: dict[UUID, Member]
    ) -> Script[None]:
        """Set aside what is known, or about nobody; the rest is work for the desk."""
        entry = self.entries[index]
        ticket = (entry.incoming.store, entry.day, entry.incoming.ticket)
        if not self.is_trying and (entry.key in self._keys or (ticket[2] and ticket in self._tickets)):
            self.outcomes[index] = Later()
            return
        customer_id, language, key_fingerprint, key_customer, key_seq = row[:5]
        if key_fingerprint is not None:
            if key_fingerprint != entry.fingerprint:
                self.outcomes[index] = Conflict(entry.key)
                self.conflicts[index] = entry
            else:
                self.outcomes[index] = yield from self._known(entry, key_customer, key_seq)
            return
        if row[5]:
            self.outcomes[index] = outcome = yield from self._known_ticket(entry, customer_id, row[6], row[7])
            if isinstance(outcome, Conflict):
                self.conflicts[index] = entry
            return
        self._keys.add(entry.key)
        if ticket[2]:
            self._tickets.add(ticket)
        if entry.is_anonymous:
            try:
                self.anonymous.append(self._anonymous_row(entry))
            except NotExchanged as error:
                self.outcomes[index] = error.refused
            else:
                self.outcomes[index] = Anonymous(entry.key, entry.day)
            return
        if customer_id is None or customer_id not in members:
            may_open = entry.incoming.type in OPENING_TYPES and entry.who.customer_id is None
            if self.is_trying and may_open:
                customer_id = customer_id or UUID(int=index)
                members[customer_id] = Member(customer_id, customer_id, State())
            elif (customer_id is not None or may_open) and not self.is_opening and not self.is_trying:
                raise Newcomers
            else:
                return
        absorbed_id = None
        if absorbed_row is not None:
            absorbed_id = absorbed_row[0]
            if absorbed_id is None or absorbed_id not in members:
                if absorbed_id is not None and not self.is_opening and not self.is_trying:
                    raise Newcomers
                return
        person_id = entry.member or row[15]
        member = person_id if person_id != customer_id else None
        yield from self._work(index, entry, customer_id, language or "", absorbed_id, member)
        if entry.incoming.type is EventType.TRANSFER_OUT and absorbed_row is not None:
            receiver = absorbed_row[15]
            if receiver != absorbed_id and self.works and self.works[-1].index == index:
                self.works[-1].fact = received_by(self.works[-1].fact, receiver)

    def _work(
        self,
        index: int,
        entry: Entry,
        customer_id: UUID,
        language: str,
        absorbed_id: UUID | None,
        member: UUID | None,
    ) -> Script[None]:
        found: SaleFound | None = None
        data = entry.incoming.data
        if isinstance(data, AfterSaleData):
            found = yield from find_sale(data)
            sold = None
            if found is not None and found.customer_id is not None and found.seq is not None:
                owner = "" if found.customer_id == customer_id else str(found.customer_id)
                if (customer_id, found.seq, owner) in self.sold and not self.is_trying:
                    # What happens to one ticket a second time needs to see the first.
                    self.outcomes[index] = Later()
                    return
                sold = yield from load_sold(customer_id, found)
                if sold is not None:
                    self.sold[customer_id, found.seq, owner] = sold
            if sold is None and found is not None and found.customer_id is not None:
                bought_by_them = yield from bought_by(found)
                if bought_by_them is not None and bought_by_them == (member or customer_id):
                    # Bought in an account that they have left: it is brought back there.
                    there = replace(entry, who=Who(customer_id=found.customer_id), member=bought_by_them)
                    self.outcomes[index] = Later(there)
                    return
            if sold is None:
                # The ticket may be in this very batch; what is only tried depends on nothing tried before it.
                may_come = index > 0 and not self.is_trying
                unknown = Refused(RefusalCode.UNKNOWN_SALE)
                self.outcomes[index] = Later() if may_come else refused_to(unknown, language)
                return
        if isinstance(data, CorrectionData | TransferData) and not entry.is_seconded:
            plan = self.shop.book.at(entry.incoming.at)
            is_two = absorbed_id != customer_id
            if entry.by is not None and is_two and needs_another(plan, data.currency, data.quantity):
                self.outcomes[index] = refused_to(Refused(RefusalCode.SECOND_PERSON_NEEDED), language)
                return
        codes: tuple[ShownCode, ...] = ()
        if isinstance(data, SaleData | SaleUpdateData | HoldData) and data.codes:
            codes = yield from shown_codes(data.codes, customer_id, entry.day, self.shop.pseudonym_key)
        try:
            fact = to_fact(
                entry.incoming,
                catalogue=self.shop.catalogue,
                plan=self.shop.book.at(entry.incoming.at),
                customer_id=customer_id,
                find_sale=lambda _: found,
                fingerprint=entry.fingerprint,
                has_happened=entry.incoming.has_happened,
                by=entry.by,
                codes=codes,
                member=absorbed_id if entry.incoming.type in WHOSE_PERSON else member,
            )
        except NotExchanged as error:
            self.outcomes[index] = refused_to(error.refused, language)
            return
        if isinstance(data, JoiningData) and data.referral_code:
            fact = yield from with_referrer(
                fact,
                data,
                entry.who.identifier,
                customer_id,
                self.shop.pseudonym_key,
                self.shop.vault,
                self._devices_of_brought(),
            )
        self.works.append(_Work(index, entry, fact, customer_id, language, absorbed_id, member))

    def _devices_of_brought(self) -> set[str]:
        """The devices on which those join of this batch whom somebody brought."""
        return {
            data.device
            for work in self.works
            if isinstance(data := work.entry.incoming.data, JoiningData)
            and isinstance(event := work.fact.event, Joining)
            and event.referrer
            and data.device
        }

    def _known(self, entry: Entry, customer_id: UUID | None, seq: int | None) -> Script[Outcome]:
        if customer_id is None or seq is None:
            return Anonymous(entry.key, entry.day, is_new=False)
        told = yield from recall(customer_id, seq, self.shop, self.at)
        assert told is not None, "a key points to an event"
        return told

    def _known_ticket(
        self, entry: Entry, asking: UUID | None, customer_id: UUID | None, seq: int | None
    ) -> Script[Outcome]:
        """Another source told this ticket before. Nobody but its customer is told what it gave."""
        if customer_id is None or seq is None:
            rows = yield Step(KEYS_OF_TICKETS, (entry.day, entry.incoming.store, entry.incoming.ticket))
        else:
            rows = yield Step(SOLD_FOR, (customer_id, seq))
        first = entry.key
        if rows:
            first = EventKey(rows[0][0], rows[0][1])
            data = entry.incoming.data
            assert isinstance(data, SaleData), "nothing else has a ticket of its own"
            if not amount_told(data).is_that_of(amount_written(*rows[0][2:4])):
                return Conflict(entry.key, is_of_ticket=True)
        if customer_id is None or seq is None or entry.is_anonymous:
            return Anonymous(first, entry.day, is_new=False, duplicate_of=first)
        if asking != customer_id:
            told_of = [customer_id, *([rows[0][4]] if rows and rows[0][4] else [])]
            followed = yield Step(resolve.COUNTS_AS, (told_of,))
            if asking is None or asking not in [row[1] for row in followed]:
                return Conflict(entry.key, is_of_ticket=True)
        told = yield from recall(customer_id, seq, self.shop, self.at)
        assert told is not None, "a ticket points to an event"
        return told.again(duplicate_of=told.key)

    def _anonymous_row(self, entry: Entry) -> tuple[object, ...]:
        fact = to_fact(
            entry.incoming,
            catalogue=self.shop.catalogue,
            plan=self.shop.book.at(entry.incoming.at),
            fingerprint=entry.fingerprint,
        )
        return (
            fact.key.source,
            fact.key.id,
            fact.fingerprint,
            fact.at,
            self.at,
            entry.day,
            self.shop.book.programme,
            fact.store,
            fact.channel,
            fact.ticket,
            fact.amount_minor,
            msgspec.json.encode(fact.body).decode(),
        )

    # ------------------------------------------------------------ deciding

    def decide(self, members: Mapping[UUID, Member]) -> Script[None]:
        """Decide every event; when one asks for a place, or gives one back, lock the places and decide everything
        again."""
        quotas = Places()
        results = self._decide_all(members, quotas)
        while quotas.missing or (quotas.unlocked and not self.is_trying):
            limits = {**dict.fromkeys(sorted(quotas.unlocked)), **quotas.limits}
            limits |= {claim.key: claim.limit for claim in quotas.missing}
            taken = yield from _taken(limits, quotas.unlocked | quotas.locked, is_locking=not self.is_trying)
            self.shop.full.note(taken.known, quotas.missing)
            quotas = Places(taken, limits)
            results = self._decide_all(members, quotas)
        plans: dict[int, Plan] = {}
        for work, result in zip(self.works, results, strict=True):
            if isinstance(result, Refused):
                self.outcomes[work.index] = refused_to(result, work.language)
                continue
            decision = result.decision
            number = decision.plan_version
            plan = plans.setdefault(number, self.shop.book.version(number))
            self.outcomes[work.index] = Told(
                result.fact.key,
                result.fact.type,
                result.customer_id,
                result.seq,
                result.fact.event,
                result.day,
                self._explained(work, members, decision) if self.is_trying else decision,
                self._present(result),
                plan,
                work.language,
                member=UUID(member) if (member := member_of(result.fact)) else None,
            )

    def _explained(self, work: _Work, members: Mapping[UUID, Member], decision: Decision) -> Decision:
        """The same decision with why, and why not, for every rule, on the same state: what is due comes first."""
        if work.absorbed_id is not None:
            return decision  # no rule has a part in a merger
        desk = Desk(self.shop.book, Places(), self._sold, self.at, is_basket=True)
        member = members[work.customer_id].copy()
        desk.catch_up(member, desk.today(work.fact))
        grants = decision.inputs.grants if decision.inputs is not None else None
        traced = desk.evaluate(member, work.fact, grants)
        return decision if isinstance(traced, Refused) else replace(decision, reasons=traced.reasons)

    def _present(self, one: Decided) -> State:
        """What the customer has now: a ticket that comes late may bring units that are gone since."""
        due, release = next_due(one.state), next_release(one.state)
        is_due = due is not None and due <= local_day(self.at, self.shop.book.at(self.at).zone)
        if not is_due and (release is None or release > self.at):
            return one.state
        return as_of(Member(one.customer_id, one.wallet_id, one.state), self.shop.book, self.at)

    def _decide_all(self, members: Mapping[UUID, Member], quotas: Places) -> list[Decided | Refused]:
        """From the states as they were loaded, whatever was decided on them before."""
        present = {customer: member.copy() for customer, member in members.items()}
        desk = Desk(
            self.shop.book,
            quotas,
            self._sold,
            self.at,
            full=self.shop.full.of,
            draws={} if self.is_trying else self.shop.draws,
            is_basket=self.is_trying,
        )
        results: list[Decided | Refused] = []
        for work in self.works:
            if self.is_trying:  # nothing tried depends on what was tried before
                concerned = [one for one in (work.customer_id, work.absorbed_id) if one is not None]
                present = {customer: members[customer].copy() for customer in concerned}
                desk.quotas = quotas.fresh()
            member = present[work.customer_id]
            if work.absorbed_id is not None:
                other = present[work.absorbed_id]
                results.append(desk.together(member, other, work.fact))
            else:
                results.append(desk.take(member, work.fact))
        self.gathered = desk.gathered
        self.last_purchases = {customer: member.last_purchase for customer, member in present.items()}
        return results

    def _sold(self, customer_id: UUID, event: AfterSale) -> SoldBefore | None:
        return self.sold.get((customer_id, event.sale_seq, event.sale_owner))

    # ------------------------------------------------------------ writing

    def write(self, origin: str) -> Script[None]:
        if self.gathered:
            programme = self.shop.book.programme
            yield Step(RECORD, record_columns(self.gathered, self.last_purchases, programme))
        if self.anonymous:
            yield Step(RECORD_ANONYMOUS, [list(column) for column in zip(*self.anonymous, strict=True)])
        if self.conflicts:
            refused = [(outcome.code, e) for i, e in self.conflicts.items()
                       if isinstance(outcome := self.outcomes[i], Conflict)]  # fmt: skip
            for code in sorted({code for code, _ in refused}):
                rows = ((e.key.source, e.key.id, e.fingerprint) for its, e in refused if its == code)
                yield Step(SET_ASIDE, (self.at, origin, code, *(list(c) for c in zip(*rows, strict=True))))
        told = [
            (work, outcome) for work in self.works if isinstance(outcome := self.outcomes[work.index], Told)
        ]
        said = [
            Said(outcome.customer_id, outcome.seq, work.person_id, personal)
            for work, outcome in told
            if (personal := work.entry.incoming.personal)
        ]
        yield from write_personal(said, self.shop.vault)
        joined = [
            (work.person_id, data.device)
            for work, _ in told
            if isinstance(data := work.entry.incoming.data, JoiningData) and data.device
        ]
        yield from keep_devices(joined, self.shop.pseudonym_key, self.at)
        # A person's action leaves its line where the person is known; what a key does by hand leaves it here.
        lines = [
            _line(by, work, outcome)
            for work, outcome in told
            if (by := work.entry.by) is not None and by.key_id is not None
        ]
        if lines:
            yield Step(APPEND, lines_of(lines, self.at))
        for work, _ in told:
            match work.fact.event:
                case Merger():
                    absorbed, survivor = work.absorbed_id, work.member or work.customer_id
                    if work.member is not None:
                        yield Step(accounts.EXIT, (absorbed, work.customer_id))
                    yield Step(resolve.ALIAS, (absorbed, survivor, self.at))
                case Admission():
                    yield Step(accounts.ENTER, (work.absorbed_id, work.customer_id, self.at))
                case Departure():
                    yield Step(accounts.EXIT, (work.absorbed_id, work.customer_id))


_DONE_BY_HAND = {
    EventType.SALE: "ticket.attached",
    EventType.CORRECTION: "balance.corrected",
    EventType.STATUS_GRANT: "status.granted",
    EventType.AUDIENCE_CHANGE: "audience.changed",
    EventType.LEAVING: "customer.left",
    EventType.SUSPENSION: "customer.suspended",
    EventType.RESUMPTION: "customer.resumed",
    EventType.MERGER: "customer.merged",
    EventType.TRANSFER_OUT: "balance.transferred",
    EventType.TAKE_OVER: "customer.taken_over",
    EventType.ACCOUNT_OPENING: "account.opened",
    EventType.ADMISSION: "account.member_added",
    EventType.DEPARTURE: "account.member_removed",
}


def _line(by: Actor, work: _Work, told: Told) -> Line:
    """The trail's line of what a key did by hand: what changed, by code and figure, and under which event."""
    after: dict[str, object] = {"source": told.key.source, "event": told.key.id}
    event = work.fact.event
    if isinstance(event, Correction):
        after |= {"currency": event.currency, "quantity": event.quantity}
        if event.reason_code:
            after["reason_code"] = event.reason_code
    if isinstance(event, StatusGrant):
        after |= {"tier": event.tier, "until": event.until.isoformat() if event.until else None}
    if isinstance(event, AudienceChange):
        after |= {"audience": event.audience, "is_in": event.is_in}
    if isinstance(event, TransferOut):
        after |= {"currency": event.currency, "quantity": event.quantity, "to": str(work.absorbed_id)}
    elif told.type in WHOSE_PERSON:
        after["member"] = str(work.absorbed_id)
    elif work.absorbed_id is not None:
        after["absorbed"] = str(work.absorbed_id)
    return Line(by, _DONE_BY_HAND[told.type], "customer", str(told.customer_id), after)


# ---------------------------------------------------------------- steps


def _taken(limits: Mapping[str, int | None], returned: Set[str], *, is_locking: bool) -> Script[Taken]:
    """How many places are gone. One that is full needs no lock unless it is given back: late in the day nobody waits
    for it."""
    keys = sorted(limits)
    taken: dict[str, int] = dict.fromkeys(keys, 0)
    taken.update((yield Step(LOOK_AT_QUOTAS, (keys,))))  # type: ignore[arg-type]
    wanted = [key for key in keys if key in returned or (most := limits[key]) is None or taken[key] < most]
    if not is_locking or not wanted:
        return Taken(taken)
    taken.update((yield Step(LOCK_QUOTAS, (wanted, [limits[key] for key in wanted]))))  # type: ignore[arg-type]
    return Taken(taken, frozenset(wanted))


def _opening_step(entries: Sequence[Entry], shop: Shop, *, is_locking: bool) -> Step:
    kinds: list[str] = []
    lookups: list[bytes] = []
    customers: list[UUID | None] = []
    as_person: list[bool] = []
    sources: list[str] = []
    ids: list[str] = []
    stores: list[str] = []
    days: list[date] = []
    tickets: list[str] = []
    for entry in entries:
        incoming = entry.incoming
        known_as = [(entry.who, incoming.key.source, incoming.key.id, incoming.ticket)]
        if entry.absorbed is not None:
            known_as.append((entry.absorbed, "", "", ""))
        for who, source, id_, ticket in known_as:
            kinds.append(who.kind)
            lookups.append(who.lookup)
            customers.append(who.customer_id)
            as_person.append(who is entry.absorbed and incoming.type in AS_PERSON)
            sources.append(source)
            ids.append(id_)
            stores.append(incoming.store if ticket else "")
            days.append(entry.day)
            tickets.append(ticket)
    return Step(
        OPEN,
        (
            kinds,
            lookups,
            customers,
            as_person,
            sources,
            ids,
            stores,
            days,
            tickets,
            shop.book.programme,
            is_locking,
        ),
    )


def _open_customers(entries: Iterable[Entry], shop: Shop, at: datetime) -> Script[None]:
    """Make customers of unknown cards, and members of all; the profile that came along is laid over what is known."""
    newcomers = [
        resolve.Newcomer(entry.who.identifier, entry.incoming.store, entry.key.source)
        for entry in entries
        if entry.who.identifier is not None and entry.incoming.type in OPENING_TYPES
    ]
    owners: dict[tuple[str, bytes], UUID] = {}
    if newcomers:
        rows = yield Step(resolve.OPEN, resolve.opening(shop.vault, shop.pseudonym_key, newcomers, at))
        owners = {(row[0], bytes(row[1])): row[2] for row in rows}
    named = [entry.who.customer_id for entry in entries if entry.who.customer_id is not None]
    named += [
        entry.absorbed.customer_id for entry in entries if entry.absorbed and entry.absorbed.customer_id
    ]
    others = [
        (who.kind, who.lookup)
        for entry in entries
        for who in (entry.who, entry.absorbed)
        if who is not None
        and who is not NOBODY
        and who.identifier is not None
        and (who.kind, who.lookup) not in owners
    ]
    if others:
        owners |= {
            (row[0], bytes(row[1])): row[2] for row in (yield Step(resolve.FIND, resolve.finding(others)))
        }
    if named:
        named = [row[1] for row in (yield Step(resolve.FOLLOW, (named,)))]
    for entry in entries:
        if entry.incoming.profile is not None:
            owner = owners.get((entry.who.kind, entry.who.lookup)) or next(iter(named), None)
            if owner is not None:
                yield from write_profile(
                    entry.incoming.profile, entry.incoming.store, entry.key.source, owner, shop.pseudonym_key,
                    shop.vault, at,
                )  # fmt: skip
    everybody = sorted({*owners.values(), *named})
    if everybody:
        yield Step(ENROL, (everybody, [new_id(at) for _ in everybody], shop.book.programme))


# ---------------------------------------------------------------- what was told before


def recall(customer_id: UUID, seq: int, shop: Shop, at: datetime) -> Script[Told | None]:
    """A recorded event with its decision, and what its customer has as of now."""
    rows = yield Step(STORED, (customer_id, seq))
    if not rows:
        return None
    source, id_, type_, happened_at, store, channel, body, day, plan_version, record, postings, *rest = rows[
        0
    ]
    *member_row, language, told_of = rest
    member = member_from(customer_id, *member_row)
    return Told(
        EventKey(source, id_),
        EventType(type_),
        customer_id,
        seq,
        event_from(EventType(type_), happened_at, store, channel, msgspec.json.decode(body)),
        day,
        decision_from_row(plan_version, record, postings),
        as_of(member, shop.book, at),
        shop.book.version(plan_version),
        language,
        is_new=False,
        member=told_of,
    )


def as_of(member: Member, book: PlanBook, at: datetime) -> State:
    """What a customer has once everything due by now is decided; nothing is written."""
    present = member.copy()
    desk = Desk(book, NoQuotas(), lambda *_: None, at)
    plan = book.at(at)
    desk.catch_up(present, at.astimezone(plan.zone).date())
    return present.state


__all__ = ["Newcomers", "NothingWritten", "OutOfDate", "Shop", "as_of", "post", "recall"]
assert len(RECORD_COLUMNS) == 43, "the signature of loyalty_record"
