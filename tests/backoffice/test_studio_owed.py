"""What we owe, on the screen: a month told in full, closed for good, taken away, and valued otherwise."""

import csv
from dataclasses import replace
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from assidu.economics import measuring, queries
from assidu.economics.types import Liability, MonthState, Policy
from assidu.economics.views import liability_view
from assidu.foundation import clock
from assidu.foundation.database import Database
from assidu.foundation.people import actions
from assidu.foundation.people.types import COMMAND_LINE, Person
from assidu.foundation.settings import current_settings
from assidu.loyalty.due import run_due
from builders.club import a_club, half_a_year_of_the_club
from builders.history import History, on
from economics.models.test_books import a_filling_programme
from economics.test_workbooks import Worked

PASSWORD = "quatre mots bien choisis"
NOW = on(200)


def sign_in(client: Client, role: str, language: str = "en") -> Client:
    email = f"{role}.{language}@exemple.fr"
    made = actions.create_person(
        email, "Anne Roche", [role], COMMAND_LINE, password=PASSWORD, language=language
    )
    assert isinstance(made, Person)
    assert client.post("/sign-in/", {"email": email, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def club(assidu_db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("ASSIDU_NOW", NOW.isoformat())
    current_settings.cache_clear()
    history = History([a_club()])
    half_a_year_of_the_club(history)
    history.write(assidu_db.url)
    run_due(NOW)
    return assidu_db


@pytest.fixture
def finance(club: Database, client: Client) -> Client:
    return sign_in(client, "finance")


def text_of(client: Client, address: str = "/studio/owed/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def told_in(paper: bytes) -> str:
    """In one line, with ordinary spaces."""
    pages = [page.extract_text() for page in PdfReader(BytesIO(paper)).pages]
    return " ".join(" ".join(pages).split())


def test_without_a_programme_or_a_past_the_page_says_so_and_shows_no_figure(
    assidu_db: Database, client: Client
) -> None:
    sign_in(client, "finance")
    assert "No programme yet" in text_of(client)
    History([a_club()]).write(assidu_db.url)
    page = text_of(client)
    assert "Nothing has happened yet" in page
    assert "€" not in page
    assert client.get("/studio/owed/files/journal.csv").status_code == 200
    told = told_in(client.get("/studio/owed/files/liability.pdf").content)
    assert "Nothing has happened yet" in told
    assert "€" not in told


def test_the_page_opens_on_today_and_leads_to_the_last_month_that_is_over(finance: Client) -> None:
    page = text_of(finance)
    assert "What we owe on 24 July 2026" in page
    assert "today, month open" in page
    assert '<a href="?month=2026-06">Last whole month: June 2026, not closed yet</a>' in page
    assert "From 30 June 2026 to 24 July 2026, " in page
    assert "From 31 December 2025 to 24 July 2026, what is owed at cost rose by" in page
    for month in range(1, 7):
        finance.post("/studio/owed/close/", {"month": f"2026-{month:02d}"})
    assert "Last closed month: June 2026" in text_of(finance)
    june = text_of(finance, "/studio/owed/?month=2026-06")
    assert "What we owe on 30 June 2026" in june
    assert "month closed" in june
    assert '<a href="/studio/owed/">What we owe today</a>' in june


def test_the_dashboard_and_what_is_owed_show_the_same_way_from_face_value_to_cost(finance: Client) -> None:
    owed = finance.get("/studio/owed/").context["shown"]
    points = next(one for one in owed.month.currencies if one.currency == owed.programme.points)
    dashboard = finance.get("/dashboard/")
    shown = dashboard.context["bridged"]
    with translation.override("en"):
        face, cost = (owed.money(one) for one in (points.bridge.face_minor, points.bridge.cost_minor))
        assert (shown.steps[0].amount, shown.steps[-1].amount, shown.total) == (face, cost, owed.owed)
        assert owed.bridge[-1].amount == owed.owed
    assert points.bridge.face_minor == dashboard.context["figures"].currency("points").outstanding_worth_minor
    assert 'href="/studio/owed/?month=2026-07#bridge"' in dashboard.content.decode()
    some_day = finance.get("/dashboard/?from=2026-02-01&to=2026-06-12")
    assert some_day.context["bridged"] is None, "the books tell months' ends, and today"
    assert 'href="/studio/owed/"' in some_day.content.decode()


def test_a_month_is_told_with_both_views_its_steps_and_its_intervals(finance: Client) -> None:
    found = queries.liability("club", clock.now())
    state = found.latest
    assert state is not None
    page = text_of(finance, "/studio/owed/?month=2026-06")
    assert "What we owe on 30 June 2026" in page
    assert f"€{state.figures.liability_minor / 100:,.2f}" in page
    assert f"€{state.figures.deferred_minor / 100:,.2f}" in page
    assert "Re-estimate" in page
    assert "Recognised as revenue" in page
    assert "Nobody held a unit" not in page
    assert "estimated" in page
    assert "never added up; too little is known yet for an interval" in page
    shown = finance.get("/studio/owed/?month=2026-01").context["shown"]
    paid = frozenset(one.currency for one in shown.month.currencies if one.units.paid)
    drawn = replace(shown, found=replace(shown.found, entries=paid))
    with translation.override("en"):
        lines, of_entries = ({line.label: line.cells for line in one.unit_lines} for one in (shown, drawn))
    assert of_entries["Drawn for a prize"] == lines["Used to pay"], "nobody pays with an entry in a draw"
    assert "Used to pay" not in of_entries
    january = text_of(finance, "/studio/owed/?month=2026-01&currency=vouchers")
    assert "What we owe on 31 January 2026" in january
    assert "Assumed, not measured: " in january, "no older month says how units are used"
    assert "Used to pay" in january
    for wrong in ("month=2026-13", "month=2031-01", "month=x"):
        assert finance.get(f"/studio/owed/?{wrong}").status_code == 404


def test_each_view_has_its_interval_in_all_and_by_currency(finance: Client) -> None:
    """As the page would tell a programme that has shown enough."""
    months = tuple(MonthState(one, is_over=True) for one in a_filling_programme())
    told = liability_view(Liability("club", "EUR", 2, Policy(), months)).month
    assert told is not None
    shown = replace(finance.get("/studio/owed/").context["shown"], month=told)
    points = told.currencies[0]
    for low, high, said in (
        (points.liability_low_80_minor, points.liability_high_80_minor, shown.owed_within),
        (points.deferred_low_80_minor, points.deferred_high_80_minor, shown.deferred_within),
        (points.deferred_low_95_minor, points.deferred_high_95_minor, shown.currencies[0].deferred_within_95),
    ):
        assert low is not None
        assert high is not None
        ends = (shown.amounts.money(end, cents=False) for end in (low, high))
        assert said == " – ".join(ends)


def test_the_steps_of_the_chart_end_where_the_month_does(finance: Client) -> None:
    """What is drawn and what stands in the table are the same roll-forward, and it adds up to the cent."""
    for state in queries.liability("club", clock.now()).months:
        context = finance.get(f"/studio/owed/?month={state.month:%Y-%m}").context
        for roll, closing in (
            (context["shown"].cost_roll, state.figures.liability_minor),
            (context["shown"].revenue_roll, state.figures.deferred_minor),
        ):
            drawn = [
                sum(one.values[place] or 0.0 for one in roll.chart.series)
                for place in range(len(roll.chart.labels))
            ]
            assert drawn[-1] == pytest.approx(closing / 100)
            assert roll.lines[-1].cells[-1] == context["shown"].money(closing)


def test_rows_of_the_file_add_up_and_tie_to_the_page(finance: Client) -> None:
    """Also where points became vouchers: that stands in a column of its own, into and out of."""
    text = finance.get("/studio/owed/files/liability-ht.csv").content.decode("utf-8-sig")
    head, *told = csv.reader(StringIO(text))
    begins = head.index("At the beginning, HT (€)")
    assert head[begins : begins + 7] == [
        f"{one}, HT (€)"
        for one in (
            "At the beginning", "Issued", "Used", "Exchanged", "Released", "Re-estimate", "At the end",
        )
    ]  # fmt: skip
    totals: dict[str, list[Decimal]] = {}
    for row in told:
        opening, *lines, closing = (Decimal(cell) for cell in row[begins : begins + 7])
        assert opening + sum(lines) == closing
        known = totals.get(row[0], [Decimal(0)] * 7)
        totals[row[0]] = [a + b for a, b in zip(known, (opening, *lines, closing), strict=True)]
    assert len({row[2] for row in told}) > 1
    for month, sums in totals.items():
        shown = finance.get(f"/studio/owed/?month={month[:7]}").context["shown"]
        in_all = [line.cells[-1] for line in shown.cost_roll.lines]
        assert in_all == [shown.money(int(one * 100)) for one in sums]


def test_the_page_is_a_file_to_send_in_the_language_of_who_reads(finance: Client) -> None:
    """The figures of the screen, in the same words; nothing that is clicked."""
    context = finance.get("/studio/owed/?month=2026-05").context
    answer = finance.get("/studio/owed/files/liability.pdf?month=2026-05")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="club-liability.pdf"'
    told = told_in(answer.content)
    assert "What we owe on 31 May 2026 (month over, not closed)" in told
    with translation.override("en"):
        assert context["shown"].owed in told
        assert all(cell in told for line in context["shown"].unit_lines for cell in line.cells)
    assert "The triangle: units used of each month of issue" in told
    assert "Close the next month" not in told
    french = told_in(sign_in(Client(), "finance", "fr").get("/studio/owed/files/liability.pdf").content)
    assert "Ce que nous devons au 30 juin 2026" in french
    assert "réestimation" in french.lower()
    assert "Page 1 sur" in french
    assert finance.get("/studio/owed/files/liability.pdf?month=2031-01").status_code == 404


def test_each_month_of_issue_rises_to_its_ultimate_and_each_status_has_its_part(finance: Client) -> None:
    shown = finance.get("/studio/owed/").context["shown"]
    with translation.override("en"):
        _curve, _key, *lines = shown.development.series
        owed = shown.tier_lines[-1].cells[-1]
        assert owed == shown.owed
    for row in shown.triangle.rows:
        if row.projected:
            assert row.projected[-1] == row.ultimate
    ends = {one.name: one.values[-1] for one in lines if one.values[-1] is not None}
    assert {*ends.values()} == {row.ultimate / row.issued for row in shown.triangle.rows[-13:] if row.issued}


def test_hindsight_says_what_was_used_where_its_head_does(finance: Client) -> None:
    shown = finance.get("/studio/owed/").context["shown"]
    [first, *_rest] = shown.triangle.hindsight[::-1]
    with translation.override("en"):
        assert shown.hindsight[0][3] == f"{first.used:,}"


def test_a_month_is_closed_once_in_its_order_and_its_journal_is_what_the_command_gives(
    finance: Client,
) -> None:
    page = text_of(finance)
    assert "Close January 2026? It can never be opened again." in page
    refused = finance.post("/studio/owed/close/", {"month": "2026-03"}, follow=True).content.decode()
    assert "the next one is January 2026" in refused
    done = finance.post("/studio/owed/close/", {"month": "2026-01", "sure": "on"}, follow=True)
    assert "January 2026 is closed" in done.content.decode()
    assert "Journal entries of January 2026" in done.content.decode()
    again = finance.post("/studio/owed/close/", {"month": "2026-01"}, follow=True).content.decode()
    assert "closed already" in again
    [kept] = [one for one in queries.liability("club", clock.now()).months if one.is_closed]
    assert kept.hash[:12] in text_of(finance)
    journal = finance.get("/studio/owed/files/journal.csv?month=2026-01").content.decode().splitlines()
    assert journal[0] == "\ufeffReference,Journal,Date,Account,Label,Debit (€),Credit (€)"
    assert len(journal) == 1 + 2 * len(queries.journal("club", [kept.month], queries.policy("club").books))


def test_a_month_that_runs_cannot_be_closed(finance: Client) -> None:
    for month in range(1, 7):
        finance.post("/studio/owed/close/", {"month": f"2026-{month:02d}"})
    page = finance.post("/studio/owed/close/", {"month": "2026-07"}, follow=True).content.decode()
    assert "July 2026 is not over yet." in page
    assert "Every month that is over is closed." in page


def test_what_stands_behind_the_page_can_be_taken_away(finance: Client) -> None:
    book = finance.get("/studio/owed/files/liability.xlsx")
    assert book.content.startswith(b"PK")
    assert "club-liability.xlsx" in book["Content-Disposition"]
    for name in (
        "roll-forward",
        "liability-ht",
        "revenue-ht",
        "redemption-rates",
        "triangle",
        "hindsight",
        "tiers",
        "months",
    ):
        answer = finance.get(f"/studio/owed/files/{name}.csv")
        assert answer.status_code == 200
        assert answer.content.count(b"\r\n") >= 1
    assert finance.get("/studio/owed/files/secrets.csv").status_code == 404
    head, *months = finance.get("/studio/owed/files/months.csv").content.decode("utf-8-sig").splitlines()
    assert head == 'Month,Over,Closed,"Owed, HT (€)","Deferred, HT (€)"'
    found = queries.liability("club", clock.now())
    assert [float(line.split(",")[3]) for line in months] == [
        one.figures.liability_minor / 100 for one in found.months
    ]


def test_what_units_cost_is_set_for_open_months_and_a_mistake_is_told(finance: Client) -> None:
    page = text_of(finance, "/studio/owed/settings/")
    assert 'value="6815"' in page
    typed = {
        "books": "revenue", "vat": "20", "latest_months": "12",
        "accounts.provision": "1581", "accounts.charge": "6815", "accounts.release": "7815",
        "accounts.sales": "707", "accounts.deferred": "487", "accounts.journal": "OD",
        "currencies.points.cost": "60,5", "currencies.points.funded": "10", "currencies.points.expected": "",
        "currencies.vouchers.cost": "100", "currencies.vouchers.funded": "0", "currencies.vouchers.expected": "",
    }  # fmt: skip
    wrong = finance.post(
        "/studio/owed/settings/", typed | {"currencies.points.funded": "all of it", "vat": "120"}
    )
    assert wrong.status_code == 422
    assert "currencies.points.funded" in wrong.content.decode()
    assert "120 is too large" in wrong.content.decode()
    assert finance.post("/studio/owed/settings/", typed).status_code == 302
    kept = queries.policy("club")
    assert (kept.books.value, kept.accounts.provision, list(kept.currencies)) == (
        "revenue",
        "1581",
        ["points"],
    )
    assert (kept.currencies["points"].cost, kept.currencies["points"].funded) == (60.5, 10)
    assert "costs 60" in text_of(finance)


def test_who_may_only_look_closes_nothing(club: Database, client: Client) -> None:
    sign_in(client, "management")
    page = text_of(client)
    assert "Closing is for the role of finance." in page
    assert client.post("/studio/owed/close/", {"month": "2026-01"}).status_code == 403
    assert client.get("/studio/owed/settings/").status_code == 403
    client.post("/sign-out/")
    sign_in(client, "marketing")
    assert client.get("/studio/owed/").status_code == 403


def test_the_page_is_french_for_who_reads_french(club: Database, client: Client) -> None:
    sign_in(client, "finance", "fr")
    page = text_of(client)
    assert "Ce que nous devons au 24 juillet 2026" in page
    assert "Réestimation" in page
    assert "Du 31 décembre 2025 au 24 juillet 2026, ce que nous devons, au coût, a augmenté de" in page
    assert "<dfn>Chain ladder</dfn>" in page


def test_the_past_is_drawn_month_after_month_with_its_table_and_taken_away(
    finance: Client, tmp_path: Path
) -> None:
    page = text_of(finance, "/studio/expected/past/")
    for chart in ("participation", "frequency", "basket", "redemption"):
        assert f'<script id="{chart}" type="application/json">' in page
    lines = finance.get("/studio/expected/past/past.csv").content.decode().splitlines()
    assert len(lines) > 2
    assert finance.get("/studio/expected/past/past.pdf").content.startswith(b"%PDF")
    book = Worked(finance.get("/studio/expected/past/past.xlsx").content, tmp_path / "past.xlsx")
    months = measuring.past("club", clock.now()).months
    for row, one in enumerate(months, start=5):
        for column, figure in (("D", one.participation), ("F", one.frequency), ("H", one.basket_minor)):
            shown = book.at("past", f"{column}{row}")
            if figure is None:
                assert not shown
            else:
                assert shown == pytest.approx(figure / (100 if column == "H" else 1), abs=0.01)
    together = book.row("past", "together")
    assert book.at("past", f"E{together}") == sum(one.purchases for one in months)
