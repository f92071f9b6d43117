"""What is written down about a request, and what never is."""

import json
import logging
from collections.abc import Iterator

import psycopg
import pytest
import structlog
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.log import log_response

from assidu.foundation import logs
from assidu.foundation.database import Database
from assidu.foundation.requests import HEADER, RequestIdMiddleware, request_id

SOMEBODY = "0192f0c1-aaaa-7bbb-8ccc-0123456789ab"


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_personal_data_is_hidden_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "json")
    structlog.get_logger("test").info("joined", email="a@b.fr", customer="0192", card="299", points=5)
    line = json.loads(capsys.readouterr().err)
    assert (line["email"], line["card"]) == ("(hidden)", "(hidden)")
    assert (line["customer"], line["points"], line["event"]) == ("0192", 5, "joined")


def test_what_others_log_comes_out_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "json")
    structlog.contextvars.bind_contextvars(request_id="abc")
    logging.getLogger("django.request").warning("Not Found: %s", "/x")
    structlog.contextvars.clear_contextvars()
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["request_id"]) == ("Not Found: /x", "warning", "abc")


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/v1/customers/card:2990010000177", "/v1/customers/(hidden)"),
        ("/v1/customers/2990010000177/ledger", "/v1/customers/(hidden)/ledger"),
        ("/v1/customers/phone:+33639980001/links", "/v1/customers/(hidden)/links"),
        ("/v1/customers/anne@example.fr", "/v1/customers/(hidden)"),
        ("/v1/customers/06-39-98-00-01", "/v1/customers/(hidden)"),
        (f"/join/{SOMEBODY}/k3Y-of_one/", f"/join/{SOMEBODY}/(hidden)/"),
        ("/offers/draws/first-monthly/2025-11-16/", "/offers/draws/first-monthly/2025-11-16/"),
    ],
)
def test_no_log_repeats_whom_an_address_names(
    capsys: pytest.CaptureFixture[str], path: str, written: str
) -> None:
    logs.configure("info", "json")
    refused = HttpResponse(status=422)
    log_response("%s: %s", refused.reason_phrase, path, response=refused, request=RequestFactory().get(path))
    structlog.get_logger("test").error("request failed", path=path)
    theirs, ours = map(json.loads, capsys.readouterr().err.splitlines())
    assert theirs["event"] == f"Unprocessable Entity: {written}"
    assert ours["path"] == written


def test_a_trace_shows_no_variables(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "text")
    email = "someone@example.fr"
    try:
        raise ValueError(len(email))
    except ValueError:
        logging.getLogger("test").exception("it failed")
    written = capsys.readouterr().err
    assert "ValueError: 18" in written
    assert email not in written


@pytest.mark.parametrize(("level", "has_trace"), [(logging.WARNING, False), (logging.ERROR, True)])
def test_a_page_that_is_refused_is_one_line_and_a_fault_of_ours_a_trace(
    capsys: pytest.CaptureFixture[str], level: int, has_trace: bool
) -> None:
    logs.configure("info", "text")
    try:
        raise PermissionDenied("customers.view")
    except PermissionDenied as refused:
        logging.getLogger("django.request").log(level, "Forbidden: %s", "/people/", exc_info=refused)
    written = capsys.readouterr().err
    assert "Forbidden: /people/" in written
    assert ("Traceback" in written) is has_trace


class Planted(Exception):
    """What others raise on top of the database's error."""


@pytest.mark.parametrize("style", ["json", "text"])
def test_no_log_repeats_the_row_that_the_database_refused(
    worker_database: Database, capsys: pytest.CaptureFixture[str], style: str
) -> None:
    logs.configure("info", style)
    name = "Quenneville\n\nApolline"
    with psycopg.connect(worker_database.url) as connection:
        connection.execute("CREATE TEMPORARY TABLE planted (name text PRIMARY KEY CHECK (name <> 'Q'))")
        connection.execute("INSERT INTO planted VALUES (%s)", [name])
        try:
            connection.execute("INSERT INTO planted VALUES (%s)", [name])
        except psycopg.errors.UniqueViolation as error:
            refused = error
            structlog.get_logger("test").exception("ours")
    assert "Apolline" in str(refused)
    structlog.get_logger("test").error("ours, by value", error=refused)
    logging.getLogger("django.request").error("theirs: %s", refused, exc_info=refused)
    try:
        raise Planted from ExceptionGroup("several", [refused])
    except Planted:
        logging.getLogger("test").exception("chained and grouped")
    written = capsys.readouterr().err
    assert "Quenneville" not in written
    assert "Apolline" not in written
    assert written.count("duplicate key value violates unique constraint") >= 5
    assert "Traceback" in written
    assert "Planted" in written


@pytest.mark.parametrize(
    "proposed", [None, "", "short", "a" * 65, "has space in", "line\nbreak-line", "<script>xx"]
)
def test_an_id_that_could_harm_a_log_is_not_taken_over(proposed: str | None) -> None:
    assert request_id(proposed) != proposed
    assert request_id("from-proxy-1234") == "from-proxy-1234"


def test_the_answer_carries_the_id_of_the_request() -> None:
    seen: list[str] = []

    def view(request: object) -> HttpResponse:
        seen.append(structlog.contextvars.get_contextvars()["request_id"])
        return HttpResponse()

    answer = RequestIdMiddleware(view)(RequestFactory().get("/", headers={HEADER: "from-proxy-1234"}))
    assert isinstance(answer, HttpResponse)
    assert answer[HEADER] == seen[0] == "from-proxy-1234"
