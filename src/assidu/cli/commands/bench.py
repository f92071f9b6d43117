"""`assidu bench NAME`: how fast, as a ratio to a reference measured in the same run."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import typer

from assidu.bench import imports as import_bench
from assidu.bench import live as live_bench
from assidu.bench import offers as offers_bench
from assidu.bench import replay as replay_bench
from assidu.bench import studio as studio_bench
from assidu.bench.place import CannotBench
from assidu.bench.vocabulary import Vocabulary, paired
from assidu.cli.database import server
from assidu.cli.output import JsonFlag, Output, Refused

app = typer.Typer(no_args_is_help=True)


class Under(StrEnum):
    """What the load is decided under: one vocabulary, or Le Cercle's two in paired runs."""

    FIXED = Vocabulary.FIXED.value
    FIRST = Vocabulary.FIRST.value
    FULL = Vocabulary.FULL.value
    BOTH = "both"


UnderOption = Annotated[
    Under,
    typer.Option(
        "--vocabulary",
        help="`fixed`: the fifty rules of the fixed load. `first`, `full`: the demo's programme as it opened, or its "
        "last version. `both`: one after the other, and what the full one costs.",
    ),
]


@app.callback()
def bench() -> None:
    """Each path against its reference. Leave the machine alone meanwhile."""


@app.command()
def live(
    clients: Annotated[int, typer.Option(min=1, max=256, help="Tills that sell at the same time.")] = 32,
    size: Annotated[
        int, typer.Option(min=100, help="Customers; a tenth of them is measured too.")
    ] = live_bench.SIZE,
    seconds: Annotated[
        int, typer.Option(min=1, help="How long each measurement lasts.")
    ] = live_bench.SECONDS,
    vocabulary: UnderOption = Under.FIXED,
    json: JsonFlag = False,
) -> None:
    """Purchases per second through HTTP, all rules decided, each durable, against pgbench writing the same."""
    output = Output(json)
    with server(output) as database:
        told = _told(
            vocabulary,
            lambda chosen: live_bench.bench_live(
                database, clients=clients, size=size, seconds=seconds, vocabulary=chosen, notify=output.say
            ),
        )
    output.answer(told, "\n".join([*(_line(one) for one in told["sizes"]), *_paired(told)]))


@app.command("import")
def import_(
    size: Annotated[
        int, typer.Option(min=500, help="Events in the file; a tenth of them is measured too.")
    ] = import_bench.SIZE,
    seconds: Annotated[
        int, typer.Option(min=1, help="How long the reference is measured.")
    ] = import_bench.SECONDS,
    vocabulary: UnderOption = Under.FIXED,
    json: JsonFlag = False,
) -> None:
    """Events per second from a file, all rules decided, against pgbench writing the same one by one."""
    output = Output(json)
    with server(output) as database:
        told = _told(
            vocabulary,
            lambda chosen: import_bench.bench_import(
                database, size=size, seconds=seconds, vocabulary=chosen, notify=output.say
            ),
        )
    lines = [
        f"{one['size']:>9,} events   import {one['rate']:>8,.0f}/s   limit {one['limit']:>8,.0f}/s   "
        f"ratio {one['ratio']:.2f}"
        for one in told["sizes"]
    ]
    output.answer(told, "\n".join([*lines, *_paired(told)]))


@app.command()
def replay(
    size: Annotated[
        int, typer.Option(min=100, help="Purchases to decide; a tenth of them is measured too.")
    ] = replay_bench.SIZE,
    seconds: Annotated[
        int, typer.Option(min=1, help="How long the reference is measured.")
    ] = replay_bench.SECONDS,
    vocabulary: UnderOption = Under.FULL,
    json: JsonFlag = False,
) -> None:
    """Purchases decided per second on one core under the demo's plan, against pgbench writing as many sales."""
    output = Output(json)
    with server(output) as database:
        told = _told(
            vocabulary,
            lambda chosen: replay_bench.bench_replay(
                database, size=size, seconds=seconds, vocabulary=chosen, notify=output.say
            ),
        )
    lines = [
        f"{one['size']:>9,} purchases   replay {one['rate']:>8,.0f}/s a core   limit {one['limit']:>8,.0f}/s   "
        f"ratio {one['ratio']:.2f}"
        for one in told["sizes"]
    ]
    output.answer(told, "\n".join([*lines, *_paired(told)]))


@app.command()
def offers(
    size: Annotated[
        int, typer.Option(min=10, help="Live offers; a tenth of them is measured too.")
    ] = offers_bench.SIZES[-1],
    baskets: Annotated[int, typer.Option(min=100, help="Baskets to settle.")] = offers_bench.BASKETS,
    json: JsonFlag = False,
) -> None:
    """A basket of ten lines against many live offers, stacking settled, beside the same without offers."""
    output = Output(json)
    told = offers_bench.bench_offers(sizes=(size // 10, size), baskets=baskets, notify=output.say)
    lines = [
        f"{one['size']:>9,} offers   {one['rate']:>8,.0f} baskets/s   p50 {one['p50_ms']:.2f} ms   "
        f"p99 {one['p99_ms']:.2f} ms   without offers {one['limit']:>8,.0f}/s"
        for one in told["sizes"]
    ]
    output.answer(told, "\n".join(lines))


@app.command()
def studio(
    size: Annotated[
        int, typer.Option(min=10, help="Customers; a tenth of them is measured too.")
    ] = studio_bench.SIZE,
    json: JsonFlag = False,
) -> None:
    """Two plans tried on generated customers: seconds to a first answer and until intervals have settled."""
    output = Output(json)
    with server(output) as database:
        try:
            told = studio_bench.bench_studio(database, size=size, notify=output.say)
        except CannotBench as error:
            raise Refused(str(error), code="cannot_bench") from error
    lines = [
        f"{one['size']:>9,} customers   first answer {one['first_answer_seconds']:.1f} s   "
        f"{'settled' if one['is_settled'] else 'not settled'} {one['settled_seconds']:.1f} s   "
        f"all {one['seconds']:.1f} s   {one['histories']:,} histories   "
        f"{one['rate']:,.0f} tickets/s, one replay {one['limit']:,.0f}/s"
        for one in told["sizes"]
    ]
    output.answer(told, "\n".join(lines))


def _told(under: Under, run: Callable[[Vocabulary], dict[str, Any]]) -> dict[str, Any]:
    try:
        return paired(run) if under is Under.BOTH else run(Vocabulary(under.value))
    except CannotBench as error:
        raise Refused(str(error), code="cannot_bench") from error


def _paired(told: dict[str, Any]) -> list[str]:
    """In words, what the full vocabulary keeps of the first story's speed."""
    if "paired" not in told:
        return []
    first, full, kept = (told["paired"][name] for name in ("first", "full", "full_to_first"))
    return [
        f"first story {first['rate']:>8,.0f}/s  ratio {first['ratio']:.3f}   full vocabulary {full['rate']:>8,.0f}/s  "
        f"ratio {full['ratio']:.3f}   full to first: {kept['rate']:.2f} of the rate, {kept['ratio']:.2f} of the ratio"
    ]


def _line(one: dict[str, Any]) -> str:
    return (
        f"{one['size']:>9,} customers"
        f"   live {one['rate']:>8,.0f}/s  p50 {one['p50_ms']:.1f} ms  p99 {one['p99_ms']:.1f} ms"
        f"   limit {one['limit']:>8,.0f}/s  p99 {one['limit_p99_ms']:.1f} ms   ratio {one['ratio']:.2f}"
        f"   {one['wal_bytes_per_event']:,.0f} WAL bytes and {one['rows_per_event']:.1f} rows per event"
    )
