"""`assidu tick`: what the server does every minute, once."""

from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Output
from assidu.cli.speech import gettext as _
from assidu.cli.speech import number
from assidu.foundation import clock
from assidu.loyalty.allotting import resume_allotments
from assidu.loyalty.anniversaries import tell_anniversaries
from assidu.loyalty.closing import close_programmes
from assidu.loyalty.due import run_due
from assidu.loyalty.emissions import decide_emissions
from assidu.loyalty.profiles_completed import tell_completed_profiles
from assidu.loyalty.running_draws import give_prizes, run_due_draws


def command(json: JsonFlag = False) -> None:
    """Decide what has become due by now: expiries, ends of statuses, birthdays, anniversaries, referrals, draws."""
    output = Output(json)
    with database(output):
        now = clock.now()
        count = run_due(now)
        told = tell_anniversaries(now)
        profiles = tell_completed_profiles(now)
        closed = close_programmes(now)
        emitted = decide_emissions(now)
        drawn = run_due_draws(now)
        given = give_prizes(now)
        resume_allotments(now)
    output.answer(
        {
            "customers": count,
            "anniversaries": told,
            "profiles": profiles,
            "closed": closed,
            "emissions": emitted,
            "draws": drawn,
            "prizes": given,
        },
        _(
            "Customers who had something due: %(n)s; birthdays and anniversaries: %(told)s; profiles completed: "
            "%(profiles)s; rewards for bringing others: %(emitted)s; balances ended with the programme: %(closed)s; "
            "draws: %(drawn)s; prizes given: %(given)s"
        )
        % {
            "n": number(count),
            "told": number(told),
            "profiles": number(profiles),
            "emitted": number(emitted),
            "closed": number(closed),
            "drawn": number(drawn),
            "given": number(given),
        },
    )
