"""What a plan that was tried is called: in the words of who looks, and not of who asked."""

import re
from collections.abc import Iterator
from dataclasses import replace

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, override

from assidu.economics.micro.runs import TrialRun

IN_FORCE = gettext_lazy("Version %(version)s, in force")
VERSION = gettext_lazy("Version %(version)s")
BACK_TO = gettext_lazy("Back to version %(version)s")
DRAFT_FROM = gettext_lazy("Draft from version %(version)s")
WHEN = "%Y-%m-%d %H:%M"
"""Tells drafts of one version apart, alike in every language."""
_OURS = (IN_FORCE, VERSION, BACK_TO, DRAFT_FROM)


def label_said(label: str) -> str:
    """A label that this page made, in any language, in the active one; what people wrote stays."""
    for sentence, pattern in list(_patterns()):
        if found := re.fullmatch(pattern, label):
            return str(sentence) % {"version": found["version"]} + (found["when"] or "")
    return label


def as_read(run: TrialRun) -> TrialRun:
    """The trial with its plans named for who reads it."""
    plans = tuple(replace(one, label=label_said(one.label)) for one in run.question.plans)
    result = run.result
    if result is not None:
        tried = tuple(replace(one, label=label_said(one.label)) for one in result.plans)
        result = replace(result, plans=tried)
    return replace(run, question=replace(run.question, plans=plans), result=result)


def _patterns() -> Iterator[tuple[Promise, str]]:
    for sentence in _OURS:
        for language, _name in settings.LANGUAGES:
            with override(language):
                before, _place, after = str(sentence).partition("%(version)s")
            yield sentence, f"{re.escape(before)}(?P<version>[0-9]+){re.escape(after)}(?P<when>, [0-9: -]+)?"
