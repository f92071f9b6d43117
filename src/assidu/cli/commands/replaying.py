"""A replay with its progress, for commands that try a document on the recorded past: beside a version, or beside what
really happened. Needs Django."""

from collections.abc import Callable

from django.db import connection

from assidu.cli.output import Advance, Misuse, Output
from assidu.cli.speech import gettext as _
from assidu.cli.speech import number
from assidu.cli.versions import version_in
from assidu.foundation.clock import now
from assidu.foundation.database import as_url
from assidu.loyalty.book import PlanBook
from assidu.simulation import baselines
from assidu.simulation.history import Progress
from assidu.simulation.run import Replayed, compare
from assidu.simulation.types import Partial

CURRENT = "current"
RECORDED = "recorded"


def version_named(against: str, recorded: PlanBook) -> int | None:
    """The version to compare with; ``None``: with what really happened."""
    if against == RECORDED:
        return None
    if against == CURRENT:
        return recorded.at(now()).version
    known = [str(version.plan.version) for version in recorded.versions]
    wanted = version_in(against)
    if wanted is None or wanted not in known:
        raise Misuse(
            _("There is no version %(wanted)s: %(known)s.") % {"wanted": against, "known": ", ".join(known)},
            _("--against takes %(words)s, or the number of a version.") % {"words": f"{CURRENT}, {RECORDED}"},
            "unknown_plan",
        )
    return int(wanted)


def replayed(
    output: Output, recorded: PlanBook, book: PlanBook | None, version: int | None, *, processes: int = 0
) -> Replayed:
    """All recorded history under ``book``, or with ``None`` as it was decided; beside a version where one is named."""
    against = None if version is None else baselines.against(recorded.programme, version)
    with output.progress(_("Deciding again")) as advance:

        def show(partial: Partial) -> None:
            output.rename(first_answer(partial, version))

        return compare(
            as_url(connection.settings_dict),
            recorded,
            book,
            against,
            processes=processes or None,
            on_progress=following(advance),
            on_partial=show,
        )


def following(advance: Advance) -> Callable[[Progress], None]:
    """Turns how far a replay is into steps of a progress bar."""
    shown = 0

    def follow(progress: Progress) -> None:
        nonlocal shown
        advance(progress.done - shown)
        shown = progress.done

    return follow


def first_answer(partial: Partial, version: int | None) -> str:
    """What is known before the end: the change of the cost, with its interval."""
    cost = partial.cost_minor
    told = (
        _("%(share)s %% of the customers, by chance: cost %(change)s (%(sure)s %%: %(low)s to %(high)s)")
        if version is None
        else _(
            "%(share)s %% of the customers, by chance: cost %(change)s beside version %(version)s "
            "(%(sure)s %%: %(low)s to %(high)s)"
        )
    )
    return told % {
        "version": version,
        "share": number(partial.percent),
        "change": amount(cost.change),
        "sure": number(partial.sure_percent),
        "low": amount(cost.low),
        "high": amount(cost.high),
    }


def amount(minor: int) -> str:
    """A change of money, in whole units with its sign."""
    whole = round(abs(minor) / 100)
    return number(0) if not whole else ("+" if minor > 0 else "−") + number(whole)
