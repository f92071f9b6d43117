"""Numbers as people type them: with a comma or a point, with spaces between thousands, in either language."""

import re
from typing import Any

from django import forms
from django.utils.translation import get_language

THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
"""`12,500`: twelve thousand five hundred to whoever reads English, twelve and a half in French."""


def plain(text: str) -> str:
    """`12 500,50` as a program writes it: `12500.50`. What is no number stays none."""
    text = "".join(text.split())
    if (get_language() or "").startswith("en") and THOUSANDS.fullmatch(text):
        return text.replace(",", "")
    return text.replace(",", ".")


def number_of(text: str) -> float | int | None:
    """The number that was typed, whole where it is; ``None`` where it is none."""
    try:
        found = float(plain(text))
    except ValueError:
        return None
    return int(found) if found.is_integer() else found


class _Typed(forms.Field):
    """A field for text: a browser's own field for numbers drops the mark that its language does not know, and makes
    10005 of 1 000,5 without a word."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 12})
        )
        super().__init__(localize=True, **options)

    def to_python(self, value: Any) -> Any:
        return super().to_python(plain(value) if isinstance(value, str) else value)


class FigureField(_Typed, forms.FloatField):
    """A figure that may have decimals."""


class AmountField(_Typed, forms.DecimalField):
    """An exact amount."""


class WholeField(_Typed, forms.IntegerField):
    """A whole number. One with decimals is refused, also those of nothing: `1,000` may be meant as a thousand."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and "." in plain(value):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)
