"""Who is left out, in a line where people decide: what the last look at fairness found of one version or draft."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assidu.backoffice import formats
from assidu.backoffice.versions import language
from assidu.plans.document import Document
from assidu.simulation import fairness_runs
from assidu.simulation.fairness_runs import FairnessRun
from assidu.simulation.fairness_types import Line
from assidu.simulation.fairness_words import Words, share_left_out

SHOWN_MAX = 3


@dataclass(frozen=True, slots=True)
class LeftOutLine:
    """Something that leaves members out: its name, how many, which share of them, and why above all."""

    name: str
    address: str
    count: int
    share: float
    why: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """``looked`` is empty where nobody has looked yet; ``address`` then leads to where one does."""

    address: str
    is_running: bool = False
    looked: str = ""
    nothing: str = ""
    lines: tuple[LeftOutLine, ...] = ()

    @property
    def sentence(self) -> str:
        """What was found, in one sentence."""
        if not self.lines:
            return _("%(nothing)s Nothing leaves anybody out.") % {"nothing": self.nothing}
        most = self.lines[0]
        figures = {
            "nothing": self.nothing,
            "name": most.name,
            "count": formats.number(most.count),
            "share": formats.percent(most.share, 0),
        }
        return (
            ngettext(
                "%(nothing)s “%(name)s” leaves out most: %(count)s never could have it (%(share)s).",
                "%(nothing)s “%(name)s” leaves out most: %(count)s never could have it (%(share)s).",
                most.count,
            )
            % figures
        )


def left_out(document: Document, draft: str = "") -> LeftOut:
    """Of the version or draft that says this; ``draft`` is what the page of looks is to begin with."""
    start = reverse("fairness") + (f"?draft={draft}" if draft else "")
    run = fairness_runs.last_of(document)
    if run is None:
        return LeftOut(start)
    address = reverse("fairness-run", args=[run.run_id])
    if run.fairness is None:
        return LeftOut(start if run.state.is_over else address, is_running=not run.state.is_over)
    found = run.fairness
    told = {"count": formats.number(found.reached_nothing), "members": formats.number(found.members)}
    most = sorted((line for line in found.lines if line.left_out), key=lambda line: -line.left_out_count)
    words = Words(document, language())
    return LeftOut(
        address,
        looked=formats.day(run.asked_at),
        nothing=ngettext(
            "%(count)s of %(members)s members had nothing at all.",
            "%(count)s of %(members)s members had nothing at all.",
            found.reached_nothing,
        )
        % told,
        lines=tuple(_line(run, line, words) for line in most[:SHOWN_MAX]),
    )


def _line(run: FairnessRun, line: Line, words: Words) -> LeftOutLine:
    assert run.fairness is not None, "its lines are asked for"
    return LeftOutLine(
        words.name(line),
        reverse("fairness-line", args=[run.run_id, line.kind.value, line.code]),
        line.left_out_count,
        share_left_out(run.fairness, line),
        words.outcome(line.reasons[0][0], line),
    )
