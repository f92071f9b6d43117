"""What staff do with a customer's rewards: exchange, hand over, call off."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assidu.backoffice import formats, sheets
from assidu.backoffice.access import actor_at, allowed, signed_in
from assidu.backoffice.programme import Programme
from assidu.backoffice.typed import WholeField
from assidu.backoffice.views.customer import Known, is_given_to, known
from assidu.backoffice.views.customer_actions import OnceForm, done, have, programme_of, store_choices
from assidu.decisions.plan import CurrencyKind
from assidu.foundation import clock
from assidu.foundation.people import actions as people
from assidu.loyalty import actions
from assidu.loyalty.entries import Outcome, Told
from assidu.loyalty.queries import member_state
from assidu.loyalty.stocks import left_of_rewards
from assidu.plans.document import Reward, Session


class RewardForm(OnceForm):
    """``reward`` is a code or, of a reward with sessions, ``code/session``."""

    reward = forms.ChoiceField(label=gettext_lazy("Reward"))
    quantity = WholeField(label=gettext_lazy("How many"), min_value=1, max_value=100, initial=1)
    store = forms.ChoiceField(label=gettext_lazy("Store"), required=False)

    def __init__(
        self, *args: Any, rewards: list[tuple[str, str]], only: tuple[str, ...] | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reward"].choices = rewards  # type: ignore[attr-defined]
        self.fields["store"].choices = store_choices(only)  # type: ignore[attr-defined]


class HandOverForm(OnceForm):
    currency = forms.ChoiceField(label=gettext_lazy("What"))
    quantity = WholeField(label=gettext_lazy("How many"), min_value=1, max_value=100, initial=1)

    def __init__(self, *args: Any, goods: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = goods  # type: ignore[attr-defined]


class CallOffForm(OnceForm):
    request_seq = forms.TypedChoiceField(label=gettext_lazy("Request"), coerce=int)

    def __init__(self, *args: Any, requests: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["request_seq"].choices = requests  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def reward(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "reward"), programme_of(request)
    by = signed_in(request)
    form = RewardForm(
        request.POST or None,
        rewards=[(code, formats.typographic(name)) for code, name in _offered(programme, by.seen_stores)],
        only=by.seen_stores,
        initial={"store": next(iter(by.stores), "")},
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        code, _slash, session = asked["reward"].partition("/")
        with transaction.atomic():
            outcome = actions.request_reward(
                customer_id, code, asked["quantity"], session=session, store=asked["store"],
                channel="store" if asked["store"] else "service",
                at=clock.now(), programme=programme.code, event_id=asked["event"],
            )  # fmt: skip
            _on_trail(request, "reward.given", customer_id, outcome, reward=code, quantity=asked["quantity"])
        if isinstance(outcome, Told):
            gives = programme.phrases.rewards[code].gives
            units = programme.units(gives.units * asked["quantity"], gives.currency)
            said = _("%(name)s now has: %(units)s.") % {"name": shown.name, "units": units}
            return done(request, customer_id, said)
        form.refuse(outcome, programme)
    context = {"shown": shown, "form": form, "have": have(shown), "offered": form.fields["reward"].choices}  # type: ignore[attr-defined]
    return sheets.show(
        request,
        "backoffice/customer_reward.html",
        _("Exchange for a reward"),
        context,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def hand_over(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "hand-over"), programme_of(request)
    form = HandOverForm(request.POST or None, goods=goods_of(shown, programme))
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        with transaction.atomic():
            outcome = actions.hand_over(
                customer_id, asked["currency"], asked["quantity"],
                at=clock.now(), programme=programme.code, event_id=asked["event"],
            )  # fmt: skip
            _on_trail(
                request, "reward.handed_over", customer_id, outcome,
                currency=asked["currency"], quantity=asked["quantity"],
            )  # fmt: skip
        if isinstance(outcome, Told):
            units = programme.units(asked["quantity"], asked["currency"])
            return done(request, customer_id, _("Handed over: %(units)s.") % {"units": units})
        form.refuse(outcome, programme)
    return _small(request, shown, form, _("Hand over"), "customer-hand-over")


@require_http_methods(["GET", "POST"])
@allowed("customers.edit")
def call_off(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    shown, programme = known(request, customer_id, "call-off"), programme_of(request)
    form = CallOffForm(request.POST or None, requests=list(_requests(shown, programme)))
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        with transaction.atomic():
            outcome = actions.call_off_reward(
                customer_id, asked["request_seq"],
                at=clock.now(), programme=programme.code, event_id=asked["event"],
            )  # fmt: skip
            _on_trail(request, "reward.called_off", customer_id, outcome, called_off=asked["request_seq"])
        if isinstance(outcome, Told):
            return done(request, customer_id, _("Called off: what was paid for it is back."))
        form.refuse(outcome, programme)
    return _small(request, shown, form, _("Call off a reward"), "customer-call-off")


def goods_of(shown: Known, programme: Programme) -> list[tuple[str, str]]:
    """What waits to be handed over."""
    if shown.standing is None:
        return []
    return [
        (purse.currency, programme.units(purse.available, purse.currency))
        for purse in shown.standing.purses
        if purse.kind is CurrencyKind.GOOD and purse.available
    ]


def _requests(shown: Known, programme: Programme) -> Iterator[tuple[int, str]]:
    """What may still be called off."""
    state = member_state(shown.counts_as)
    if state is None or shown.standing is None:
        return
    for seq, asked in sorted(state.asked.items(), reverse=True):
        if asked.until > shown.standing.today:
            said = programme.rewards(asked.quantity, asked.reward)
            yield seq, _("%(rewards)s, before %(day)s") % {"rewards": said, "day": formats.day(asked.until)}


def _offered(programme: Programme, stores: tuple[str, ...] | None) -> Iterator[tuple[str, str]]:
    left = left_of_rewards(programme.plan)
    for code, one in programme.phrases.rewards.items():
        if not is_given_to(programme.plan.rewards[code], stores):
            continue
        if not one.sessions:
            yield code, _with_left(programme.phrases.reward(one), left.get((code, "")))
        for session in one.sessions:
            yield (
                f"{code}/{session.code}",
                _with_left(_session_said(one, session, programme), left.get((code, session.code))),
            )


def _session_said(one: Reward, session: Session, programme: Programme) -> str:
    phrases = programme.phrases
    said = f"{phrases.text(one.name)} : {phrases.text(session.name)}, {formats.day(session.on)}"
    return phrases.semicolons([said, *phrases.when(one.when)])


def _with_left(said: str, left: int | None) -> str:
    if left is None:
        return said
    return _("%(reward)s (%(left)s left)") % {"reward": said, "left": formats.number(left)}


def _on_trail(
    request: HttpRequest, action: str, customer_id: UUID, outcome: Outcome, **after: object
) -> None:
    """In the transaction of what was done; what was only told again leaves no second line."""
    if isinstance(outcome, Told) and outcome.is_new:
        people.record(
            actor_at(request), action, "customer", str(customer_id), after=after | {"event": outcome.key.id}
        )


def _small(request: HttpRequest, shown: Known, form: OnceForm, title: str, address: str) -> HttpResponse:
    return sheets.show(
        request,
        "backoffice/customer_small.html",
        title,
        {"shown": shown, "form": form, "address": address, "verb": title},
        status=422 if form.errors else 200,
    )
