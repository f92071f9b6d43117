"""`assidu demo`: a real retailer's year, decided, ready to be looked at."""

from datetime import date, datetime
from typing import Annotated

import typer

from assidu.cli.commands.import_ import Phases, words
from assidu.cli.commands.serve import listen, serve, sign_ins_told
from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.connectors.files.mapping import MappingError
from assidu.connectors.imports.types import AnotherImport
from assidu.demo.load import TITLES, Demo, Made, NotADemo, make_demo
from assidu.demo.source import DemoDataMissing
from assidu.foundation import clock
from assidu.foundation.settings import Settings, current_settings


def command(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Prepare everything and leave.")] = False,
    households: Annotated[
        int | None, typer.Option(min=1, help="Only so many households; the whole data set has 2,469.")
    ] = None,
    today: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day on which the demo's year has just ended."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Load a real retailer's year, decide it, and serve it; a second time, the same data is up in seconds."""
    output = Output(json)
    settings = current_settings()
    if no_serve:
        with database(output) as found:
            demo = _made(found.url, settings, households, today, output)
        output.answer(_answer(demo), sign_ins_told(demo.sign_ins))
        return
    # The port first: nobody wants to learn after two minutes that it is taken.
    with listen(settings.bind) as listener, database(output) as found:
        demo = _made(found.url, settings, households, today, output)
        serve(listener, settings, output, _answer(demo), sign_ins_told(demo.sign_ins))


def _made(
    url: str, settings: Settings, households: int | None, today: datetime | None, output: Output
) -> Demo:
    now = clock.now()
    day = today.date() if today else now.astimezone(settings.zone).date()
    if day > now.astimezone(settings.zone).date():
        raise Misuse(_("The demo's year has not ended yet on that day."))
    try:
        with Phases(output) as phases:
            demo = make_demo(
                url,
                settings,
                now=now,
                wanted=Made(day, households),
                watch=phases.watch,
                say=lambda title: phases.say(_(title)),
            )
    except DemoDataMissing as error:
        raise Refused(str(error), code="demo_data_missing") from error
    except NotADemo as error:
        raise Refused(
            _("This database holds a programme of its own; the demo needs a database to itself."),
            _("Choose another folder: ASSIDU_HOME=…"),
            "not_a_demo",
        ) from error
    except AnotherImport as error:
        raise Refused(
            _("The demo is being made by another process."), _("Wait for it."), "another_import"
        ) from error
    except MappingError as error:
        raise Refused(str(error), code="mapping") from error
    for name, report in demo.reports.items():
        output.say(f"{_(TITLES[name])}\n  {words(report).replace(chr(10), chr(10) + '  ')}")
    _say_what_differs(demo, day, households, output)
    return demo


def _say_what_differs(demo: Demo, day: date, households: int | None, output: Output) -> None:
    """The data stays as it was made: say so where something else was asked for."""
    if demo.made.today != day:
        output.say(
            _("The demo was made on %(day)s and its year ends there; it is kept as it is.")
            % {"day": demo.made.today.isoformat()}
        )
    if households is not None and demo.made.households != households:
        output.say(
            _("The demo was made with %(count)s households; it is kept as it is.")
            % {"count": demo.made.households or _("all")}
        )


def _answer(demo: Demo) -> dict[str, object]:
    return {
        "made_on": demo.made.today,
        "households": demo.made.households,
        "was_there": demo.was_there,
        "sign_ins": [
            {"email": one.email, "name": one.name, "role": one.role, "password": one.password}
            for one in demo.sign_ins
        ],
        "imports": {name: report.as_json() for name, report in demo.reports.items()},
    }
