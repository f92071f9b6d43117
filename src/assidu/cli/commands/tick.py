"""`assidu tick`: what the server does every minute, once."""

from dataclasses import asdict

from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Output
from assidu.cli.speech import gettext as _
from assidu.cli.speech import number
from assidu.foundation import clock
from assidu.loyalty.jobs import catch_up


def command(json: JsonFlag = False) -> None:
    """Decide what has become due by now: expiries, ends of statuses, birthdays, anniversaries, referrals, draws."""
    output = Output(json)
    with database(output):
        caught = catch_up(clock.now())
    output.answer(
        asdict(caught),
        _(
            "Customers who had something due: %(n)s; birthdays and anniversaries: %(told)s; profiles completed: "
            "%(profiles)s; rewards for bringing others: %(emitted)s; balances ended with the programme: %(closed)s; "
            "draws: %(drawn)s; prizes given: %(given)s"
        )
        % {
            "n": number(caught.customers),
            "told": number(caught.anniversaries),
            "profiles": number(caught.profiles),
            "emitted": number(caught.emissions),
            "closed": number(caught.closed),
            "drawn": number(caught.draws),
            "given": number(caught.prizes),
        },
    )
