"""Two saved sets of assumptions, for the pages that show what they come to."""

from functools import cache


@cache
def assumed(site_address: str) -> str:
    """Saves them once; answers the name of the first."""
    from assidu.economics.actions import save_assumptions
    from assidu.foundation.clock import now
    from assidu.foundation.people.types import COMMAND_LINE
    from assidu.loyalty.plans import programmes
    from economics.models.scenarios import a, a_segment, assuming

    figures = {"basket": a(40, 35, 45), "frequency_uplift": a(6, 0, 12)}
    for name, more in (("Prudent", a(2, 0, 4)), ("Ambitieux", a(6, 0, 12))):
        gold = a_segment("gold", **figures | {"frequency_uplift": more})
        bronze = a_segment("bronze", **figures | {"frequency_uplift": more, "basket": a(20)})
        document = assuming(gold, bronze, name=name, draws=200)
        save_assumptions(programmes()[0], document, by=COMMAND_LINE, at=now())
    return "Prudent"
