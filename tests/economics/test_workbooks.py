"""Workbooks worked out by a program that knows nothing of ours: the same figures, and formulas that live."""

import dataclasses
import math
import warnings
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from django.utils import translation

from assidu.economics.discounts.types import TurnedMargin
from assidu.economics.tables import liability_tables
from assidu.economics.types import Assumptions, Liability, MacroReport, MonthState, Policy, report
from assidu.economics.views import liability_view
from assidu.economics.workbook.compared import compared_workbook
from assidu.economics.workbook.discounts import discounts_workbook
from assidu.economics.workbook.formulas import Formula, if_, rounded
from assidu.economics.workbook.liability import liability_workbook
from assidu.economics.workbook.macro import macro_workbook
from assidu.foundation.tables import Table, as_csv
from builders.discounts_answer import about, an_answer
from economics.models.scenarios import a, a_segment, assuming
from economics.models.test_books import AVAILABLE, ISSUED, USED, a_filling_programme, a_story, points

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pycel import ExcelCompiler


class Worked:
    """A workbook, worked out from its formulas alone, which must show the same to whoever works nothing out."""

    def __init__(self, content: bytes, path: Path) -> None:
        path.write_bytes(content)
        self.sheets = {sheet.title: sheet for sheet in openpyxl.load_workbook(path).worksheets}
        self._compiler = ExcelCompiler(str(path))
        for name, sheet in self.sheets.items():
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and cell.value.startswith("="):
                        self._compiler.evaluate(f"'{name}'!{cell.coordinate}")
        self._compiler.recalculate()
        shown = openpyxl.load_workbook(path, data_only=True)
        for name, sheet in self.sheets.items():
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        self._agrees(f"'{name}'!{cell.coordinate}", shown[name][cell.coordinate].value)

    def _agrees(self, cell: str, shown: Any) -> None:
        worked = self._compiler.evaluate(cell)
        if isinstance(worked, str):
            assert (shown or "") == worked, cell
        else:
            assert shown is not None, f"{cell} is empty for whoever works nothing out"
            assert shown == pytest.approx(worked, rel=1e-9, abs=1e-9), cell

    def row(self, sheet: str, label: str | int) -> int:
        found: int = next(cell.row for cell in self.sheets[sheet]["A"] if cell.value == label)
        return found

    def at(self, sheet: str, cell: str) -> Any:
        return self._compiler.evaluate(f"'{sheet}'!{cell}")

    def change(self, sheet: str, cell: str, value: float) -> None:
        self._compiler.set_value(f"'{sheet}'!{cell}", value)

    def result(self, label: str) -> Any:
        return self.at("Result", f"B{self.row('Result', label)}")


WIDE = assuming(
    a_segment(
        "gold", members=a(300), growth=a(2), frequency_uplift=a(9, 3, 15), redemption=a(75, 60, 90), funded=a(10),
        cannibalisation=a(20, 0, 40), retention_uplift=a(2), self_selection=a(30), pull_forward=a(5),
    ),
    a_segment("bronze", basket_uplift=a(-2, -4, 0), margin=a(35, 30, 40)),
    name="=1+1 & co",
    months=7, ramp=3, draws=50, member_cost=a(0.5, 0.2, 0.8), investment=a(900), used_by_age=(20.0, 50.0, 30.0),
)  # fmt: skip


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Worked, Assumptions, MacroReport]:
    found = report(WIDE)
    with translation.override("en"):
        content = macro_workbook(WIDE, found, 2)
    return Worked(content, tmp_path_factory.mktemp("books") / "macro.xlsx"), WIDE, found


def test_the_workbook_works_out_the_same_figures(worked: tuple[Worked, Assumptions, MacroReport]) -> None:
    book, _, found = worked
    total = found.total
    for label, minor in (
        ("Sales anyway", total.baseline_sales_ht_minor),
        ("Sales more", total.incremental_sales_ht_minor),
        ("Margin more", total.incremental_margin_minor),
        ("Rewards on what would have been sold anyway", total.rewards_baseline_minor),
        ("Running costs", total.running_minor),
    ):
        assert book.result(label) == pytest.approx(minor / 100, abs=0.011), label
    assert book.result("Net") == pytest.approx(total.net_minor / 100, abs=0.0051), "one figure, rounded once"
    assert book.result("Return on what it costs") == pytest.approx(total.roi, abs=1e-5)
    assert book.result("Uplift at which it breaks even") == pytest.approx(total.break_even_uplift, abs=1e-6)
    assert (book.result("Paid back from month") or None) == found.payback_month
    last = book.row("Months", 7)
    cash = next(cell.column_letter for cell in book.sheets["Months"][4] if cell.value == "cash, cumulated")
    assert book.at("Months", f"{cash}{last}") == pytest.approx(found.months[-1].cash_minor / 100, abs=0.0051)
    for place, bar in enumerate(found.tornado):
        assert book.at("Tornado", f"B{5 + place}") == pytest.approx(bar.net_low_minor / 100, abs=0.0051), (
            bar.name
        )
        assert book.at("Tornado", f"C{5 + place}") == pytest.approx(bar.net_high_minor / 100, abs=0.0051), (
            bar.name
        )
    assert book.at("Generosity", "B25") == pytest.approx(found.frontier[-1].net_minor / 100, abs=0.0051)
    for place, curve in enumerate(found.needed):
        column = "BDF"[place]
        for row, point in ((5, curve.points[0]), (15, curve.points[10]), (25, curve.points[20])):
            was = point.break_even_uplift
            assert book.at("Break-even curve", f"{column}{row}") == pytest.approx(was, abs=1e-6), curve.code
    assert book.at("Break-even", "B15") == pytest.approx(found.break_even[10].net_minor / 100, abs=0.0051)


def test_sets_side_by_side_work_out_each_on_its_own_sheets(tmp_path: Path) -> None:
    plain = assuming(a_segment(frequency_uplift=a(9, 3, 15)), months=2, draws=20)
    dear = msgspec.structs.replace(plain, name="dear", investment=a(900))
    sets = [(one, report(one)) for one in (plain, dear)]
    with translation.override("en"):
        book = Worked(compared_workbook(sets, 2), tmp_path / "compared.xlsx")
    net = book.row("Side by side", "Net")
    assert book.at("Side by side", f"B{net}") - book.at("Side by side", f"F{net}") == pytest.approx(900)
    said = "No investment was entered: net, return and break-even leave it out."
    assert (book.at("1 Result", "A18"), book.at("2 Result", "A18")) == (said, "")
    row = book.row("2 Assumptions", "Investment, HT")
    book.change("2 Assumptions", f"B{row}", 0)
    assert book.at("2 Result", "A18") == said
    assert book.at("Side by side", f"F{net}") == pytest.approx(sets[0][1].total.net_minor / 100, abs=0.05)


def test_what_is_changed_in_the_workbook_changes_the_result_as_it_does_here(
    worked: tuple[Worked, Assumptions, MacroReport],
) -> None:
    book, assumed, before = worked
    row = book.row("Assumptions", "More purchases (%)")
    book.change("Assumptions", f"B{row}", 20)
    gold = msgspec.structs.replace(assumed.segments[0], frequency_uplift=a(20, 3, 25))
    after = report(msgspec.structs.replace(assumed, segments=(gold, assumed.segments[1])))
    assert after.total.net_minor > before.total.net_minor
    assert book.result("Net") == pytest.approx(after.total.net_minor / 100, abs=0.5)
    book.change("Assumptions", f"B{row}", 9)
    assert book.result("Net") == pytest.approx(before.total.net_minor / 100, abs=0.5)


def test_text_of_ours_is_never_run_by_a_spreadsheet(worked: tuple[Worked, Assumptions, MacroReport]) -> None:
    title = worked[0].sheets["Assumptions"]["A1"]
    assert title.value == "'=1+1 & co"
    assert title.data_type == "s"


def test_the_liability_begins_each_month_where_the_one_before_ended(tmp_path: Path) -> None:
    story = a_story(
        {points(ISSUED, AVAILABLE): 1000},
        {points(AVAILABLE, USED): 300},
        {points(AVAILABLE, USED): 100, points(USED, AVAILABLE): 20},
    )
    found = Liability("club", "EUR", 2, Policy(), tuple(MonthState(one, is_over=True) for one in story))
    with translation.override("en"):
        book = Worked(liability_workbook(found), tmp_path / "liability.xlsx")
    closing = next(
        cell.column_letter for cell in book.sheets["points units"][4] if cell.value == "at the end"
    )
    assert [book.at("points units", f"{closing}{row}") for row in (5, 6, 7)] == [1000, 700, 620]
    heads = [cell.value for cell in book.sheets["points units"][4]]
    assert ("used to pay" in heads, "drawn for a prize" in heads) == (True, False)
    drawn = dataclasses.replace(found, entries=frozenset({"points"}))
    with translation.override("en"):
        entries = Worked(liability_workbook(drawn), tmp_path / "entries.xlsx").sheets["points units"]
    assert "drawn for a prize" in [cell.value for cell in entries[4]], "nobody pays with an entry in a draw"
    for sheet in ("points units", "points at cost (HT)", "points revenue (HT)"):
        gap = next(cell.column_letter for cell in book.sheets[sheet][4] if cell.value == "difference")
        assert [book.at(sheet, f"{gap}{row}") for row in (5, 6, 7)] == [0, 0, 0]
    owed = next(
        cell.column_letter
        for cell in book.sheets["points at cost (HT)"][4]
        if cell.value == "owed at the end"
    )
    books = [one.currencies[0].money.closing_minor / 100 for one in story]
    assert [book.at("points at cost (HT)", f"{owed}{row}") for row in (5, 6, 7)] == pytest.approx(books)
    total = book.row("points rates", "together")
    assert book.at("points rates", f"G{total}") == pytest.approx(books[-1], abs=0.01)
    book.change("points rates", "B3", 0.012)
    assert book.at("points rates", f"G{total}") == pytest.approx(2 * books[-1], abs=0.02)
    ladder = book.row("points triangle", "growth to the next age")
    assert book.at("points triangle", f"C{ladder}") == pytest.approx(380 / 300), "nothing was used at age 0"


def test_every_door_tells_the_same_interval_of_both_views(tmp_path: Path) -> None:
    story = a_filling_programme()
    found = Liability("club", "EUR", 2, Policy(), tuple(MonthState(one, is_over=True) for one in story))
    view = liability_view(found).month
    assert view is not None
    points = view.currencies[0]
    with translation.override("en"):
        book = Worked(liability_workbook(found), tmp_path / "liability.xlsx")
    tables = {one.name: one for one in liability_tables(found)}
    for table, sheet, name in (
        ("revenue-ht", "points revenue (HT)", "deferred"),
        ("liability-ht", "points at cost (HT)", "liability"),
    ):
        ends = [getattr(points, f"{name}_{end}_minor") for end in ("low_80", "high_80", "low_95", "high_95")]
        assert ends[2] < ends[0] < ends[1] < ends[3]
        newest = [row for row in tables[table].rows if row[2] == "points"][-1]
        assert list(newest[-4:]) == ends
        heads = {cell.value: cell.column_letter for cell in book.sheets[sheet][4]}
        for end, head in zip(ends, ("low, 80 %", "high, 80 %", "low, 95 %", "high, 95 %"), strict=True):
            assert book.at(sheet, f"{heads[head]}10") == end / 100
            assert book.sheets[sheet][f"{heads[head]}5"].value is None, "a first month has no interval"


def test_points_instead_of_discounts_cost_more_where_more_of_them_is_used(tmp_path: Path) -> None:
    answer = an_answer("club")
    assert answer.turned is not None
    margin = TurnedMargin(about(30_000), about(2_000), about(24_000), about(8_000))
    turned = dataclasses.replace(
        answer.turned, redemption_percent=60.0, given_then_minor=100_000, given_now=about(70_000), turned=about(30_000),
        cost_later=about(24_000), outstanding_minor=10_000, margin=margin,
    )  # fmt: skip
    answer = dataclasses.replace(answer, turned=turned)
    with translation.override("en"):
        book = Worked(discounts_workbook(answer, [], 2), tmp_path / "discounts.xlsx")

    def told(label: str) -> Any:
        return book.at("as points", f"B{book.row('as points', label)}")

    labels = (
        "Cost of points, later (TTC)", "Discounts and points together (TTC)", "More or less than before (TTC)",
        "Owed for them (TTC)", "Margin, changed by (HT)",
    )  # fmt: skip
    assert [told(one) for one in labels] == pytest.approx([240, 940, -60, 60, 80])
    book.change("as points", f"B{book.row('as points', 'Points used in the end (%)')}", 90)
    assert [told(one) for one in labels] == pytest.approx([360, 1060, 60, 90, -40])
    book.change("as points", f"B{book.row('as points', 'Cost of a euro that is used (%)')}", 50)
    assert [told(one) for one in labels] == pytest.approx([180, 880, -120, 45, 140])


def test_a_formula_and_what_it_comes_to_are_written_at_once() -> None:
    two, three, nothing = (Formula(text, value) for text, value in (("A1", 2.0), ("A2", 3.0), ("A3", 0.0)))
    for formula, text, value in (
        (1 - (two - three) * 4, "1-(A1-A2)*4", 5),
        (two - (three - 1) - 1, "A1-(A2-1)-1", -1),
        (-(two * three) / 2, "(-(A1*A2))/2", -3),
        (two / (three * 4), "A1/(A2*4)", 1 / 6),
        ((1 + two) ** (three - 1), "(1+A1)^(A2-1)", 9),
        (if_(nothing > 0, two / nothing, 'none of "it"'), 'IF(A3>0,A1/A3,"none of ""it""")', 'none of "it"'),
        (rounded(two - 4.5, 0), "ROUND(A1-4.5,0)", -3),
    ):
        assert (formula.text, formula.value) == (text, value)
    assert math.isnan((two / nothing).number), "no spreadsheet has a figure for it"


def test_tables_are_harmless_and_say_what_is_not_there() -> None:
    dangerous = ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1")
    table = Table("any", ("text", "more"), tuple((one, 1) for one in (*dangerous, None, -3, 0.5)))
    lines = as_csv(table).split("\r\n")
    assert all(line.lstrip('"').startswith("'") for line in lines[1:6])
    assert lines[6:9] == [",1", "-3,1", "0.5,1"]
