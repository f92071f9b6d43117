"""What a member sees of themselves: balances, status, and everything that happened, in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from assidu.catalogue import queries as catalogue
from assidu.customers import queries as customers
from assidu.customers.accounts import account_of
from assidu.customers.types import Customer
from assidu.decisions.decision import Account
from assidu.decisions.events import Absorption, AfterSale, AudienceChange, Merger, Sale
from assidu.decisions.plan import CurrencyKind, Plan
from assidu.decisions.state import Membership
from assidu.events.types import WHOSE_PERSON, EventType
from assidu.loyalty import queries
from assidu.loyalty.coming import changes_to_come
from assidu.loyalty.explain import explain
from assidu.loyalty.life_wording import told_to_member
from assidu.loyalty.types import SoldOn, Standing, TimelineEntry
from assidu.loyalty.wording import said_of
from assidu.plans.document import Document
from assidu.plans.wording import Language, figures, text_in
from assidu.plans.wording.language import Sentence
from assidu.plans.wording.life import closing_note
from assidu.plans.wording.phrases import Phrases, phrases_of
from assidu.plans.wording.standing import EngagementShown, engagement_shown, missing_said

ENTRIES = 30
CHANGES_AT_FIRST = 4
MERGED = Sentence("Vos deux comptes n'en font plus qu'un.", "Your two accounts are now one.")


@dataclass(frozen=True, slots=True)
class Balance:
    name: str
    quantity: str
    worth: str
    expiring: str
    last_day: str
    is_voucher: bool
    to_come: str = ""
    first_day: str = ""
    ends_today: bool = False
    still_since: str = ""  # its dates do not come meanwhile


@dataclass(frozen=True, slots=True)
class Status:
    """The status held; what is missing to the next one, and to keep this one until when."""

    name: str
    until: str
    next_name: str
    missing: str
    keep: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened. ``day`` is empty where the title says it; ``place`` is where its explanation is found,
    empty where there is nothing to explain."""

    day: str
    title: str
    sentences: tuple[str, ...]
    gains: tuple[str, ...]
    losses: tuple[str, ...]
    place: str
    earned_nothing: bool


@dataclass(frozen=True, slots=True)
class Why:
    """One event, explained to whom it happened."""

    moment: Moment
    applied: tuple[str, ...]
    nearly: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What changes for them from a day on; ``announced`` is the day on which it was made known."""

    starts: str
    announced: str
    sentences: tuple[str, ...]

    @property
    def first(self) -> tuple[str, ...]:
        """Enough to know what it is about; a whole other programme would push what they have off the page."""
        return self.sentences[:CHANGES_AT_FIRST]

    @property
    def more(self) -> tuple[str, ...]:
        return self.sentences[CHANGES_AT_FIRST:]


@dataclass(frozen=True, slots=True)
class Member:
    """Whose page it is, and in which words; ``account`` is the household or the company that counts for them."""

    customer: Customer
    standing: Standing
    documents: Mapping[int, Document]
    document: Document
    plan: Plan
    language: Language
    account: UUID | None = None
    accounts: tuple[UUID, ...] = ()

    @property
    def records(self) -> tuple[UUID, ...]:
        """The customer, and those who turned out to be the same."""
        return (self.customer.customer_id, *self.customer.absorbed)

    @property
    def family(self) -> tuple[UUID, ...]:
        """Their records first, then the accounts that they share or shared: an address names them by their place."""
        return (*self.records, *self.accounts)

    def sees(self, entry: TimelineEntry) -> bool:
        """Of an account that they have left, what was told of them; of the one that they share, everything."""
        return (
            entry.customer_id not in self.accounts
            or entry.customer_id == self.account
            or (entry.member in self.records)
        )

    @property
    def phrases(self) -> Phrases:
        return phrases_of(self.document, self.language, for_members=True)

    @property
    def programme(self) -> str:
        return text_in(self.document.name, self.language)

    @property
    def is_active(self) -> bool:
        return self.standing.membership is Membership.MEMBER

    @property
    def has_left(self) -> bool:
        return self.standing.membership is Membership.LEFT

    @property
    def is_suspended(self) -> bool:
        return self.standing.membership is Membership.SUSPENDED

    @property
    def still_since(self) -> str:
        """Since when the dates of what they have do not come; empty: they do."""
        since = self.standing.stands_still_since
        return self.phrases.day(since) if since is not None else ""

    @property
    def regret_until(self) -> str:
        """Until when who left finds everything again; empty: no longer, or they did not."""
        until = self.standing.regret_until
        return self.phrases.day(_last_day(until)) if until is not None else ""

    @property
    def closing(self) -> str:
        """Until when to earn and to use, where the end of the programme is announced."""
        return closing_note(self.document, self.standing.today, self.phrases)

    @property
    def balances(self) -> list[Balance]:
        return [
            Balance(
                name=_capital(self.phrases.currency_name(purse.currency)),
                quantity=self.phrases.number(purse.available, purse.currency),
                worth=self.money(purse.worth_minor) if purse.worth_minor else "",
                expiring=self.phrases.units(purse.next_expiry_quantity, purse.currency)
                if purse.next_expiry
                else "",
                last_day=self.phrases.day(_last_day(purse.next_expiry)) if purse.next_expiry else "",
                is_voucher=purse.kind is CurrencyKind.VOUCHER,
                to_come=self.phrases.units(purse.pending, purse.currency) if purse.pending else "",
                first_day=self.phrases.day(purse.next_activation) if purse.next_activation else "",
                ends_today=purse.next_expiry is not None
                and _last_day(purse.next_expiry) <= self.standing.today,
                still_since=self.still_since,
            )
            for purse in self.standing.purses
            if purse.is_worth_telling
        ]

    @property
    def status(self) -> Status | None:
        tiers = self.standing.tiers
        if tiers is None or tiers.tier is None:
            return None
        climb, stay = tiers.to_climb, tiers.to_stay
        return Status(
            name=self.phrases.level_name(tiers.tier),
            until=self.phrases.day(_last_day(tiers.until)) if tiers.until else "",
            next_name=self.phrases.level_name(climb.level) if climb else "",
            missing=missing_said(climb, self.document, self.language) if climb else "",
            keep=missing_said(stay, self.document, self.language) if stay else "",
        )

    @property
    def says(self) -> str:
        """What the programme tells those who have their status."""
        tiers = self.standing.tiers
        return self.phrases.says(tiers.tier) if tiers is not None and self.is_active else ""

    @property
    def benefits(self) -> list[str]:
        """What their status brings besides."""
        tiers = self.standing.tiers
        return self.phrases.benefits(tiers.tier if tiers is not None else None)

    @property
    def engagement(self) -> EngagementShown | None:
        """Where the programme counts it."""
        found = self.standing.engagement
        return None if found is None else engagement_shown(found, self.phrases)

    def money(self, minor: int) -> str:
        return figures.money(minor, self.document.sale_currency, self.language)


def member(customer_id: UUID, language: Language, now: datetime) -> Member | None:
    """``None``: nobody who has anything in the programme."""
    found = customers.customer(customer_id)
    account = account_of(customer_id)
    standing = queries.standing(account or customer_id, now)
    if found is None or standing is None:
        return None
    book = queries.current_book(standing.programme)
    assert book is not None, "whoever stands in a programme has one"
    documents = {one.version: one.document for one in queries.versions(standing.programme)}
    plan = book.at(now)
    accounts = tuple(sorted(queries.accounts_ever([customer_id, *found.absorbed])))
    return Member(found, standing, documents, documents[plan.version], plan, language, account, accounts)


def notices(of: Member, now: datetime) -> list[Notice]:
    """Announced to whoever is a member: who has left learns of it when they come back."""
    if of.has_left:
        return []
    found = changes_to_come(of.standing.programme, now, of.language, of.standing.audiences)
    return [
        Notice(of.phrases.day(one.starts), of.phrases.day(one.announced_on), one.sentences) for one in found
    ]


def moments(of: Member, until: date | None) -> tuple[list[Moment], date | None]:
    """What happened up to a day, the youngest first, whole days only; and the day from which to go on."""
    whose = (*of.records, of.account) if of.account is not None else of.records
    found = queries.timeline(whose, shared=of.accounts, until=until, limit=ENTRIES)
    entries = list(found.entries)
    following = None
    if found.next:
        following = entries[-1].day
        whole = [entry for entry in entries if entry.day != following]
        if whole:
            entries = whole
        else:
            following -= timedelta(days=1)
    names = {store.store_id: store.name for store in catalogue.stores()}
    # Of a merger one side is told: it is one person, and always was. So is it of entering an account and leaving it.
    # Audiences are how a brand sorts its customers, for itself.
    told = [
        entry
        for entry in entries
        if not isinstance(entry.event, Absorption | AudienceChange)
        and not (entry.type in WHOSE_PERSON and entry.other in of.records)
    ]
    return [_moment(entry, of, names) for entry in told], following


def why(of: Member, who: int, seq: int) -> Why | None:
    """Why an event gave what it gave; ``None``: there is no such event of this member."""
    if who >= len(of.family):
        return None
    found = explain(of.family[who], seq, of.language, for_members=True)
    if found is None or not of.sees(found.entry):
        return None
    names = {store.store_id: store.name for store in catalogue.stores()}
    return Why(
        _moment(found.entry, of, names),
        tuple(one.sentence for one in found.applied),
        tuple(one.sentence for one in found.nearly),
        tuple(one.sentence for one in found.others),
    )


def _moment(entry: TimelineEntry, of: Member, names: Mapping[str, str]) -> Moment:
    # What staff wrote, and who did it, is theirs to tell on request: the page says what happened.
    entry = replace(entry, store=catalogue.store_called(entry.store, names), written={})
    document = of.documents.get(entry.decision.plan_version, of.document)
    told = said_of(entry, document, of.language, _sold_on(entry), undone=_undone(entry), for_members=True)
    title, *sentences = told_to_member(entry.event, told, of.language)
    if isinstance(entry.event, Merger):
        title = MERGED.say(of.language)
    came: dict[str, int] = {}
    went: dict[str, int] = {}
    for movement in entry.movements:
        side = came if movement.change > 0 else went
        if movement.change:
            side[movement.currency] = side.get(movement.currency, 0) + abs(movement.change)
    is_sale = isinstance(entry.event, Sale)
    has_earned = any(movement.source is Account.ISSUED for movement in entry.movements)
    return Moment(
        day="" if (day := of.phrases.day(entry.day)) in title else day,
        title=title,
        sentences=tuple(sentences),
        gains=tuple(f"+{of.phrases.units(quantity, code)}" for code, quantity in came.items()),
        losses=tuple(f"−{of.phrases.units(quantity, code)}" for code, quantity in went.items()),
        place=f"{of.family.index(entry.customer_id)}-{entry.seq}" if is_sale else "",
        earned_nothing=is_sale and not has_earned,
    )


def _undone(entry: TimelineEntry) -> dict[int, tuple[date, EventType]]:
    """When and what the events were that the entry's movements undo."""
    wanted = {movement.reverses[0] for movement in entry.movements if movement.reverses is not None}
    found = [queries.entry(entry.customer_id, seq) for seq in sorted(wanted)]
    return {one.seq: (one.day, one.type) for one in found if one is not None}


def _sold_on(entry: TimelineEntry) -> SoldOn | None:
    """The ticket that a return or a change is about."""
    if not isinstance(entry.event, AfterSale):
        return None
    owner = UUID(entry.event.sale_owner) if entry.event.sale_owner else entry.customer_id
    sale = queries.entry(owner, entry.event.sale_seq)
    return None if sale is None or not isinstance(sale.event, Sale) else SoldOn(sale.day, sale.event.foreign)


def _last_day(expires_on: date) -> date:
    """People are told the last good day, not the first bad one."""
    return expires_on - timedelta(days=1)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
