"""What it should bring, on the screen: figures that are turned and answered, kept, laid side by side, taken away."""

import re
from collections.abc import Mapping
from datetime import date
from html import unescape
from io import BytesIO

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import override
from pypdf import PdfReader

from assidu.backoffice.charts import spans
from assidu.backoffice.views.studio.amounts import Amounts
from assidu.backoffice.views.studio.assumed import Form, document_of
from assidu.catalogue.actions import put_stores
from assidu.catalogue.types import Store
from assidu.economics import queries
from assidu.economics.actions import save_assumptions
from assidu.economics.documents import assumptions_yaml, read_assumptions
from assidu.economics.types import SEGMENTS_MAX, Assumptions, Measured, Range, report
from assidu.foundation import clock
from assidu.foundation.database import Database
from assidu.foundation.people import actions
from assidu.foundation.people.types import COMMAND_LINE, Person
from assidu.foundation.settings import current_settings
from assidu.loyalty.due import run_due
from builders.club import a_club, half_a_year_of_the_club
from builders.history import History, on
from economics.models.scenarios import a, a_segment, assuming

PASSWORD = "quatre mots bien choisis"
PAGE = "/studio/expected/"
INPUT = re.compile(r'<input(?=[^>]*\bname="([^"]+)")(?=[^>]*\bvalue="([^"]*)")[^>]*>')


def sign_in(client: Client, role: str, language: str = "en") -> Client:
    email = f"{role}.{language}@exemple.fr"
    made = actions.create_person(
        email, "Anne Roche", [role], COMMAND_LINE, password=PASSWORD, language=language
    )
    assert isinstance(made, Person)
    assert client.post("/sign-in/", {"email": email, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def opened(assidu_db: Database) -> Database:
    """A programme without a past."""
    History([a_club()]).write(assidu_db.url)
    return assidu_db


@pytest.fixture
def finance(opened: Database, client: Client) -> Client:
    return sign_in(client, "finance")


def text_of(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the form of assumptions."""
    form = page[page.index('id="assumptions"') : page.index("</form>", page.index('id="assumptions"'))]
    return {unescape(name): unescape(value) for name, value in INPUT.findall(form)}


def kept(document: Assumptions) -> Assumptions:
    save_assumptions("club", document, by=COMMAND_LINE, at=clock.now())
    return document


def post(client: Client, typed: Mapping[str, str], do: str = "show", **more: str) -> str:
    answer = client.post(PAGE, {**typed, "do": do}, headers=more or None)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


BASE = assuming(
    a_segment("gold", frequency_uplift=a(6, 0, 12), basket=a(40, 35, 45)),
    a_segment("bronze", frequency_uplift=a(6, 0, 12), basket=a(20)),
    name="Base case",
    draws=300,
    used_by_age=(60.0, 40.0),
)


def test_without_a_past_everything_is_to_be_filled_in_and_no_rate_is_invented(finance: Client) -> None:
    page = text_of(finance)
    assert "No month is whole yet" in page
    assert "There are no sales in these assumptions" in page
    assert "%</span>" not in page[page.index('id="result"') :]


def test_a_saved_set_is_opened_and_says_what_it_comes_to(finance: Client) -> None:
    kept(BASE)
    page = text_of(finance, f"{PAGE}?set=Base+case")
    found = report(BASE)
    assert found.chances is not None
    assert "Base case, version 1" in page
    assert f"{round(100 * found.chances.loss)}%" in page
    net = f"{abs(round(found.total.net_minor / 100)):,}"
    assert net in page
    for title in (
        "From sales on top",
        "Net (HT) by uplift",
        "each figure at its ends",
        "Cumulated cash",
        "Generosity",
    ):
        assert title in page
    assert "No investment was entered: net, return and break-even leave it out." in page
    assert finance.get(f"{PAGE}?set=nobody").status_code == 404


def test_the_form_says_the_whole_document_and_nothing_else(finance: Client) -> None:
    """Sent back untouched, it is the document that it was made of, measured figures and all."""
    measured = Range(value=40.0, low=35.0, high=45.0, basis=Measured.MEASURED)
    document = kept(
        assuming(
            a_segment("gold", basket=measured),
            a_segment("bronze", margin=a(12.5)),
            name="As it was",
            draws=50,
        )
    )
    together = fields_of(text_of(finance))
    apart = fields_of(post(finance, together, "apart"))
    assert len(apart) > len(together)
    for fields in (together, apart):
        assert read_assumptions(post(finance, fields, "yaml")) == (document, ())


def test_boxes_show_the_comma_of_french_and_sliders_what_browsers_take() -> None:
    measured = Range(value=40.5, low=35.25, high=45.0, basis=Measured.MEASURED)
    document = assuming(a_segment("gold", basket=measured), a_segment("bronze", margin=a(12.5)), draws=0)
    with translation.override("fr"):
        boxes = [box for group in Form(document).groups for one in group.figures for box in one.boxes]
        [basket] = [box for box in boxes if box.key == "s0.basket"]
        assert (basket.value, basket.low, basket.slid) == ("40,5", "35,25", "40.5")
        typed = {
            f"{box.key}.{part}": getattr(box, part)
            for box in boxes
            for part in ("value", "low", "high", "was")
        }
        codes = {"s0.code": "gold", "s1.code": "bronze", "name": document.name}
        read = document_of(typed | codes)["segments"][0]["basket"]
        assert read == {"value": 40.5, "low": 35.25, "high": 45, "basis": "measured"}
        with_signs = document_of(
            typed | codes | {"s0.basket.value": "44,5 €", "s0.margin.value": "25 %"}, ("€",)
        )
        assert with_signs["segments"][0]["basket"]["value"] == 44.5
        assert with_signs["segments"][0]["margin"]["value"] == 25


def test_what_is_the_same_everywhere_is_told_once_and_what_is_changed_is_assumed(finance: Client) -> None:
    measured = Range(value=40.0, low=35.0, high=45.0, basis=Measured.MEASURED)
    kept(
        assuming(
            a_segment("gold", basket=measured), a_segment("bronze", basket=measured), name="One", draws=0
        )
    )
    typed = fields_of(text_of(finance))
    assert typed["all.basket.value"] == "40"
    assert "s0.basket.value" not in typed
    found, _problems = read_assumptions(post(finance, typed | {"all.basket.value": "44,5"}, "yaml"))
    assert found is not None
    assert [one.basket.value for one in found.segments] == [44.5, 44.5]
    assert {one.basket.basis for one in found.segments} == {Measured.ASSUMED}


def test_a_figure_that_moves_is_answered_at_once_and_with_a_button(finance: Client) -> None:
    kept(BASE)
    typed = fields_of(text_of(finance)) | {"all.frequency_uplift.value": "9"}
    part = post(finance, typed, **{"HX-Request-Type": "partial"})
    assert "<html" not in part
    whole = post(finance, typed)
    assert "nothing is kept until you save it" in whole
    found, _problems = read_assumptions(post(finance, typed, "yaml"))
    assert found is not None
    net = f"{abs(round(report(found).total.net_minor / 100)):,}"
    assert net in part
    assert net in whole
    assert fields_of(whole)["all.frequency_uplift.value"] == "9"
    assert len(queries.saved_assumptions("club")) == 1


def test_what_makes_no_sense_is_said_and_what_was_typed_stays(finance: Client) -> None:
    kept(BASE)
    typed = fields_of(text_of(finance)) | {"all.frequency_uplift.value": "40", "s1.basket.value": "a lot"}
    answer = finance.post(PAGE, typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Basket, HT, bronze" in page
    assert fields_of(page)["s1.basket.value"] == "a lot"
    typed["s1.basket.value"] = "20"
    part = post(finance, typed, **{"HX-Request-Type": "partial"})
    assert part.count("40 does not lie between 0 and 12") == 1
    assert "Cumulated cash" not in part
    answer = finance.post(PAGE, typed | {"do": "show"}, headers={"HX-Request-Type": "partial"})
    assert answer.headers["HX-Retarget"] == "#wrong", "what was worked out before stays on the right"
    assert 'data-wrong="all.frequency_uplift.value"' in part
    typed |= {"all.frequency_uplift.value": "9,5", "s1.basket.value": "1 020,5"}
    good = post(finance, typed, **{"HX-Request-Type": "partial"})
    assert '<div id="wrong" hx-swap-oob="innerHTML"></div>' in good, "decimals as French people type them"
    wrong = post(finance, typed | {"s1.basket.value": "x"}, **{"HX-Request-Type": "partial"})
    assert "`x` is not a number" in wrong
    assert "point" not in wrong, "which is for files"


def test_a_set_is_kept_by_name_and_version_and_two_are_laid_side_by_side(finance: Client) -> None:
    kept(BASE)
    assert "Nothing to compare yet" in text_of(finance, f"{PAGE}compare/")
    typed = fields_of(text_of(finance))
    finance.post(PAGE, typed | {"all.frequency_uplift.value": "3", "do": "save"})
    finance.post(PAGE, typed | {"all.frequency_uplift.value": "3", "name": "Careful", "do": "save"})
    assert {(one.name, one.version) for one in queries.saved_assumptions("club")} == {
        ("Base case", 2),
        ("Careful", 1),
    }
    first = text_of(finance, f"{PAGE}?set=Base+case&version=1")
    assert fields_of(first)["all.frequency_uplift.value"] == "6"
    put_stores([Store("317", "Nantes", "Nantes", is_invented=True)])
    side = text_of(finance, f"{PAGE}compare/?set=Base+case&set=Careful")
    assert '<dialog id="invented"' in side
    net = f"{abs(round(report(BASE).total.net_minor / 100)):,}"
    assert "Careful" in side
    assert net not in side  # the newest version of each
    book, paper = (
        finance.get(f"{PAGE}compare/sets.{kind}?set=Base+case&set=Careful").content
        for kind in ("xlsx", "pdf")
    )
    assert book.startswith(b"PK")
    told = " ".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages)
    assert "What is left of each set" in told
    assert finance.get(f"{PAGE}compare/sets.pdf?set=Careful").status_code == 404
    unnamed = finance.post(PAGE, typed | {"name": "", "do": "save"})
    assert unnamed.status_code == 422


def test_a_net_and_a_risk_that_say_opposite_things_are_explained(finance: Client) -> None:
    kept(assuming(a_segment("gold", frequency_uplift=a(7, 0, 7.5)), draws=300, name="Skewed"))
    assert "They point in different ways" in text_of(finance, f"{PAGE}?set=Skewed")
    kept(BASE)
    assert "They point in different ways" not in text_of(finance, f"{PAGE}?set=Base+case")


def test_everything_can_be_taken_away_as_it_stands_in_the_form(finance: Client) -> None:
    kept(BASE)
    typed = fields_of(text_of(finance)) | {"all.frequency_uplift.value": "9"}
    book = finance.post(PAGE, typed | {"do": "excel"})
    assert book.content.startswith(b"PK")
    paper = finance.post(PAGE, typed | {"do": "pdf"})
    assert paper["Content-Type"] == "application/pdf"
    told = " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(paper.content)).pages).split())
    assert "More purchases (%) 0 9 12 assumed" in told
    for name in ("totals", "months", "waterfall", "tornado", "break-even", "generosity"):
        answer = finance.post(PAGE, typed | {"do": f"csv:{name}"})
        assert answer["Content-Type"].startswith("text/csv"), name
    lines = finance.post(PAGE, typed | {"do": "csv:months"}).content.decode().splitlines()
    assert len(lines) == 1 + BASE.months


def test_a_file_for_a_french_spreadsheet_has_semicolons_commas_and_its_unit_in_the_head(
    opened: Database, client: Client
) -> None:
    kept(BASE)
    sign_in(client, "finance", "fr")
    typed = fields_of(text_of(client))
    answer = client.post(PAGE, typed | {"do": "csv:months"})
    text = answer.content.decode()
    assert text.startswith("\ufeffMois;Ventes de toute façon, HT (€);")
    first = text.splitlines()[1].split(";")
    assert first[0] == "1"
    assert re.fullmatch(r"-?[0-9]+,[0-9]{2}", first[1]), first
    tornado = client.post(PAGE, typed | {"do": "csv:tornado"}).content.decode()
    assert "Panier, HT;;35;45;supposé;" in tornado


def test_every_column_of_every_table_has_a_head_in_words() -> None:
    from assidu.backoffice.csv_files import _OF_ROWS, _head_in, _kind, head
    from assidu.economics.discounts.tables import tables
    from assidu.economics.tables import journal_table, macro_tables, tiers_table
    from builders.discounts_answer import an_answer

    def said(table: str, column: str) -> bool:
        """Without VAT or with it."""
        return any(unit in _head_in(table, column) for unit in ("HT", "TTC"))

    found = [*tables(an_answer("club")), *macro_tables(report(BASE), 2)]
    found += [journal_table([], 2), tiers_table(date(2026, 1, 1), [], 2)]
    assert [one for table in found for one in table.columns if head(one) == one] == []
    for table in found:
        amounts = [column for column in table.columns if _kind(column) in ("money", "minor")]
        amounts = [one for one in amounts if one not in ("debit", "credit")]  # an entry of the books
        amounts += [str(row[0]) for row in table.rows if table.columns[0] in _OF_ROWS and _kind(str(row[0]))]
        assert [one for one in amounts if _kind(one) != "share" and not said(table.name, one)] == []
    for name, column in (("plans", "cost_minor_low_80"), ("tiers", "cost_minor"), ("rules", "cost_minor")):
        assert _head_in(name, column).startswith("Coût, HT")
    for column in ("issued_minor", "low_80_minor", "high_95_minor", "allocated_minor"):
        assert _head_in("revenue-ht", column).endswith(", HT")
    with override("fr"):
        assert head("cost_minor_low_80") == "Coût, bas, 80 sur 100"
        assert head("given_minor.before") == "Donné, TTC, Avant"
        assert head("low_95_minor") == "Bas, 95 sur 100"


def test_the_past_is_measured_where_there_is_one(
    assidu_db: Database, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSIDU_NOW", on(200).isoformat())
    current_settings.cache_clear()
    history = History([a_club()])
    half_a_year_of_the_club(history)
    history.write(assidu_db.url)
    run_due(on(200))
    sign_in(client, "finance")
    page = text_of(client)
    assert "Measured on the latest whole months" in page
    assert '<span class="pill good">measured</span>' in page


def test_who_may_only_look_tries_and_keeps_nothing(opened: Database, client: Client) -> None:
    sign_in(client, "management")
    kept(BASE)
    typed = fields_of(text_of(client))
    assert "Cumulated cash" in post(client, typed)
    assert client.post(PAGE, typed | {"name": "Mine", "do": "save"}).status_code == 403
    client.post("/sign-out/")
    sign_in(client, "marketing")
    assert client.get(PAGE).status_code == 403


def test_a_name_that_is_code_is_shown_as_text(finance: Client) -> None:
    kept(assuming(name="<script>alert(1)</script>", draws=0))
    page = text_of(finance)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page
    assert assumptions_yaml(queries.saved_assumptions("club")[0].document)


def test_a_lying_bar_reaches_from_low_to_high_wherever_zero_lies() -> None:
    """As a browser stacks it: what is above zero and what is below it apart, each upon its ground."""
    lows, highs = [-30, -30, -30, 0, 10, 20], [-10, 0, 40, 25, 30, 20]
    drawn = spans("net", lows, highs)
    for place, (low, high) in enumerate(zip(lows, highs, strict=True)):
        ends: list[float] = []
        for side in (1, -1):
            of = [one for one in drawn if side * (one.values[place] or 0) > 0]
            ground = sum(one.values[place] or 0 for one in of if one.is_ground)
            length = sum(one.values[place] or 0 for one in of if not one.is_ground)
            ends += [ground, ground + length] if length else []
        if low != high:
            assert (min(ends), max(ends)) == (low, high)


def test_a_money_without_cents_is_not_divided() -> None:
    assert Amounts("JPY", 0).units(1234) == 1234
    assert "7" in Amounts("JPY", 0).money(7)
    assert Amounts("KWD", 3).units(1234) == 1.234


def told(page: str, document: Assumptions) -> bool:
    """Whether the page says what this document comes to."""
    return f"{abs(round(report(document).total.net_minor / 100)):,}" in page[page.index('id="result"') :]


def test_a_segment_is_added_like_another_named_and_counted_everywhere(finance: Client) -> None:
    kept(BASE)
    more = fields_of(post(finance, fields_of(text_of(finance)) | {"like": "0"}, "add"))
    begun, _problems = read_assumptions(post(finance, more, "yaml"))
    assert begun is not None
    assert begun.segments[2].members == a(0), "nobody counts twice"
    assert report(begun).total == report(BASE).total
    named = more | {"s2.name": "Les nouveaux", "s2.members.value": "250"}
    found, problems = read_assumptions(post(finance, named, "yaml"))
    assert found is not None, problems
    new = found.segments[2]
    assert (new.code, new.name, new.members) == ("segment-1", "Les nouveaux", a(250))
    assert new.basket == BASE.segments[0].basket
    page = post(finance, named)
    assert told(page, found)
    assert page.count("Les nouveaux") > 2, "in its field, its figures, the table of segments"
    lines = post(finance, named, "csv:totals").splitlines()
    assert [line.lstrip("\ufeff").split(",")[0] for line in lines] == [
        "Segment",
        "",
        "gold",
        "bronze",
        "Les nouveaux",
    ]
    assert finance.post(PAGE, named | {"do": "save"}).status_code == 302
    assert queries.saved_assumptions("club")[0].document == found


def test_what_was_measured_of_one_group_is_assumed_of_a_new_one_and_stays_measured_of_the_first(
    finance: Client,
) -> None:
    measured = Range(value=40.0, low=35.0, high=45.0, basis=Measured.MEASURED)
    kept(assuming(a_segment("gold", basket=measured), name="One", draws=0))
    typed = fields_of(post(finance, fields_of(text_of(finance)) | {"like": "0"}, "add"))
    found, _problems = read_assumptions(post(finance, typed, "yaml"))
    assert found is not None
    assert [one.basket.basis for one in found.segments] == [Measured.MEASURED, Measured.ASSUMED]
    assert [one.basket.value for one in found.segments] == [40, 40]


def test_a_segment_that_is_taken_away_can_be_put_back_as_it_was(finance: Client) -> None:
    kept(BASE)
    typed = fields_of(text_of(finance)) | {"s0.name": "Or", "s0.basket.value": "39"}
    before, _problems = read_assumptions(post(finance, typed, "yaml"))
    page = post(finance, typed, "remove:0")
    assert "Or is taken away." in page
    left, _problems = read_assumptions(post(finance, fields_of(page), "yaml"))
    assert before is not None
    assert left is not None
    assert left.segments == before.segments[1:]
    assert told(page, left)
    # One is added in between: it takes no code of the one that may come back.
    added = fields_of(post(finance, fields_of(page), "add"))
    back, problems = read_assumptions(post(finance, fields_of(post(finance, added, "restore")), "yaml"))
    assert back is not None, problems
    assert [one.code for one in back.segments] == ["gold", "bronze", "segment-1"]
    assert back.segments[:2] == before.segments


def test_without_any_segment_there_is_nothing_to_work_out_and_one_can_be_added(finance: Client) -> None:
    kept(Assumptions(name="Nobody", segments=()))
    page = text_of(finance)
    assert "No segment" in page
    assert "There are no sales in these assumptions" in page
    page = post(finance, fields_of(page), "add")
    typed = fields_of(page)
    assert (typed["s0.code"], typed["s0.redemption.value"]) == ("segment-1", "100")
    emptied = fields_of(post(finance, typed, "remove:0"))
    assert fields_of(post(finance, emptied, "restore"))["s0.code"] == "segment-1"


def test_figures_told_once_are_told_of_each_segment_and_nothing_typed_is_lost(finance: Client) -> None:
    kept(BASE)
    typed = fields_of(text_of(finance)) | {"all.margin.value": "a lot", "s0.name": "Or"}
    part = post(finance, typed, "apart:margin", **{"HX-Request-Type": "partial"})
    assert "<html" not in part
    assert 'id="wrong" hx-swap-oob' in part
    fields = fields_of(part)
    assert [fields[f"s{place}.margin.value"] for place in (0, 1)] == ["a lot", "a lot"]
    assert "all.margin.value" not in fields
    assert fields["s0.name"] == "Or"
    assert "<b>Margin, of net sales HT (%), Or</b>" in part


def test_a_name_that_tells_no_segment_from_another_is_refused(finance: Client) -> None:
    kept(BASE)
    typed = fields_of(text_of(finance))
    for named, said in (
        ({"s0.name": "Fidèles", "s1.name": " fidèles "}, "is already the name of a segment"),
        ({"s0.name": "bronze"}, "is already the name of a segment"),
        ({"s1.name": "x" * 201}, "Name of segment 2"),
    ):
        answer = finance.post(PAGE, typed | named | {"do": "save"})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert said in page
        assert page.count('aria-invalid="true"') == 1
    assert len(queries.saved_assumptions("club")) == 1


def test_a_button_that_nobody_was_shown_does_no_harm(finance: Client) -> None:
    kept(BASE)
    typed = fields_of(text_of(finance)) | {"like": "99", "removed": "place=-1&x=y"}
    for do in ("remove:7", "remove:x", "remove:", "restore", "apart:nothing", "add:3"):
        page = post(finance, typed, do)
        assert "It cannot be worked out" not in page, do


def test_there_is_an_end_to_how_many_segments_there_can_be(finance: Client) -> None:
    kept(assuming(*(a_segment(f"one-{place}") for place in range(SEGMENTS_MAX)), name="Many"))
    page = text_of(finance)
    assert "There can be no more segments." in page
    assert f"{SEGMENTS_MAX} segments are as many as there can be." in post(finance, fields_of(page), "add")
