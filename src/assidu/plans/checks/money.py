"""The money of the tickets: what may be wrong with it."""

from collections.abc import Iterator

from assidu.plans.document import Document
from assidu.plans.problems import Path, Problem


def check_money(document: Document) -> Iterator[Problem]:
    money = document.sale_currency
    seen = {money.code}
    for i, foreign in enumerate(money.foreign):
        path: Path = ("sale_currency", "foreign", i, "code")
        if foreign.code == money.code:
            yield Problem("money_not_foreign", path, {"found": foreign.code})
        elif foreign.code in seen:
            yield Problem("listed_twice", path, {"found": foreign.code})
        seen.add(foreign.code)
