"""Every mistake that a draw among entries can hold, its line marked `# here`."""

from builders.documents import BASE, a_programme, a_rule

CHANCES = "  - {code: chances, kind: entry, name: {fr: chances, en: chances}}\n"
EARNED = a_rule("{fixed: 1}", code="chance").replace("currency: points", "currency: chances")


def a_prize(gives: str = "{currency: points, units: 500}", count: int = 1, end: str = "") -> str:
    return f"      - {{name: {{fr: un lot, en: a prize}}, count: {count}, gives: {gives}}}{end}\n"


def with_draw(
    *parts: str,
    prizes: str = a_prize(),
    entries: str = "chances",
    currencies: str = CHANCES,
    last_day: str = "2026-06-30",
    more: str = "",
) -> str:
    """A programme whose tickets give a chance each, drawn at the end of June."""
    return a_programme(
        BASE,
        EARNED,
        currencies=currencies,
        more=f"""\
draws:
  - code: summer
    name: {{fr: Été, en: Summer}}
    entries: {entries}
    last_day: {last_day}
    prizes:
{prizes}"""
        + "".join(f"    {part}\n" for part in parts)
        + more,
    )


def with_chances(*parts: str) -> str:
    return with_draw(currencies=CHANCES.rstrip("}\n") + "}, " + ", ".join(parts) + "}  # here\n")


WITHOUT_SENSE = {
    "draw_is_rule": with_draw().replace("code: summer", "code: base  # here"),
    "not_entries": with_draw(entries="chances  # here", currencies=CHANCES.replace("entry", "badge")),
    "prize_is_entry": with_draw(prizes=a_prize("{currency: chances}", end="  # here")),
    "drawn_too_early": with_draw("drawn_on: 2026-06-30  # here"),
    "drawn_after_closing": with_draw(
        more="closing: {last_day_to_earn: 2026-06-15, last_day_to_use: 2026-06-30}\n"
    ).replace("code: summer", "code: summer  # here"),
    "too_many_prizes": with_draw(prizes=a_prize(count=10_000, end="  # here") + a_prize()),
    "entries_cannot": with_chances("transfers: {}"),
}

ODD = {
    "draw_over": with_draw(last_day="2025-12-31  # here"),
    "entries_undrawn": a_programme(BASE, EARNED, currencies=CHANCES.rstrip() + "  # here\n"),
}

ACCEPTED = (
    with_draw("drawn_on: 2026-07-15", "several_each: true"),
    with_draw(more="closing: {last_day_to_earn: 2026-06-15, last_day_to_use: 2026-07-01}\n"),
)
"""What looks close to a mistake and is none."""
