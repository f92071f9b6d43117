"""The two languages in which a programme speaks, and sentences written in both."""

from enum import StrEnum

from assidu.plans.document import Text


class Language(StrEnum):
    FR = "fr"
    EN = "en"


def language_of(tag: str | None, default: Language = Language.FR) -> Language:
    """``fr-FR``, ``en_GB`` or ``EN`` as one of ours; the default for any other."""
    start = (tag or "").replace("_", "-").split("-")[0].lower()
    return Language(start) if start in ("fr", "en") else default


def text_in(text: Text, language: Language) -> str:
    return text.fr if language == Language.FR else text.en


class Sentence:
    """The same sentence in both languages; what stands in braces is filled in by ``say``."""

    __slots__ = ("en", "fr")

    def __init__(self, fr: str, en: str) -> None:
        for mark in ":;!?»":
            fr = fr.replace(f" {mark}", f"\u00a0{mark}")
        self.fr = fr.replace("« ", "«\u00a0")  # no line of a screen or receipt ends before such a mark
        self.en = en

    def say(self, language: Language, **figures: object) -> str:
        return (self.fr if language == Language.FR else self.en).format(**figures)


def quoted(words: str, language: Language) -> str:
    return f"«\u00a0{words}\u00a0»" if language == Language.FR else f"“{words}”"
