"""`assidu economics micro`: several plans tried on the customers of the past, with what these might answer."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from assidu.backoffice.views.studio import tried
from assidu.cli import published
from assidu.cli.following import followed
from assidu.cli.marking import marked, marked_yaml
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.printing import printing
from assidu.cli.speech import gettext as _
from assidu.cli.speech import language as terminal_language
from assidu.cli.speech import number, rooms_speak
from assidu.cli.versions import LIVE, version_in
from assidu.economics import measuring
from assidu.economics.documents import SENTENCES, behaviour_yaml, read_behaviour
from assidu.economics.micro import runs
from assidu.economics.micro.tables import tables
from assidu.economics.micro.types import PLANS_MAX, Behaviour, Estimate, MicroQuestion, MicroResult, PlanAsked
from assidu.economics.words import TRIED, left_out_in_words, settled_in_words
from assidu.economics.workbook.micro import micro_workbook
from assidu.foundation import clock
from assidu.foundation.tables import as_csv
from assidu.loyalty.plans import PublishedPlan
from assidu.measurement.queries import has_invented
from assidu.plans.document import Document
from assidu.plans.wording import Language, language_of, placed_problem
from assidu.plans.wording.figures import money
from assidu.simulation.tried_plans import of_version

Programme = Annotated[str, typer.Option(help="Needed when there is more than one.")]


def micro(
    plan: Annotated[
        list[str] | None,
        typer.Option(
            help="`live`, a version, or a file; up to five times. The others stand beside the first."
        ),
    ] = None,
    behaviour: Annotated[
        Path | None,
        typer.Option(help="What is assumed (`assidu economics behaviour` prints it); else measured."),
    ] = None,
    customers: Annotated[
        int | None, typer.Option(help="Only so many of them, drawn by lot; all when left out.", min=1)
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same figures.", min=0)] = None,
    excel: Annotated[Path | None, typer.Option(help="A workbook.")] = None,
    pdf: Annotated[
        Path | None, typer.Option(help="The page of the studio, as a file to send; the last plan in detail.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="A folder: a file for each table behind.")] = None,
    programme: Programme = "",
    json: JsonFlag = False,
) -> None:
    """Try plans on the customers: cost, margin, net beside what was recorded, each with its interval. Answers get
    better with each round; what is known when it is stopped is kept."""
    output = Output(json)
    wanted = plan or [LIVE]
    if len(wanted) > PLANS_MAX:
        raise Misuse(_("At most %(most)s plans.") % {"most": PLANS_MAX}, code="too_many_plans")
    spoken = language_of(terminal_language())
    with published.versions(output, programme) as plans:
        document = plans[-1].document
        assumed = _behaviour(document.programme, behaviour, spoken)
        changes = {"customers_max": customers, "seed": seed}
        assumed = msgspec.structs.replace(
            assumed, **{name: value for name, value in changes.items() if value is not None}
        )
        asked = tuple(
            PlanAsked(_made_of(plans, one), published.written(plans, one, spoken)[1]) for one in wanted
        )
        with output.progress(_("Trying plans on customers")) as advance:
            run_id = runs.start(
                document.programme, MicroQuestion(asked, assumed), label="assidu economics", by="command"
            )
            run = followed(run_id, runs.run, runs.cancel, advance)
        with rooms_speak():
            run = runs.as_read(run)
        result = run.result
        if result is None or run.failure:
            raise Refused(_("It came to no end: %(why)s") % {"why": run.failure or run.state}, code="failed")
        is_marked = has_invented()
        if excel is not None:
            with rooms_speak():
                excel.write_bytes(
                    micro_workbook(result, assumed, document.sale_currency.decimals, has_invented=is_marked)
                )
        if pdf is not None:
            with printing(document.programme) as known:
                pdf.write_bytes(tried.paper(known, run))
        if csv is not None:
            csv.mkdir(parents=True, exist_ok=True)
            for table in tables(result, assumed):
                (csv / f"{table.name}.csv").write_text(as_csv(table), encoding="utf-8", newline="")
        with rooms_speak():
            text = marked(_text(result, document, spoken), is_marked)
    output.answer(
        {
            "run": run.run_id,
            **msgspec.to_builtins(result),
            "behaviour": msgspec.to_builtins(assumed),
            "has_invented": is_marked,
        },
        text,
    )


def behaviour(programme: Programme = "", json: JsonFlag = False) -> None:
    """Print what is assumed of customers, as YAML to change: measured where the past tells."""
    output = Output(json)
    with published.versions(output, programme) as plans:
        found = measuring.behaviour(
            plans[-1].document.programme, clock.now(), language=language_of(terminal_language())
        )
        is_marked = has_invented()
    output.answer(msgspec.to_builtins(found), marked_yaml(behaviour_yaml(found), is_marked))


def _behaviour(programme: str, file: Path | None, spoken: Language) -> Behaviour:
    if file is None:
        return measuring.behaviour(programme, clock.now(), language=spoken)
    if not file.is_file():
        raise Misuse(_("There is no file %(file)s.") % {"file": file}, code="no_such_file")
    found, problems = read_behaviour(file.read_bytes())
    if found is None:
        raise Misuse(placed_problem(problems[0], spoken, SENTENCES), code="bad_assumptions")
    return found


def _made_of(plans: list[PublishedPlan], wanted: str) -> str:
    if version_in(wanted) is not None:
        return of_version(published.chosen(plans, wanted).version)
    return Path(wanted).stem


def _text(result: MicroResult, document: Document, spoken: Language) -> str:
    def amount(one: Estimate) -> str:
        value, low, high = (
            money(round(at), document.sale_currency, spoken) for at in (one.value, one.low_80, one.high_80)
        )
        return f"{value} [{low} … {high}]"

    lines = [
        _("%(customers)s of %(all)s customers, %(histories)s histories decided in %(seconds)s s")
        % {
            "customers": number(result.customers),
            "all": number(result.of_customers),
            "histories": number(result.histories),
            "seconds": number(round(result.seconds)),
        },
        settled_in_words(result),
        _line(str(TRIED["recorded_cost"]), amount(result.recorded_cost)),
    ]
    if result.lives_differ:
        lines.append(
            _(
                "Units do not live equally long in these plans and in the one that was recorded (%(currencies)s): what "
                "that costs or saves is not in the figures."
            )
            % {"currencies": ", ".join(result.lives_differ)}
        )
    for one in result.plans:
        lines += ["", one.label]
        figures: list[tuple[str, Any]] = [
            (name, getattr(one, name))
            for name in ("face", "cost", "margin_change", "net_change", "against_first")
        ]
        lines += [_line(f"  {TRIED[name]}", amount(found)) for name, found in figures if found is not None]
        lines.append(_line(f"  {TRIED['loss_probability']}", f"{100 * one.loss_probability:.0f} %"))
        if one.left_out.moments:
            lines.append("  " + left_out_in_words(one.left_out))
    return "\n".join(lines)


def _line(label: str, value: str) -> str:
    return f"{label:<52}{value}"
