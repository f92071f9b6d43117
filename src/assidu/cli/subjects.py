"""How commands name a customer, and why something could not be done for one."""

from typing import Annotated
from uuid import UUID

import typer

from assidu.cli.output import Misuse, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.speech import language
from assidu.customers import queries as customers
from assidu.customers.types import NotAnIdentifier
from assidu.decisions.decision import Refused as Refusal
from assidu.foundation import clock
from assidu.loyalty.queries import current_book, versions
from assidu.plans.wording import language_of, refusal

Subject = Annotated[
    str,
    typer.Argument(help="A customer's id, or card:…, phone:…, email:…, external:…", show_default=False),
]


def customer_named(subject: str) -> UUID:
    """Whoever is meant, a merger followed."""
    try:
        customer_id = customers.follow(UUID(subject))
    except ValueError:
        answer = customers.by_subject(subject)
        if isinstance(answer, NotAnIdentifier):
            raise not_a_subject(answer) from None
        customer_id = answer
    if customer_id is None:
        raise nobody()
    return customer_id


def not_a_subject(found: NotAnIdentifier) -> Misuse:
    return Misuse(
        _("This is neither an id nor an identifier."),
        _("Write card:2990000000012, phone:0612345678, …"),
        found.fault,
    )


def nobody() -> Refused:
    return Refused(_("Nobody is known by that."), code="unknown_customer")


def refused(outcome: object, programme: str) -> Refused:
    """The programme's own words for why not."""
    if not isinstance(outcome, Refusal):
        return Refused(_("It could not be recorded."), code="not_recorded")
    book = current_book(programme)
    assert book is not None, "a programme has a version"
    number_in_force = book.at(clock.now()).version
    document = next(one.document for one in versions(programme) if one.version == number_in_force)
    return Refused(refusal(outcome, document, language_of(language())), code=outcome.code.value)
