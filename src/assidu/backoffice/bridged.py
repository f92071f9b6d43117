"""The way from face value to expected cost, as a line of arithmetic."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from assidu.backoffice import formats
from assidu.backoffice.programme import Programme
from assidu.backoffice.steps import Step
from assidu.backoffice.views.studio.amounts import Amounts
from assidu.decisions.calendar import month_of
from assidu.economics.bridge import Bridge, bridge_of, bridges_of
from assidu.economics.queries import liability
from assidu.economics.sums import end_of


@dataclass(frozen=True, slots=True)
class Bridged:
    """``steps`` lead from the face value of one currency to its cost; ``others`` is owed besides, ``total`` in all."""

    month: date
    steps: tuple[Step, ...]
    others: str
    total: str


def bridged(programme: Programme, currency: str, outstanding: int, until: date) -> Bridged | None:
    """Nothing on days that the books do not tell, and where they tell another figure: what was learnt late of a closed
    month stands in the open one."""
    if until != programme.today and until != end_of(month_of(until)):
        return None
    found = liability(programme.code, programme.now)
    state = found.at(month_of(until))
    if state is None or until < (end_of(state.month) if state.is_over else programme.today):
        return None
    told = state.figures.currency(currency)
    if told is None or told.units.closing != outstanding:
        return None
    amounts = Amounts(found.sale_currency, found.decimals)
    own, whole = bridge_of(told), bridges_of(state.figures.currencies)
    others = whole.cost_minor - own.cost_minor
    return Bridged(
        state.month,
        steps_of(own, amounts),
        amounts.money(others) if others else "",
        amounts.money(whole.cost_minor),
    )


def steps_of(bridge: Bridge, amounts: Amounts) -> tuple[Step, ...]:
    """They add up to the cent, as they are shown. What is used costs its face value where the settings say no less:
    then nothing is taken off, and the sum says so."""
    owed = _("expected cost (HT): what we owe")
    if not bridge.spared_minor and bridge.cost_minor:
        owed = _("expected cost (HT): what we owe; the settings count what is used at its whole face value")
    return (
        Step("", amounts.money(bridge.face_minor), _("outstanding, at face value (TTC)")),
        Step("−", amounts.money(bridge.unused_minor), _never_used(bridge)),
        *((_costs(bridge, amounts),) if bridge.spared_minor else ()),
        Step("=", amounts.money(bridge.cost_minor), owed, is_sum=True),
    )


def _never_used(bridge: Bridge) -> str:
    share = bridge.unused_share
    if share is None:
        return _("never used in the end")
    return _("never used in the end: %(share)s of it") % {"share": formats.percent(share)}


def _costs(bridge: Bridge, amounts: Amounts) -> Step:
    """What is used costs its face value, less or more."""
    sign = "−" if bridge.spared_minor >= 0 else "+"
    rate = bridge.cost_per_face
    if rate is None:
        said = (
            _("cost of what has no face value") if bridge.cost_minor else _("nothing is expected to be used")
        )
    else:
        one = 10**amounts.decimals
        said = _("each %(one)s of face value that is used costs us %(cost)s") % {
            "one": amounts.money(one, cents=False),
            "cost": amounts.money(round(one * rate)),
        }
    return Step(sign, amounts.money(abs(bridge.spared_minor)), said)
