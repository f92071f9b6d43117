"""Numbers as people type them: with a comma or a point, with spaces between thousands, in either language."""

from typing import Any

from django import forms


def plain(text: str) -> str:
    """`12 500,50` as a program writes it: `12500.50`. What is no number stays none."""
    return "".join(text.split()).replace(",", ".")


def number_of(text: str) -> float | int | None:
    """The number that was typed, whole where it is; ``None`` where it is none."""
    try:
        found = float(plain(text))
    except ValueError:
        return None
    return int(found) if found.is_integer() else found


class _Typed(forms.Field):
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
