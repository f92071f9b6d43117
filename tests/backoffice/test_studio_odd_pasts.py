"""Pasts that are hardly one: every page of the studio and every file answers, or says why it does not."""

import html
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from assidu.economics.discounts import job as looking
from assidu.economics.discounts import runs as looks
from assidu.economics.discounts.types import DiscountsQuestion, Turning
from assidu.economics.micro import job as trying
from assidu.economics.micro import runs as trials
from assidu.economics.micro.types import Behaviour, MicroQuestion, PlanAsked
from assidu.foundation.database import Database
from assidu.foundation.settings import current_settings
from assidu.plans.writing import to_yaml
from backoffice.test_fairness_pages import sign_in
from builders.documents import a_document
from builders.history import History, on, sale
from economics.test_workbooks import Worked


def nobody(past: History) -> None:
    pass


def who_only_joined(past: History) -> None:
    past.customer()


def one_ticket(past: History) -> None:
    past.tell(past.customer(), sale(on(3), 30))


def one_month(past: History) -> None:
    for n in range(6):
        past.tell(past.customer(on(n)), sale(on(n + 3, n), 30 + 10 * n))


def nothing_but_zeros(past: History) -> None:
    for n in range(6):
        anne = past.customer()
        for k in range(12):
            past.tell(anne, sale(on(n + 10 * k, n), 0))


OWED = "/studio/owed/"
EXPECTED = "/studio/expected/"
PAST = "/studio/expected/past/"
YOUNG = "The past is so young that the month in which it begins is told"
NO_SALES = "There are no sales in these assumptions, so there is no rate, no break-even and no return."
NOTHING_OWED = "Nothing is outstanding on this day"


@pytest.mark.parametrize(
    ("history", "told", "tried", "looked"),
    [
        (
            nobody,
            {OWED: "Nothing has happened yet", EXPECTED: NO_SALES, PAST: "No month is whole yet"},
            "there is no history to try a plan on",
            "Nothing was sold in the period.",
        ),
        (
            who_only_joined,
            {OWED: NOTHING_OWED, EXPECTED: NO_SALES, PAST: YOUNG},
            "The only customer has been tried",
            "Nothing was sold in the period.",
        ),
        (
            one_ticket,
            {OWED: "Assumed, not measured: €0.30 (HT) of the €0.30 owed.", EXPECTED: "Net (HT)", PAST: YOUNG},
            "With fewer than 30 customers an interval says little",
            "Too few customers: 1, at least 30 are needed.",
        ),
        (
            one_month,
            {OWED: "Assumed, not measured: €3.30 (HT) of the €3.30 owed.", EXPECTED: "Net (HT)", PAST: YOUNG},
            "All 6 customers have been tried",
            "Too few customers: 6, at least 30 are needed.",
        ),
        (
            nothing_but_zeros,
            {OWED: NOTHING_OWED, EXPECTED: NO_SALES, PAST: "neither the one in which the past begins"},
            "With fewer than 30 customers an interval says little",
            "Nothing was sold in the period.",
        ),
    ],
)
def test_every_page_and_file_answers_or_says_why_not(
    assidu_db: Database,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    history: Callable[[History], None],
    told: dict[str, str],
    tried: str,
    looked: str,
) -> None:
    monkeypatch.setenv("ASSIDU_NOW", on(130 if history is nothing_but_zeros else 45).isoformat())
    current_settings.cache_clear()
    past = History([a_document()])
    history(past)
    past.write(assidu_db.url)
    finance = sign_in(client, "finance")
    yaml = to_yaml(a_document())
    plans = (PlanAsked("as it is", yaml), PlanAsked("again", yaml))
    trial = trials.ask("club", MicroQuestion(plans, Behaviour(draws=100, seed=3)), label="", by="")
    look = looks.ask(DiscountsQuestion("club", turning=Turning(30)), yaml, label="", by="")
    is_nobody = history is nobody
    assert (trying.main(trial), looking.main(look)) == (int(is_nobody), 0)

    pages = told | {f"/studio/tried/{trial}/": tried, f"/studio/discounts/{look}/": looked}
    for address, said in pages.items():
        page = " ".join(html.unescape(finance.get(address).content.decode()).split())
        assert said in page, address
        assert "−€0<" not in page, address
    for name in ("liability.pdf", "months.csv", "triangle.csv", "journal.csv"):
        assert finance.get(f"{OWED}files/{name}").status_code == 200, name
    for name in ("past.csv", "past.pdf"):
        assert finance.get(f"{PAST}{name}").status_code == 200, name
    assert finance.get(f"/studio/discounts/{look}/discounts.pdf").status_code == 200
    for name in ("trial.pdf", "plans.csv"):
        assert finance.get(f"/studio/tried/{trial}/{name}").status_code == (404 if is_nobody else 200), name
    books = [f"{OWED}files/liability.xlsx", f"{PAST}past.xlsx", f"/studio/tried/{trial}/trial.xlsx"]
    for address in books[:2] if is_nobody else books:
        content = finance.get(address).content
        assert content.startswith(b"PK"), address
        if history is one_ticket:
            Worked(content, tmp_path / "book.xlsx")
