"""The terms that somebody reads before joining: the programme's own, else its document, sentence by sentence."""

from dataclasses import dataclass
from datetime import date

from assidu.decisions.plan import Plan
from assidu.decisions.terms import terms_shown
from assidu.plans.document import Document
from assidu.plans.wording import Language, describe


@dataclass(frozen=True, slots=True)
class TermsShown:
    """One version: its paragraphs, or the address where they are published; or sections of sentences."""

    version: str
    paragraphs: tuple[str, ...] = ()
    url: str = ""
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()


def terms_at(plan: Plan, document: Document, day: date, language: Language) -> TermsShown:
    """The version that is recorded with a joining on that day."""
    version = terms_shown(plan, day)
    written = next((one for one in document.terms if one.version == version), None)
    if written is not None and written.text is not None:
        text = written.text.fr if language is Language.FR else written.text.en
        return TermsShown(version, tuple(part.strip() for part in text.split("\n\n") if part.strip()))
    if written is not None and written.url is not None:
        return TermsShown(version, url=written.url)
    described = describe(document, language, for_members=True)
    sections = tuple(
        (section.title, tuple(line.sentence for line in section.lines)) for section in described.sections
    )
    return TermsShown(version, (described.opening,), sections=sections)
