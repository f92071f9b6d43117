"""Drafts as pages show them: how far they have come, their parts as sentences, what the catalogue offers for blanks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID
from zoneinfo import available_timezones

from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assidu.backoffice import formats
from assidu.backoffice.programme import Programme
from assidu.backoffice.versions import Told, differences, language, told
from assidu.catalogue import queries as catalogue
from assidu.foundation import clock
from assidu.loyalty import approvals, drafts
from assidu.loyalty.approvals import DraftState, Request
from assidu.loyalty.drafts import Draft
from assidu.plans.blanks import Member, Option, can_hold, lists, members, whole, whole_at, wholes
from assidu.plans.blanks.form import Known
from assidu.plans.blanks.loose import GENERAL, LABELS, has_form
from assidu.plans.check import Examination
from assidu.plans.document import Document, Text
from assidu.plans.problems import Path, Problem
from assidu.plans.wording import blanks as words
from assidu.plans.wording import describe, problem, text_in
from assidu.plans.wording.offers import law_said
from assidu.plans.wording.phrases import CHANNELS, phrases_of
from assidu.simulation.tried_plans import draft_title
from assidu.simulation.yearly import Yearly, yearly_of

STATES: dict[DraftState, tuple[str | Promise, str]] = {
    # What it is called, and the tone of its pill.
    DraftState.DRAFT: (gettext_lazy("has mistakes"), "bad"),
    DraftState.CHECKED: (gettext_lazy("checked"), "info"),
    DraftState.SIMULATED: (gettext_lazy("simulated"), "info"),
    DraftState.SUBMITTED: (gettext_lazy("waits for approval"), "warn"),
    DraftState.SENT_BACK: (gettext_lazy("sent back"), "bad"),
    DraftState.APPROVED: (gettext_lazy("approved"), "good"),
    DraftState.SCHEDULED: (gettext_lazy("to come"), "info"),
    DraftState.LIVE: (gettext_lazy("in force"), "good"),
    DraftState.PAST: (gettext_lazy("past"), ""),
    DraftState.WITHDRAWN: (gettext_lazy("withdrawn"), ""),
    DraftState.DROPPED: (gettext_lazy("dropped"), ""),
}
WAY: tuple[tuple[DraftState, str | Promise], ...] = (
    (DraftState.DRAFT, gettext_lazy("Draft")),
    (DraftState.CHECKED, gettext_lazy("Checked")),
    (DraftState.SIMULATED, gettext_lazy("Simulated")),
    (DraftState.APPROVED, gettext_lazy("Approved")),
    (DraftState.SCHEDULED, gettext_lazy("Scheduled")),
    (DraftState.LIVE, gettext_lazy("In force")),
)
"""The steps on the way, as a draft's page shows them."""
NAMES_SHOWN = 8
"""How many names of a table a page tells."""
_REACHED = {
    DraftState.SUBMITTED: DraftState.SIMULATED,
    DraftState.SENT_BACK: DraftState.SIMULATED,
    DraftState.PAST: DraftState.LIVE,
    DraftState.WITHDRAWN: DraftState.SCHEDULED,
    DraftState.DROPPED: DraftState.DRAFT,
}


@dataclass(frozen=True, slots=True)
class Line:
    """A member of a list, as a sentence. ``resting``: written and switched off; ``serves``: an objective's name."""

    code: str
    name: str
    sentence: str
    address: str
    is_resting: bool = False
    serves: str = ""
    may_serve: bool = False
    is_unsaved: bool = False
    mistakes: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A list of the document, or a part that there is one of (``address`` then leads to its form)."""

    part: str
    title: str
    lines: tuple[Line, ...]
    address: str
    add: str = ""
    may_rest: bool = False
    is_whole: bool = False


@dataclass(frozen=True)
class DraftShown:
    """A draft beside the version in force."""

    draft: Draft
    programme: Programme | None
    person: str
    """Who looks: what they typed and did not save is theirs."""

    @cached_property
    def written(self) -> Document | None:
        return self.draft.written

    @cached_property
    def examined(self) -> Examination:
        return self.draft.examine()

    @property
    def document(self) -> Document | None:
        """What would be published, when it is correct."""
        return self.examined.document if self.examined.is_ok else None

    @cached_property
    def yearly(self) -> Yearly | None:
        """What simulations say of it; nothing where there is nothing to compare with."""
        if self.document is None or self.programme is None or self.programme.code != self.draft.programme:
            return None
        return yearly_of(self.document, self.programme.document)

    @property
    def is_simulated(self) -> bool:
        return self.yearly is not None and self.yearly.change is not None

    @cached_property
    def request(self) -> Request | None:
        if self.draft.version is not None:
            return approvals.requests_of_versions(self.draft.programme).get(self.draft.version)
        return approvals.request_of(self.draft)

    @cached_property
    def state(self) -> DraftState:
        return approvals.state_of(self.draft, is_simulated=self.is_simulated, at=clock.now())

    @property
    def state_name(self) -> str:
        return str(STATES[self.state][0])

    @property
    def tone(self) -> str:
        return STATES[self.state][1]

    @property
    def way(self) -> list[tuple[str, str]]:
        """Each step with ``done``, ``here`` or nothing."""
        order = [state for state, _label in WAY]
        here = order.index(_REACHED.get(self.state, self.state))
        return [
            (str(label), "here" if n == here else "done" if n < here else "")
            for n, (_state, label) in enumerate(WAY)
        ]

    @property
    def title(self) -> str:
        if self.draft.version is not None:
            return _("Version %(version)s") % {"version": self.draft.version}
        return draft_title(self.draft, self.programme.document if self.programme is not None else None)

    @property
    def changes(self) -> list[str] | None:
        """Against the version in force; nothing where there is none, or the draft cannot be read."""
        document = self.examined.document
        if self.programme is None or document is None or document.programme != self.programme.code:
            return None
        return differences(self.programme.document, document)

    @property
    def problems(self) -> list[Told]:
        return told(self.examined, self.draft.text)

    def address_of(self, part: str, code: str | None) -> str:
        """The form of a member of a list, or of a part that there is one of."""
        if code is None and self.written is not None and not has_form(self.written, part):
            return reverse("draft-text", args=[self.draft.draft_id])
        if code is None:
            return reverse("draft-whole", args=[self.draft.draft_id, part])
        return reverse("draft-member", args=[self.draft.draft_id, part, code])

    @property
    def told(self) -> list[tuple[Problem, str, str]]:
        """Every mistake and warning with its sentence and the address at which it is put right."""
        document = self.examined.document
        if document is None or self.written is None:
            return []
        found = (*self.examined.errors, *self.examined.warnings)
        return [(one, problem(one, language()), self._fix(one, document)) for one in found]

    def _fix(self, found: Problem, document: Document) -> str:
        place = place_of(found.path, document)
        if place is None:
            return reverse("draft-text", args=[self.draft.draft_id])
        return self.address_of(*place)

    @cached_property
    def has_unsaved(self) -> bool:
        """Has whoever looks typed something that they did not save, and that nothing here counts?"""
        return bool(drafts.typed_parts(self.draft.draft_id, self.person))

    @cached_property
    def sections(self) -> list[Section]:
        document = self.written
        if document is None:
            return []
        unsaved = drafts.typed_parts(self.draft.draft_id, self.person)
        found = [self._list(document, part, unsaved) for part in lists()]
        for part, (_cls, _is_optional) in wholes().items():
            lines = tuple(
                Line("", "", sentence, self.address_of(part, None), is_unsaved=part in unsaved)
                for sentence in sentences_of(document, part)
            )
            title = words.WHOLES[part].say(language())
            found.append(Section(part, title, lines, self.address_of(part, None), is_whole=True))
        return found

    def _list(self, document: Document, part: str, unsaved: set[str]) -> Section:
        told_of = self._mistakes(document)
        objectives = {one.code: text_in(one.name, language()) for one in document.objectives}
        lines = []
        for member in members(document, part):
            serves = (
                getattr(member.value, "serves", None) if "serves" in member.value.__struct_fields__ else None
            )
            lines.append(
                Line(
                    member.code,
                    text_in(member.value.name, language()),
                    sentence_of(document, part, member),
                    self.address_of(part, member.code),
                    part == "rules" and member.code in self.draft.step.resting,
                    objectives.get(serves or "", ""),
                    "serves" in member.value.__struct_fields__ and bool(objectives),
                    f"{part}/{member.code}" in unsaved,
                    told_of.get((part, member.code), 0),
                )
            )
        return Section(
            part,
            words.LISTS[part].say(language()),
            tuple(lines),
            self._address_to_add(document, part),
            words.MEMBERS[part][1].say(language()),
            part == "rules",
        )

    def _address_to_add(self, document: Document, part: str) -> str:
        """Statuses stand in a part that a document may not have: that one is written first, with a first status."""
        if can_hold(document, part):
            return self.address_of(part, "+")
        return self.address_of(part.rpartition(".")[0], None)

    def _mistakes(self, written: Document) -> dict[tuple[str, str], int]:
        document = self.examined.document
        counts: dict[tuple[str, str], int] = {}
        if document is None:
            return counts
        for found in self.examined.errors:
            place = place_of(found.path, document)
            if place is not None and place[1] is not None:
                counts[place[0], place[1]] = counts.get((place[0], place[1]), 0) + 1
        return counts


def place_of(path: Path, document: Document) -> tuple[str, str | None] | None:
    """The list and the member that a problem is in, or the part that there is one of."""
    for part in lists():
        for member in members(document, part):
            if path[: len(member.path)] == member.path:
                return part, member.code
    alone = whole_at(path)
    return None if alone is None else (alone, None)


def sentence_of(document: Document, part: str, member: Member) -> str:
    """A member in plain words; its name where there is nothing to say beside it."""
    for section in describe(document, language()).sections:
        for line in section.lines:
            if line.code == member.code and section.code == _SECTIONS.get(part, part):
                return line.sentence
    return text_in(member.value.name, language())


def sentences_of(document: Document, part: str) -> list[str]:
    """What a part that there is one of says; nothing while it is not there."""
    if whole(document, part) is None:
        return []
    if part == GENERAL:
        return [describe(document, language()).opening]
    if part.startswith(LABELS):
        return _names(getattr(document.labels, part.removeprefix(LABELS)))
    if part == "legal_caps":
        phrases = phrases_of(document, language())
        return [law_said(cap, phrases) for cap in document.legal_caps]
    return [
        line.sentence
        for section in describe(document, language()).sections
        if section.code == part
        for line in section.lines
        if not line.code
    ]


def _names(labels: Mapping[str, Text]) -> list[str]:
    """Some of the names, and how many there are."""
    names = [text_in(text, language()) for text in labels.values()]
    if len(names) <= NAMES_SHOWN:
        return [", ".join(names)] if names else []
    shown = ", ".join(names[:NAMES_SHOWN])
    return [_("%(names)s… (%(n)s names)") % {"names": shown, "n": formats.number(len(names))}]


_SECTIONS = {"tiers.levels": "tiers"}


def shown_draft(draft_id: UUID, programme: Programme | None, person: str) -> DraftShown:
    """Raises ``Http404``."""
    draft = drafts.find(draft_id)
    if draft is None:
        raise Http404
    return DraftShown(draft, programme, person)


def known_options(document: Document) -> Known:
    """What stands to choose in blanks about the catalogue: its own names, then those of the document."""
    spoken = language()
    labels = document.labels
    channels = {} if labels.channels else {code: said.say(spoken) for code, said in CHANNELS.items()}
    stores = {one.store_id: one.name for one in catalogue.stores()}
    departments = {one.department: one.name(spoken) for one in catalogue.departments()}
    channels |= {one.channel: one.channel for one in catalogue.stores() if one.channel not in CHANNELS}
    zones = {zone: zone for zone in available_timezones() if "/" in zone} | {document.zone: document.zone}
    found: dict[str, Sequence[Option]] = {"zone": _sorted(zones)}
    for name, own in (
        ("channels", channels),
        ("stores", stores),
        ("departments", departments),
        ("brands", {}),
    ):
        spoken_of = {code: text_in(text, spoken) for code, text in getattr(labels, name).items()}
        found[name] = _sorted(own | spoken_of)
    return found


def _sorted(labels: dict[str, str]) -> Sequence[Option]:
    return sorted(
        (Option(code, label) for code, label in labels.items()), key=lambda one: one.label.casefold()
    )
