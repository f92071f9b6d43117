"""What a cashier says to a customer: one line, the most useful thing first."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assidu.backoffice import formats
from assidu.backoffice.programme import Programme
from assidu.decisions.plan import CurrencyKind
from assidu.decisions.state import Membership
from assidu.decisions.tiers import Missing
from assidu.loyalty.types import Purse, Standing
from assidu.plans.wording.standing import missing_said

SOON = timedelta(days=31)
NEAR_PERCENT = 20
"""A status is near when at most this share is missing of all that it asks for, or of one thing that is enough."""


def line_to_say(standing: Standing | None, programme: Programme, store: str = "") -> str:
    return next(_lines(standing, programme, store), "")


def _lines(standing: Standing | None, programme: Programme, store: str) -> Iterator[str]:
    """The best first; the last one can always be said."""
    if standing is not None and standing.membership is Membership.SUSPENDED:
        yield _(
            "Your membership stands still: customer service will tell you more. Nothing is lost meanwhile."
        )
        return
    if standing is not None and standing.regret_until is not None:
        yield _("You left us: shall I make you a member again? Until %(day)s you find everything again.") % {
            "day": formats.day(_last_day(standing.regret_until))
        }
        return
    if standing is None or standing.membership is not Membership.MEMBER:
        yield _("You could earn on this ticket: shall I make you a member?")
        return
    yield from _vouchers(standing, programme)
    yield from _leaving_soon(standing, programme)
    yield from _next_status(standing, programme)
    yield from _reward(standing, programme, store)
    if said := programme.says(standing.tiers.tier if standing.tiers is not None else None):
        yield said
    balance = standing.available(programme.points)
    if balance:
        yield _("You have %(balance)s.") % {"balance": programme.units(balance, programme.points)}
    else:
        yield _("Nothing to use yet: this ticket counts.")


def _vouchers(standing: Standing, programme: Programme) -> Iterator[str]:
    for purse in standing.purses:
        if purse.kind is CurrencyKind.VOUCHER and purse.available and _pays(purse, programme):
            units = programme.units(purse.available, purse.currency)
            if purse.next_expiry is not None and purse.next_expiry_quantity < purse.available:
                yield _("You have %(units)s, %(ending)s of them %(until)s: shall we use them today?") % {
                    "units": units,
                    "ending": formats.number(purse.next_expiry_quantity),
                    "until": formats.until(_last_day(purse.next_expiry), standing.today),
                }
            elif purse.next_expiry is None:
                yield ngettext(
                    "You have %(units)s: shall we use it today?",
                    "You have %(units)s: shall we use them today?",
                    purse.available,
                ) % {"units": units}
            else:
                yield ngettext(
                    "You have %(units)s, %(until)s: shall we use it today?",
                    "You have %(units)s, %(until)s: shall we use them today?",
                    purse.available,
                ) % {
                    "units": units,
                    "until": formats.until(_last_day(purse.next_expiry), standing.today),
                }


def _leaving_soon(standing: Standing, programme: Programme) -> Iterator[str]:
    for purse in standing.purses:
        if purse.kind in (CurrencyKind.ENTRY, CurrencyKind.BADGE):
            continue  # nobody uses them
        if purse.next_expiry is not None and purse.next_expiry - standing.today <= SOON:
            last = _last_day(purse.next_expiry)
            units = programme.units(purse.next_expiry_quantity, purse.currency)
            if last <= standing.today:
                yield _("To be used today: %(units)s.") % {"units": units}
            elif last == standing.today + timedelta(days=1):
                yield _("To be used today or tomorrow: %(units)s.") % {"units": units}
            else:
                yield _("To be used soon: %(units)s, until %(day)s.") % {
                    "units": units,
                    "day": formats.day(last),
                }


def _next_status(standing: Standing, programme: Programme) -> Iterator[str]:
    missing = standing.tiers.to_climb if standing.tiers is not None else None
    if missing is None or not _is_near(missing, programme):
        return
    if said := missing_said(missing, programme.document, programme.language):
        yield _("Nearly %(tier)s status: %(missing)s.") % {
            "missing": said,
            "tier": programme.tier_name(missing.level),
        }


def _is_near(missing: Missing, programme: Programme) -> bool:
    tiers = programme.plan.tiers
    assert tiers is not None, "something is missing to a status of the programme"
    asked = dict(tiers.levels[tiers.rank(missing.level)].asks)
    near = [lacking * 100 <= asked[measure] * NEAR_PERCENT for measure, lacking in missing.by.items()]
    return all(near) if missing.needs_all else any(near)


def _reward(standing: Standing, programme: Programme, store: str) -> Iterator[str]:
    for code, reward in programme.plan.rewards.items():
        if not reward.is_given_at(store, "store"):
            continue
        if standing.available(reward.currency) >= reward.cost and code in programme.phrases.rewards:
            yield _("With %(units)s you can have: %(reward)s.") % {
                "units": programme.units(reward.cost, reward.currency),
                "reward": programme.phrases.text(programme.phrases.rewards[code].name),
            }


def _pays(purse: Purse, programme: Programme) -> bool:
    known = programme.plan.currencies.get(purse.currency)
    return known is not None and known.pays


def _last_day(expires_on: date) -> date:
    """People are told the last good day, not the first bad one."""
    return expires_on - timedelta(days=1)
