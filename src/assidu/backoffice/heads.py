"""How many customers there are, counted once each, so that the figures of all pages add up."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assidu.backoffice import formats
from assidu.backoffice.steps import Step
from assidu.customers.types import CustomerKind
from assidu.decisions.state import Membership
from assidu.loyalty.types import HeadCount

ACCOUNTS = (CustomerKind.HOUSEHOLD, CustomerKind.COMPANY)


def members_of(found: HeadCount) -> list[Step]:
    """People and shared accounts, each counting as one member."""
    people = found.of(Membership.MEMBER, kinds=(CustomerKind.PERSON,))
    accounts = found.of(Membership.MEMBER, kinds=ACCOUNTS)
    first = _step("", people, _people(people), kind=CustomerKind.PERSON, membership=Membership.MEMBER)
    if not accounts:
        return [first]
    sharing = found.of(Membership.IN_ACCOUNT)
    return [
        first,
        *(
            _step("+", count, _shared(kind, count), kind=kind, membership=Membership.MEMBER)
            for kind in ACCOUNTS
            if (count := found.of(Membership.MEMBER, kinds=(kind,)))
        ),
        Step("=", formats.number(people + accounts), _members(sharing), is_sum=True),
    ]


def everybody_of(found: HeadCount, *, of_some_stores: bool) -> list[Step]:
    """From the members to all who are listed: everybody, or the customers of one's own stores."""
    members = found.of(Membership.MEMBER)
    others = [
        (Membership.IN_ACCOUNT, _("in a shared account, which counts for them")),
        (Membership.SUSPENDED, _("suspended for now")),
        (Membership.NONE, ngettext("not a member", "not members", found.of(Membership.NONE))),
        (Membership.LEFT, _("have left")),
    ]
    return [
        _step(
            "",
            members,
            _("members of your stores") if of_some_stores else _("members (as on the dashboard)"),
            membership=Membership.MEMBER,
        ),
        *(
            _step("+", count, said, membership=membership)
            for membership, said in others
            if (count := found.of(membership))
        ),
        Step("=", formats.number(found.total), _("customers listed here"), is_sum=True),
    ]


def not_listed(found: HeadCount) -> str:
    """Who is not among them, in a sentence; nothing where nobody is."""
    parts = []
    if found.merged:
        parts.append(
            ngettext("%(n)s record merged into another", "%(n)s records merged into another", found.merged)
            % {"n": formats.number(found.merged)}
        )
    if found.erased:
        parts.append(
            ngettext("%(n)s erased customer", "%(n)s erased customers", found.erased)
            % {"n": formats.number(found.erased)}
        )
    return _("Not listed: %(who)s.") % {"who": ", ".join(parts)} if parts else ""


def _step(sign: str, count: int, said: str, **filters: str) -> Step:
    address = f"{reverse('customers')}?{urlencode({name: str(value) for name, value in filters.items()})}"
    return Step(sign, formats.number(count), said, address=address)


def _people(count: int) -> str:
    return ngettext("person who is a member", "people who are members", count)


def _shared(kind: CustomerKind, count: int) -> str:
    if kind is CustomerKind.HOUSEHOLD:
        return ngettext("household", "households", count)
    return ngettext("company", "companies", count)


def _members(sharing: int) -> str:
    return ngettext(
        "members; %(n)s person shares an account and counts in it",
        "members; %(n)s people share an account and count in it",
        sharing,
    ) % {"n": formats.number(sharing)}
