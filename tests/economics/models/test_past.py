"""The past, month after month, from what statuses did."""

from datetime import date

from assidu.economics.models.baseline import TierMonth
from assidu.economics.models.past import past_months
from assidu.economics.models.redemption import Basis, Ultimate

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def test_statuses_are_added_up_and_what_has_no_denominator_has_no_figure() -> None:
    found = [
        TierMonth("gold", APRIL, 10, 5, 20, 12_000, 10_000, 1_200),
        TierMonth("", APRIL, 30, 5, 10, 2_400, 2_000),
        TierMonth("", MARCH, 0),
    ]
    issued = [Ultimate(APRIL, 1, 100, 30, 50, 20.0, 0.5, None, Basis.ESTIMATED)]
    march, april = past_months(found, issued)
    assert (march.participation, march.frequency, march.basket_minor, march.redemption) == (None,) * 4
    assert (april.members, april.buyers, april.purchases, april.net_sales_ht_minor) == (40, 10, 30, 11_000)
    assert (april.participation, april.frequency, april.basket_minor) == (0.25, 3.0, 11_000 / 30)
    assert (april.redemption, april.redemption_low) == (0.5, None)
