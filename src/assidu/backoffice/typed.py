"""Numbers as people type them: with a comma or a point, with spaces between thousands, in either language."""

import re
from collections.abc import Iterable
from typing import Any

from babel.numbers import get_currency_symbol
from django import forms
from django.utils.translation import get_language

from assidu.backoffice import formats
from assidu.plans.own_unit import without_unit

PER_CENT = ("%",)

THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
"""`12,500`: twelve thousand five hundred to whoever reads English, twelve and a half in French."""


def plain(text: str) -> str:
    """`12 500,50` as a program writes it: `12500.50`. What is no number stays none."""
    return "".join(ungrouped(text).split()).replace(",", ".")


def ungrouped(text: str) -> str:
    """Without the commas with which readers of English part thousands; else as it was typed."""
    bare = "".join(text.split())
    is_grouped = (get_language() or "").startswith("en") and THOUSANDS.fullmatch(bare)
    return bare.replace(",", "") if is_grouped else text


def signs_of(money: str) -> tuple[str, ...]:
    """What may stand beside an amount of the money with this code: its sign, the code."""
    return str(get_currency_symbol(money, formats.locale())), money


def written(value: float | None) -> str:
    """A number as it stands in a box: with the comma of the language, without groups of three."""
    if value is None:
        return ""
    mark: str = formats.locale().number_symbols["latn"]["decimal"]
    return f"{value:.10g}".replace(".", mark)


def number_of(text: str, units: Iterable[str] = ()) -> float | int | None:
    """The number that was typed, whole where it is; ``None`` where it is none. It may have one of ``units`` with it."""
    try:
        found = float(plain(without_unit(text, units)))
    except ValueError:
        return None
    return int(found) if found.is_integer() else found


class _Typed(forms.Field):
    """A field for text: a browser's own field for numbers drops the mark that its language does not know, and makes
    10005 of 1 000,5 without a word. It may be typed with the field's own unit."""

    def __init__(self, units: Iterable[str] = (), **options: Any) -> None:
        self.units = tuple(units)
        options.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 12})
        )
        super().__init__(localize=True, **options)

    def to_python(self, value: Any) -> Any:
        return super().to_python(plain(without_unit(value, self.units)) if isinstance(value, str) else value)


class FigureField(_Typed, forms.FloatField):
    """A figure that may have decimals."""


class AmountField(_Typed, forms.DecimalField):
    """An exact amount."""


class WholeField(_Typed, forms.IntegerField):
    """A whole number. One with decimals is refused, also those of nothing: `1,000` may be meant as a thousand."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and "." in plain(without_unit(value, self.units)):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)
