"""What discounts do, on the screen: asked, followed, answered with its intervals, and everything behind it as files."""

import csv
import html
import io
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from assidu.backoffice import formats
from assidu.economics import measuring
from assidu.economics.discounts import job, runs
from assidu.economics.discounts.runs import DiscountsRun
from assidu.economics.discounts.tables import tables
from assidu.economics.discounts.types import (
    CannotTell,
    Discounts,
    DiscountsAnswer,
    DiscountsQuestion,
    Estimate,
    Turning,
    Untold,
)
from assidu.economics.measuring import KnownOfDiscounts
from assidu.economics.types import Measured, Range
from assidu.economics.workbook.discounts import discounts_workbook
from assidu.foundation.clock import now
from assidu.foundation.database import Database
from assidu.foundation.work import RunState
from assidu.loyalty import drafts
from assidu.plans.writing import to_yaml
from assidu.simulation.tried_plans import of_draft, of_version
from backoffice.test_fairness_pages import sign_in, text_of
from builders.discounts_answer import an_answer, following_demand
from builders.documents import a_document
from builders.history import History, on, sale
from builders.promoted_club import a_promoted_club

ADDRESS = "/studio/discounts/"
FORM = {
    "since": "", "until": "", "margin_percent": "", "share_percent": "0", "source": "live", "seed": "1",
    "cost_percent": "100", "pull_percent": "0",
}  # fmt: skip


@pytest.fixture
def past(assidu_db: Database) -> History:
    history = History([a_document()])
    for n in range(6):
        history.tell(history.customer(), sale(on(n), 30 + 10 * n))
    history.write(assidu_db.url)
    return history


@pytest.fixture
def finance(assidu_db: Database, client: Client) -> Client:
    return sign_in(client, "finance")


@pytest.fixture(scope="module")
def found() -> DiscountsAnswer:
    return an_answer("club")


def kept(answer: DiscountsAnswer, label: str = "") -> UUID:
    run_id = runs.ask(answer.question, label=label, by="")
    runs.finish(run_id, answer)
    return run_id


def known(run_id: UUID) -> DiscountsRun:
    run = runs.run(run_id)
    assert run is not None
    return run


def page_of(client: Client, run_id: UUID) -> str:
    return html.unescape(text_of(client, f"{ADDRESS}{run_id}/")).replace("\u2060", "")


def told_of(answer: DiscountsAnswer) -> Discounts:
    assert answer.told is not None
    return answer.told


def amount(minor: float) -> str:
    with translation.override("en"):
        return formats.money(round(minor), cents=False).replace("-", "−")


def between(one: Estimate) -> str:
    return f"{amount(one.low_80)} to {amount(one.high_80)}"


# ---------------------------------------------------------------- nothing to tell


def test_without_a_programme_or_a_past_the_page_says_so(finance: Client) -> None:
    assert "No programme yet" in text_of(finance, ADDRESS)
    History([a_document()])
    assert "No past to look at yet" in text_of(finance, ADDRESS)


def test_one_month_is_too_short_and_the_page_says_what_to_do(
    assidu_db: Database, past: History, finance: Client
) -> None:
    assert "Nothing asked yet" in text_of(finance, ADDRESS)
    run_id = runs.ask(DiscountsQuestion("club"), label="", by="")
    assert job.main(run_id) == 0
    page = page_of(finance, run_id)
    assert "This cannot be told" in page
    assert "import older" in page
    assert "data-chart" not in page, "no figure where nothing can be told"
    assert "Cannot be told; the page says why." in text_of(finance, ADDRESS)
    assert finance.get(f"{ADDRESS}{run_id}/discounts.xlsx").status_code == 404
    [only] = PdfReader(io.BytesIO(finance.get(f"{ADDRESS}{run_id}/discounts.pdf").content)).pages
    assert "import older" in only.extract_text()


def test_without_discounts_the_page_asks_for_them_in_the_tickets(past: History, finance: Client) -> None:
    question = DiscountsQuestion("club")
    none = DiscountsAnswer(question, None, CannotTell(Untold.NO_DISCOUNT), None, None, 0.1)
    page = page_of(finance, kept(none))
    assert "No discount was given in the period." in page
    assert "what they took off belongs on each line of an import" in page


# ---------------------------------------------------------------- an answer


def test_each_estimate_has_its_interval_and_the_page_says_that_it_only_observed(
    past: History, finance: Client, found: DiscountsAnswer
) -> None:
    page = page_of(finance, kept(found, of_version(1)))
    told = told_of(found)
    assert "no experiment stands behind it" in page
    assert "Nobody drew lots" in page
    assert amount(told.given_minor) in page
    for one in (told.split.bought_anyway, told.split.new, told.split.taken_from_others):
        assert amount(one.value) in page
        assert between(one) in page
    tables_told = (told.by_depth, told.by_repetition, told.by_department)
    for sums in (line.sums for table in tables_told for line in table):
        assert sums is None or between(sums.bought_anyway_minor) in page
    assert told.margin is not None
    assert amount(told.margin.change_ht.value) in page
    assert "It assumes that a sale at the ordinary price earns 28% of it" in page
    listed = html.unescape(text_of(finance, ADDRESS))
    assert "All that is recorded, 30% as points" in listed
    assert between(told.split.bought_anyway) in listed


def test_the_same_history_with_points_says_who_decided_and_what_is_assumed(
    past: History, finance: Client, found: DiscountsAnswer
) -> None:
    page = page_of(finance, kept(found))
    turned = found.turned
    assert turned is not None
    assert "30% of each discount is not taken off at the till" in page
    assert "Only discounts of 10% or more are." in page
    assert "decided by the function that serves the tills" in page
    for one in (turned.given_now, turned.cost_later, turned.liability):
        assert between(one) in page
    assert "75% of the points are used" in page
    assert "points draw 0% of what a discount of the same amount draws" in page


def test_without_what_a_sale_earns_no_margin_is_shown(past: History, finance: Client) -> None:
    page = page_of(finance, kept(an_answer("club", margin_percent=None)))
    assert "What is earned on a sale is not known. Ask again with it" in page
    assert "margin-chart" not in page
    assert '<th scope="col" class="end">Margin (HT)</th>' not in page


def test_promotions_that_follow_demand_are_warned_of(
    past: History, finance: Client, found: DiscountsAnswer
) -> None:
    warning = "Promotions follow demand here"
    assert page_of(finance, kept(following_demand(found))).count(warning) == 2, (
        "above, and in what it rests on"
    )


def test_in_french_the_answer_is_french(past: History, finance: Client, found: DiscountsAnswer) -> None:
    finance.post("/language/", {"language": "fr", "next": "/"})
    page = page_of(finance, kept(found))
    assert "Observationnel" in page
    assert "Sur ce qui aurait été acheté de toute façon" in page


# ---------------------------------------------------------------- files


def test_every_table_behind_is_a_file(past: History, finance: Client, found: DiscountsAnswer) -> None:
    run_id = kept(found)
    page = page_of(finance, run_id)
    for table in tables(found):
        address = f"{ADDRESS}{run_id}/{table.name}.csv"
        assert f'href="{address}"' in page
        rows = list(csv.reader(io.StringIO(finance.get(address).content.decode("utf-8-sig"))))
        assert (len(rows[0]), len(rows)) == (len(table.columns), 1 + len(table.rows))
    assert finance.get(f"{ADDRESS}{run_id}/nothing.csv").status_code == 404


def test_a_margin_above_the_whole_price_is_never(
    past: History, finance: Client, found: DiscountsAnswer, tmp_path: Path
) -> None:
    told = told_of(found)
    assert told.margin is not None
    needed = Estimate(130.0, 90.0, 180.0, 80.0, 200.0)
    never = replace(found, told=replace(told, margin=replace(told.margin, break_even_percent=needed)))
    run_id = kept(never)
    assert "No margin would do for the discounts to pay for themselves" in page_of(finance, run_id)
    text = finance.get(f"{ADDRESS}{run_id}/summary.csv").content.decode("utf-8-sig")
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(text))}
    assert rows["Break-even, %"] == ["never", "90", "never", "80", "never"]
    (tmp_path / "never.xlsx").write_bytes(finance.get(f"{ADDRESS}{run_id}/discounts.xlsx").content)
    sheet = openpyxl.load_workbook(tmp_path / "never.xlsx")["summary"]
    [line] = [row for row in sheet.iter_rows(values_only=True) if row[0] == "break_even_percent"]
    assert line[1:4] == ("never", 90, "never")


def test_the_workbook_adds_the_money_up_again_and_has_every_table(
    past: History, finance: Client, found: DiscountsAnswer, tmp_path: Path
) -> None:
    answer = finance.get(f"{ADDRESS}{kept(found)}/discounts.xlsx")
    (tmp_path / "discounts.xlsx").write_bytes(answer.content)
    sheets = openpyxl.load_workbook(tmp_path / "discounts.xlsx")
    assert {table.name for table in tables(found)} < set(sheets.sheetnames)
    money = sheets["where the money went"]
    total = next(row for row in money.iter_rows() if row[0].value == "Given, in all")
    assert str(total[1].value).startswith("=SUM(")
    parts = [float(str(money.cell(row, 2).value)) for row in range(5, total[0].row)]
    assert sum(parts) == pytest.approx(told_of(found).given_minor / 100, abs=0.05)
    depth = sheets["by-depth"]
    assert depth.cell(4, 5).value == "given", "amounts are in units, and so are their names"
    given = sum(float(str(row[4])) for row in depth.iter_rows(min_row=5, values_only=True))
    assert given == pytest.approx(told_of(found).split.given_minor / 100, abs=0.1)


def test_the_page_on_paper_says_what_the_screen_says_and_has_every_chart(
    past: History, finance: Client, found: DiscountsAnswer
) -> None:
    run_id = kept(found)
    told = finance.get(f"{ADDRESS}{run_id}/").context["shown"].told
    paper = PdfReader(io.BytesIO(finance.get(f"{ADDRESS}{run_id}/discounts.pdf").content))
    words = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    with translation.override("en"):
        for chart in (told.went, told.around, told.by_depth, told.by_repetition):
            assert words.count(chart.title) >= 2, "once where it is drawn, once where its figures are"
        assert told.given.value in words
        assert told.anyway.between in words


def test_text_that_a_spreadsheet_would_run_is_made_harmless(found: DiscountsAnswer, tmp_path: Path) -> None:
    with translation.override("en"):
        (tmp_path / "one.xlsx").write_bytes(discounts_workbook(found, ["=1+1"], 2))
    rests = openpyxl.load_workbook(tmp_path / "one.xlsx")["what this rests on"]
    assert rests.cell(4, 1).value == "'=1+1"


# ---------------------------------------------------------------- asking


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Questions are written down, and worked on by nobody."""
    found: list[UUID] = []

    def ask_only(question: DiscountsQuestion, yaml: str = "", *, label: str, by: str) -> UUID:
        found.append(runs.ask(question, yaml, label=label, by=by))
        return found[-1]

    monkeypatch.setattr(runs, "start", ask_only)
    return found


def test_what_the_form_says_is_what_is_asked(past: History, finance: Client, asked: list[UUID]) -> None:
    said = FORM | {
        "since": "2026-01-01", "until": "2026-06-30", "margin_percent": "28,5", "share_percent": "40", "seed": "7",
        "from_percent": "10", "redemption_percent": "75", "redemption_error": "4", "cost_percent": "90",
        "pull_percent": "20", "funded_percent": "12",
    }  # fmt: skip
    answer = finance.post(f"{ADDRESS}start/", said)
    assert answer["Location"] == f"{ADDRESS}{asked[0]}/"
    question = known(asked[0]).question
    assert (str(question.since), str(question.until), question.seed) == ("2026-01-01", "2026-06-30", 7)
    assert (question.margin_percent, question.funded_percent) == (28.5, 12.0)
    assert question.turning == Turning(40, 10, (), "", 20, 75.0, 4.0, 90.0)
    again = text_of(finance, f"{ADDRESS}?again={asked[0]}")
    for value in ("2026-01-01", "28.5", "40", "75.0", "90"):
        assert f'value="{value}"' in again, "what was asked is what the form begins with"
    assert '<details class="more" open>' in again


def test_the_form_begins_with_what_the_studio_measured_and_says_so(
    past: History, finance: Client, asked: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = text_of(finance, ADDRESS)
    assert "Left empty: as the plan expects." in nothing
    assert "The studio knows" not in nothing, "nothing was given yet: nothing is measured"
    known_of = KnownOfDiscounts(
        Range(value=24.13, low=19.13, high=29.13),
        Range(value=38.24, low=33.0, high=43.0, basis=Measured.MEASURED),
    )
    monkeypatch.setattr(measuring, "of_discounts", lambda *_, **__: known_of)
    page = html.unescape(text_of(finance, ADDRESS))
    for value in ("24.1", "38.2", "3.9"):
        assert f'value="{value}"' in page
    assert "The studio knows 24.1% of all net sales (HT), discounts included: assumed." in page
    assert "The studio knows 38.2% of what was given: measured." in page
    assert '<details class="more">' in page, "these are the usual figures here"
    finance.post(f"{ADDRESS}start/", FORM | {"share_percent": "30", "redemption_percent": "75"})
    assert known(asked[0]).question.turning == Turning(30, 0, (), "", 0, 75.0, 0.0, 100.0), (
        "typed figures win"
    )


def test_a_draft_may_give_the_points(past: History, finance: Client, asked: list[UUID]) -> None:
    draft = drafts.open_draft(to_yaml(past.documents[0]), at=now(), by="", based_on=1)
    assert f'value="{draft.draft_id}"' in text_of(finance, ADDRESS)
    finance.post(f"{ADDRESS}start/", FORM | {"source": str(draft.draft_id), "share_percent": "30"})
    assert known(asked[0]).label == of_draft(draft.draft_id)
    assert "Draft from version 1" in text_of(finance, ADDRESS)


def test_what_makes_no_sense_is_said_beside_its_field(
    past: History, finance: Client, asked: list[UUID]
) -> None:
    backwards = FORM | {"since": "2026-02-01", "until": "2026-01-01"}
    wrong = finance.post(f"{ADDRESS}start/", backwards)
    assert wrong.status_code == 422
    assert "The period ends before it begins." in wrong.content.decode()
    assert finance.post(f"{ADDRESS}start/", FORM | {"share_percent": "101"}).status_code == 422
    assert finance.post(f"{ADDRESS}start/", FORM | {"seed": "-1"}).status_code == 422
    assert '<details class="more">' in wrong.content.decode(), "nothing is wrong with the details"
    assert asked == []


def test_one_look_at_a_time(past: History, finance: Client, asked: list[UUID]) -> None:
    assert finance.post(f"{ADDRESS}start/", FORM).status_code == 302
    page = finance.post(f"{ADDRESS}start/", FORM, follow=True).content.decode()
    assert "A look is at work already" in page
    assert len(asked) == 1


def test_a_look_is_followed_and_stopped(past: History, finance: Client, asked: list[UUID]) -> None:
    finance.post(f"{ADDRESS}start/", FORM)
    runs.tell(asked[0], 30, 100, 3.0)
    address = f"{ADDRESS}{asked[0]}/"
    assert "30 of 100 steps done" in text_of(finance, address)
    part = finance.get(address, headers={"HX-Request-Type": "partial"}).content.decode()
    assert "<html" not in part
    assert finance.post(f"{address}stop/").status_code == 302
    assert known(asked[0]).state is RunState.CANCELLED
    assert "It was stopped before its end" in text_of(finance, address)


def test_one_that_breaks_says_so(past: History, finance: Client) -> None:
    run_id = runs.ask(DiscountsQuestion("club"), label="", by="")
    runs.fail(run_id, "it broke")
    assert "it broke" in text_of(finance, f"{ADDRESS}{run_id}/")


def test_who_may_not_see_the_economics_is_refused(
    past: History, client: Client, found: DiscountsAnswer
) -> None:
    run_id = kept(found)
    marketing = sign_in(client, "marketing")
    for address in (
        "",
        f"{run_id}/",
        f"{run_id}/by-depth.csv",
        f"{run_id}/discounts.xlsx",
        f"{run_id}/discounts.pdf",
    ):
        assert marketing.get(f"{ADDRESS}{address}").status_code == 403
    assert marketing.post(f"{ADDRESS}start/", FORM).status_code == 403


def test_from_tickets_to_the_page(assidu_db: Database, finance: Client) -> None:
    club = a_promoted_club(a_document())
    club.write(assidu_db.url)
    question = DiscountsQuestion("club", margin_percent=30.0, turning=Turning(40))
    run_id = runs.ask(question, to_yaml(club.documents[0]), label="Version 1", by="")
    assert job.main(run_id) == 0
    answer = known(run_id).answer
    assert answer is not None
    page = page_of(finance, run_id)
    assert between(told_of(answer).split.bought_anyway) in page
    assert answer.turned is not None
    assert between(answer.turned.given_now) in page
    assert "given (TTC): of the rest nothing can be told" in page
