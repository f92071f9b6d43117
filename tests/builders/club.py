"""A club whose points expire after three months, with vouchers for 50 of them; and half a year of it."""

from datetime import date
from uuid import UUID

from assidu.decisions.events import (
    Correction,
    Leaving,
    Merger,
    OpeningLot,
    Payment,
    RewardRequest,
    Sale,
    TakeOver,
)
from assidu.decisions.state import State
from assidu.loyalty.desk import Member
from assidu.plans.check import examine
from assidu.plans.document import Document
from builders.documents import BASE, a_programme, a_rule
from builders.history import History, on, sale

WELCOME = a_rule("{fixed: 20}", "trigger: joining", code="welcome")
VOUCHERS = """\
rewards:
  - code: voucher-5
    name: {fr: Bon, en: Voucher}
    costs: {currency: points, units: 50}
    gives: {currency: vouchers, units: 1}
"""


def a_club() -> Document:
    text = a_programme(BASE, WELCOME, more=VOUCHERS)
    text = text.replace(
        "    worth: {units: 100, amount: 1.00}\n",
        "    worth: {units: 100, amount: 1.00}\n"
        "    expires: {months: 3}\n"
        "  - code: vouchers\n    kind: voucher\n    name: {fr: bons, en: vouchers}\n"
        "    pays: true\n    worth: {amount: 0.50}\n    expires: {months: 1}\n",
    )
    examined = examine(text)
    assert examined.document is not None, examined.errors
    return examined.document


def half_a_year_of_the_club(history: History) -> UUID:
    """Sales (late ones too), returns, rewards, payments, corrections, a merger, expiries, members taken over, one who
    leaves; answers one of the members."""
    taken_over(history, 500)
    anne, bob, carl, dora = (history.customer(on(n)) for n in range(4))
    first = history.tell(anne, sale(on(5), 120, department="produce"))
    history.tell(bob, sale(on(5, 30), 1100))
    history.tell(carl, sale(on(6), 60))
    history.tell(anne, RewardRequest(on(8), "voucher-5"))
    paid = Sale(on(9), "317", "store", sale(on(9), 30).lines, (Payment("vouchers", 1), Payment("points", 10)))
    second = history.tell(anne, paid)
    history.bring_back(anne, on(10), first, (0, 5000))
    history.bring_back(anne, on(11), second)
    history.tell(carl, sale(on(4), 10))  # learnt after what came later
    history.tell(carl, Correction(on(32), "points", 25, "goodwill"))
    history.tell(carl, Correction(on(33), "points", -40, "mistake"))
    ticket = history.tell(dora, sale(on(34), 80))
    history.tell(bob, Merger(on(50)), absorbed=dora)
    history.bring_back(bob, on(51), ticket, (0, 3000), owner=dora)
    history.tell(bob, RewardRequest(on(66), "voucher-5", 3))
    history.tell(anne, sale(on(140), 20))  # her points have expired in the meantime
    history.tell(carl, sale(on(145), 33))
    history.tell(carl, Leaving(on(150)))
    eve = history.customer(on(150))
    history.tell(eve, sale(on(160), 15))
    return anne


def taken_over(history: History, quantity: int) -> UUID:
    """A member of an earlier programme, with points of two months before."""
    number = len(history.members) + 1
    customer = UUID(int=(0x0198C0DE << 96) | number)
    history.members[customer] = Member(customer, UUID(int=(0x0198C0DF << 96) | number), State())
    issued = date(2025, 11, 1)
    lot = OpeningLot("points", quantity, issued, date(2026, 3, 1))
    history.tell(customer, TakeOver(on(0), issued, lots=(lot,)))
    return customer
