"""From what the rooms hold to what the API answers."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from assidu.api import types
from assidu.customers import queries as customers
from assidu.customers.accounts import Belonging
from assidu.customers.types import Customer, Erasure, Written
from assidu.decisions.cost import SaleCost
from assidu.decisions.engagement import EngagementStanding
from assidu.decisions.tiers import Missing
from assidu.foundation import clock
from assidu.foundation.people.types import ApiKey, AuditEntry, Person
from assidu.ledger.types import Movement, Statement
from assidu.loyalty import queries as loyalty
from assidu.loyalty.accounts import Part, Share
from assidu.loyalty.coming import changes_to_come
from assidu.loyalty.explain import Explanation
from assidu.loyalty.plans import PublishedPlan
from assidu.loyalty.types import CustomerList, Standing, Timeline, TimelineEntry
from assidu.plans.problems import Problem, path_text
from assidu.plans.wording import Language, problem
from assidu.plans.wording.phrases import Phrases, phrases_of
from assidu.simulation.types import Run


def customer(
    found: Customer, belonging: Belonging | None, standing: Standing | None, phrases: Phrases | None
) -> types.Customer:
    contact = found.contact
    return types.Customer(
        customer_id=found.customer_id,
        kind=found.kind.value,
        counts_as=found.customer_id if belonging is None else belonging.account_id,
        account=None if belonging is None else account_member(belonging),
        created_at=found.created_at,
        erased_at=found.erased_at,
        absorbed=list(found.absorbed),
        profile=types.Profile(
            title=found.title,
            first_name=found.first_name,
            last_name=found.last_name,
            birth_date=found.birth_date,
            postcode=found.postcode,
            town=found.town,
            language=found.language,
            store=found.store,
            is_invented=found.is_invented,
            contact=None
            if contact is None
            else types.Contact(
                contact.email, contact.phone, contact.address, list(contact.cards), list(contact.external)
            ),
        ),
        programme=None if standing is None else programme(standing, phrases),
        possible_duplicates=[
            types.Duplicate(one.other_id, one.kind.value, one.noted_at)
            for one in customers.possible_duplicates(found.customer_id)
        ],
    )


def account(
    found: Customer, people: Iterable[Belonging], standing: Standing | None, phrases: Phrases | None
) -> types.Account:
    return types.Account(
        account_id=found.customer_id,
        kind=found.kind.value,
        name=found.name,
        created_at=found.created_at,
        erased_at=found.erased_at,
        members=[account_member(one) for one in people],
        programme=None if standing is None else programme(standing, phrases),
    )


def account_member(found: Belonging) -> types.AccountMember:
    return types.AccountMember(
        found.account_id, found.customer_id, found.name, [role.value for role in found.roles], found.since
    )


def share(found: Share) -> types.Share:
    return types.Share(_parts(found.taken), _parts(found.lost), found.closes)


def _parts(found: Iterable[Part]) -> list[types.SharePart]:
    return [types.SharePart(part.currency, part.quantity, part.expires_on, part.active_on) for part in found]


def _by_measure(missing: Missing | None) -> dict[str, int]:
    return {} if missing is None else {measure.value: lacking for measure, lacking in missing.by.items()}


def phrases_for(standing: Standing | None, language: Language) -> Phrases | None:
    """The words of the version in force of somebody's programme."""
    document = loyalty.document_at(standing.programme, clock.now()) if standing is not None else None
    return None if document is None else phrases_of(document, language)


def programme(found: Standing, phrases: Phrases | None) -> types.Programme:
    """``phrases`` are the words of the version in force."""
    tiers = found.tiers
    return types.Programme(
        programme=found.programme,
        today=found.today,
        membership=found.membership.value,
        joined_on=found.joined_on,
        left_on=found.left_on,
        regret_until=found.regret_until,
        tier=None
        if tiers is None
        else types.Tier(
            tiers.tier,
            tiers.since,
            tiers.until,
            tiers.spend_minor,
            tiers.next_tier,
            tiers.missing_minor,
            _by_measure(tiers.to_climb),
            _by_measure(tiers.to_stay),
            phrases.benefits(tiers.tier) if phrases is not None else [],
            phrases.says(tiers.tier) if phrases is not None else "",
        ),
        purchases=found.purchases,
        last_purchase=found.last_purchase,
        balances=[
            types.Balance(
                purse.currency,
                purse.kind.value,
                purse.available,
                purse.held,
                purse.debt,
                purse.worth_minor,
                purse.next_expiry,
                purse.next_expiry_quantity,
                purse.pending,
                purse.next_activation,
                purse.next_activation_quantity,
                purse.awaits,
            )
            for purse in found.purses
        ],
        lots=[types.Lot(lot.currency, lot.issued_month, lot.expires_on, lot.remaining) for lot in found.lots],
        engagement=None if found.engagement is None else _engagement(found.engagement),
        to_come=[] if phrases is None else _to_come(found, phrases.language),
        stands_still_since=found.stands_still_since,
    )


def _to_come(found: Standing, language: Language) -> list[types.Coming]:
    return [
        types.Coming(one.starts, one.announced_on, list(one.sentences), one.takes)
        for one in changes_to_come(found.programme, clock.now(), language, found.audiences)
    ]


def _engagement(found: EngagementStanding) -> types.Engagement:
    parts = [types.EngagementPart(part.what, part.now, part.then) for part in found.parts]
    return types.Engagement(found.score, found.fades_on, found.score_then, parts)


def customer_page(found: CustomerList) -> types.CustomerPage:
    return types.CustomerPage(
        [
            types.CustomerLine(
                row.customer_id,
                row.kind.value,
                row.name,
                row.town,
                row.store,
                row.membership.value,
                row.tier,
                row.joined_on,
                row.last_purchase,
                row.purchases,
                dict(row.balances),
            )
            for row in found.rows
        ],
        found.next,
    )


def movement(found: Movement) -> types.Movement:
    return types.Movement(
        seq=found.seq,
        n=found.n,
        day=found.day,
        currency=found.currency,
        source=found.source.name.lower(),
        target=found.target.name.lower(),
        quantity=found.quantity,
        change=found.change,
        balance=found.balance,
        debt=found.debt,
        issued_month=found.issued_month,
        expires_on=found.expires_on,
        reverses=None if found.reverses is None else types.Reference(*found.reverses),
    )


def ledger_page(customer_id: UUID, found: Statement, standing: Standing | None) -> types.LedgerPage:
    balances = {purse.currency: purse.available for purse in standing.purses} if standing else {}
    return types.LedgerPage(customer_id, balances, [movement(one) for one in found.movements], found.next)


def event(found: TimelineEntry) -> types.Event:
    member = found.body.get("member")
    return types.Event(
        customer_id=found.customer_id,
        member=UUID(member) if member else None,
        seq=found.seq,
        source=found.key.source,
        id=found.key.id,
        type=found.type.value,
        at=found.at,
        recorded_at=found.recorded_at,
        day=found.day,
        store=found.store,
        channel=found.channel,
        amount_minor=found.amount_minor,
        plan_version=found.decision.plan_version,
        movements=[movement(one) for one in found.movements],
    )


def event_page(found: Timeline) -> types.EventPage:
    return types.EventPage([event(one) for one in found.entries], found.next)


def explanation(found: Explanation) -> types.Explanation:
    return types.Explanation(
        event=event(found.entry),
        language=found.language.value,
        plan_version=found.plan_version,
        plan_valid_from=found.plan_valid_from,
        semantics=found.semantics,
        same=found.is_same,
        differing=list(found.differing),
        balances_before=dict(found.balances_before),
        balances_after=dict(found.balances_after),
        sentences=list(found.sentences),
        reasons=[
            types.Reason(
                one.rule,
                one.kind.value,
                one.name,
                one.code.value,
                one.has_applied,
                one.reached_percent,
                dict(one.figures),
                one.sentence,
            )
            for one in found.reasons
        ],
        cost=None if found.cost is None else sale_cost(found.cost),
    )


def sale_cost(found: SaleCost) -> types.SaleCost:
    return types.SaleCost(
        found.promotions_minor, found.calendar_minor, found.offers_minor, found.units_minor, found.total_minor
    )


def written(found: Written) -> types.WrittenProfile:
    faults = {name: fault.value for name, fault in found.faults.items()}
    return types.WrittenProfile(found.customer_id, found.is_new, faults)


def erased(found: Erasure) -> types.Erased:
    return types.Erased(list(found.customers), found.identifiers, found.event_fields, found.erased_at)


def plan_line(found: PublishedPlan) -> types.PlanLine:
    return types.PlanLine(
        found.version, found.valid_from, found.hash, found.published_at, found.published_by, found.note
    )


def plan_problems(found: Iterable[Problem], language: Language) -> list[types.PlanProblem]:
    return [
        types.PlanProblem(
            path_text(one.path),
            one.mark.line if one.mark else None,
            one.mark.column if one.mark else None,
            one.code,
            one.is_warning,
            problem(one, language),
        )
        for one in found
    ]


def audit_line(found: AuditEntry) -> types.AuditLine:
    return types.AuditLine(
        id=found.id,
        at=found.at,
        action=found.action,
        via=found.via,
        person_id=found.person_id,
        person=found.person_name,
        key_id=found.key_id,
        key=found.key_name,
        object_kind=found.object_kind,
        object_id=found.object_id,
        request_id=found.request_id,
        before=_plain(found.before),
        after=_plain(found.after),
    )


def key(found: ApiKey) -> types.Key:
    return types.Key(
        found.id,
        found.name,
        found.prefix,
        list(found.scopes),
        found.store,
        found.created_at,
        found.last_used_at,
        found.revoked_at,
    )


def sign_in(found: Person) -> types.SignIn:
    return types.SignIn(
        found.id,
        found.email,
        found.name,
        list(found.roles),
        list(found.stores),
        found.is_active,
        found.has_signed_up,
        found.created_at,
        found.last_seen_at,
    )


def _plain(values: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else dict(values)


def first_answer(run: Run | None) -> types.FirstAnswer | None:
    """Of a run that is still going on."""
    if run is None or run.partial is None or run.state.is_over:
        return None
    known = run.partial
    return types.FirstAnswer(
        known.customers,
        known.of_customers,
        known.sure_percent,
        known.holds_places,
        known.cost_minor.change,
        known.cost_minor.low,
        known.cost_minor.high,
        known.winners.value,
        known.losers.value,
    )
