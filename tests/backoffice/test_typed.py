"""Numbers as people type them, whatever the language of their browser."""

import pytest
from django import forms
from django.utils.translation import override

from assidu.backoffice.typed import FigureField, WholeField, number_of, signs_of


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("fr", "12", 12),
        ("fr", "1 000", 1000),
        ("fr", "1\u202f000", 1000),
        ("en", "12,500", 12_500),
        ("en", "1,234,567", 1_234_567),
    ],
)
def test_a_whole_number_is_read_as_its_reader_writes_it(language: str, text: str, number: int) -> None:
    with override(language):
        assert WholeField().clean(text) == number


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("text", ["1 000,5", "12.5", "1.000", "deux", "1,00,5"])
def test_what_is_no_whole_number_is_refused_and_never_made_another_one(language: str, text: str) -> None:
    with override(language), pytest.raises(forms.ValidationError, match=r"entier|whole"):
        WholeField().clean(text)


@pytest.mark.parametrize(
    ("language", "text", "figure"),
    [
        ("fr", "12,500", 12.5),
        ("en", "12,500", 12_500),
        ("en", "12,5", 12.5),
        ("en", "0,125", 0.125),
        ("en", "1.5", 1.5),
    ],
)
def test_a_comma_before_three_digits_is_what_it_is_in_the_language_of_the_reader(
    language: str, text: str, figure: float
) -> None:
    with override(language):
        assert FigureField().clean(text) == figure
        assert number_of(text) == figure


@pytest.mark.parametrize(
    ("language", "text", "figure"),
    [
        ("fr", "20,50 €", 20.5),
        ("fr", "20,50\u202f€", 20.5),
        ("en", "€1,020.50", 1020.5),
        ("en", "20.50 eur", 20.5),
    ],
)
def test_the_unit_of_the_field_may_stand_beside_the_number(language: str, text: str, figure: float) -> None:
    with override(language):
        assert number_of(text, signs_of("EUR")) == figure
        assert FigureField(units=signs_of("EUR")).clean(text) == figure
        assert number_of(text) is None
        assert number_of(text, ("%",)) is None, "another one is a mistake"
        assert WholeField(units=("%",)).clean("25 %") == 25


def test_the_browser_is_not_asked_to_read_it() -> None:
    assert 'type="text"' in str(WholeField().widget.render("quantity", 3))
