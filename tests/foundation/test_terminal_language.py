"""What the terminal says is said in one language: that of the settings, else the terminal's own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from django.utils import translation

from assidu.backoffice.reject_details import reject_detail
from assidu.cli import speech
from assidu.cli.commands.import_ import words
from assidu.cli.main import run
from assidu.connectors.imports.types import FIRST_ASIDE_MAX, Difference, Report, SetAside
from assidu.events.checks import checks
from assidu.foundation.database import Database
from assidu.foundation.settings import KNOWN, current_settings
from builders.imports import publish_programme


@pytest.fixture
def in_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIDU_LANGUAGE", "fr")
    current_settings.cache_clear()


@pytest.fixture(autouse=True)
def settings_as_they_were() -> Iterator[None]:
    yield
    current_settings.cache_clear()


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_BE.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": ""}, "fr"),
    ],
)
def test_the_locale_speaks_where_no_setting_does(environment: dict[str, str], spoken: str) -> None:
    assert speech.of_locale(environment) == spoken


def test_a_setting_wins_over_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for chosen, locale in (("fr", "en_GB.UTF-8"), ("en", "fr_FR.UTF-8")):
        monkeypatch.setenv("ASSIDU_LANGUAGE", chosen)
        monkeypatch.setenv("LC_ALL", locale)
        current_settings.cache_clear()
        assert speech.language() == chosen


def test_figures_are_written_as_the_language_does(in_french: None) -> None:
    assert (speech.number(1_642_722), speech.decimal(1234.56)) == (
        "1\u202f642\u202f722",
        "1\u202f234,6",
    )
    assert speech.ngettext("%(n)s event", "%(n)s events", 0) == "%(n)s événement", "French counts none as one"


def test_the_whole_of_a_command_is_in_one_language(
    in_french: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", "check", "/no/such/programme.yaml"]) == 2
    refused = capsys.readouterr().err
    assert "ne peut pas être lu" in refused
    assert "cannot" not in refused


def test_settings_keep_their_variables_whole_in_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["config", "show"]) == 0
    shown = capsys.readouterr().out
    missing = [setting.variable for setting in KNOWN if not re.search(rf"\b{setting.variable}\s", shown)]
    assert not missing
    assert max(map(len, shown.splitlines())) <= 80


def test_what_was_set_aside_is_told_with_its_place_and_where_the_rest_is() -> None:
    report = Report(rows=40, events=28)
    report.put_aside(
        [SetAside("till.csv", row, "bad_value", "amount: no number") for row in range(30, 18, -1)]
    )
    for language, sentence, rest in (
        ("fr", "till.csv, ligne 19 : amount : pas un nombre", "Mis de côté"),
        ("en", "till.csv, row 19: amount: no number", "Set aside"),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ASSIDU_LANGUAGE", language)
            current_settings.cache_clear()
            told = words(report)
        assert sentence in told
        assert rest in told
        assert told.count("till.csv") == FIRST_ASIDE_MAX
        assert "(bad_value)" in told
        assert told.index("19") < told.index("20")
    current_settings.cache_clear()


def test_no_code_stands_alone_in_what_is_told_of_an_import(in_french: None) -> None:
    report = Report()
    report.put_aside(
        [
            SetAside("joins.csv", 3, "missing_value", "id: nothing in the column card"),
            SetAside("joins.csv", 4, "missing_value", "time"),
            SetAside("old.csv", 2, "unknown_tier", "platinum"),
            SetAside("people.csv", 9, "not_a_card", "card"),
        ]
    )
    report.fields_left_out["phone: not_a_phone"] += 2
    report.columns["phone"] = "tel"
    report.differences += [
        Difference("old.csv", what, 2, 1)
        for what in ("members", "points: total", "points: issued in 2026-01", "tier gold")
    ]
    told = words(report)
    for what in ("membres", "points : total", "points : émis en 2026-01", "statut gold"):
        assert f"ÉCART old.csv : {what} : 2 annoncés, 1 portés au compte" in told
    assert "Un statut que le programme n’a pas (unknown_tier)" in told
    assert "joins.csv, ligne 3 : id : rien dans la colonne card" in told
    assert "joins.csv, ligne 4 : Il manque une valeur : time" in told
    assert "old.csv, ligne 2 : Un statut que le programme n’a pas : platinum" in told
    assert "people.csv, ligne 9 : Pas un numéro de carte : la carte" in told
    assert "phone (colonne tel) : Pas un numéro de téléphone" in told


@pytest.mark.parametrize(
    ("detail", "french"),
    [
        ("amount: no number", "amount : pas un nombre"),
        ("price: more than 2 decimals", "price : trop de décimales (au plus : 2)"),
        ("3 cells instead of 5", "3 cellules au lieu de 5"),
        (
            "$.data.lines[0].quantity: Expected `int`, got `str`",
            "$.data.lines[0].quantity : int attendu, str trouvé",
        ),
        ("$.type: must be one of: A, B", "$.type : attendu : A, B"),
        ("points asked=500 available=20", "points : il en faut 500, il y en a 20"),
        ("amount_minor=1200 first_told=1000", "1200 centimes, annoncés d’abord comme 1000"),
        ("something that nobody foresaw: here", "something that nobody foresaw: here"),
        ("", ""),
    ],
)
def test_the_detail_of_what_was_set_aside_is_told_in_french(detail: str, french: str) -> None:
    with translation.override("fr"):
        assert reject_detail(detail) == french


def test_doctor_counts_what_was_set_aside_and_says_what_to_do(
    assidu_db: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for count, sentence in ((1, "1 record was set aside"), (2, "2 records were set aside")):
        with psycopg.connect(assidu_db.url) as connection:
            connection.execute(
                "INSERT INTO events_reject (at, source, id, origin, origin_row, code, detail) "
                "VALUES (now(), 's', %s, 'f', 1, 'bad_value', '')",
                [str(count)],
            )
        with translation.override("en"):
            found = next(finding for finding in checks() if finding.name == "rejects")
        assert found.what.startswith(sentence)
        assert "GET /v1/rejects" in found.advice
    monkeypatch.setenv("ASSIDU_DATABASE_URL", assidu_db.url)
    monkeypatch.setenv("ASSIDU_DATABASE_OWNER_URL", assidu_db.owner_url)
    for language, reason in (
        ("en", "2  A value is not of the kind that is asked for (bad_value)"),
        ("fr", "2  Une valeur n'est pas du type attendu (bad_value)"),
    ):
        monkeypatch.setenv("ASSIDU_LANGUAGE", language)
        current_settings.cache_clear()
        run(["doctor"])
        assert reason in capsys.readouterr().out.replace("’", "'")


def test_the_secret_of_a_key_is_announced_and_the_key_has_a_name(
    assidu_db: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSIDU_DATABASE_URL", assidu_db.url)
    monkeypatch.setenv("ASSIDU_DATABASE_OWNER_URL", assidu_db.owner_url)
    monkeypatch.setenv("ASSIDU_LANGUAGE", "en")
    current_settings.cache_clear()
    assert run(["keys", "create", "--scope", "events:write", "--name", "till 12"]) == 0
    told = capsys.readouterr().out
    assert "shown this once" in told
    assert re.search(r"^  ask_\S+$", told, re.MULTILINE)
    assert run(["keys", "create", "--scope", "events:write", "--store", "317"]) == 0
    capsys.readouterr()
    assert run(["keys", "list"]) == 0
    listed = capsys.readouterr().out
    assert "till 12" in listed
    assert "events:write 317" in listed


def test_the_terminal_of_a_frenchman_speaks_french(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSIDU_")}
    home = tmp_path / "home"
    said = subprocess.run(
        [sys.executable, "-m", "assidu", "db", "status"],
        env=kept | {"ASSIDU_HOME": str(home), "LC_ALL": "fr_FR.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Il n’y a pas encore de base" in said.stdout, said


def test_the_way_of_a_version_is_told_in_one_language(
    assidu_db: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSIDU_DATABASE_URL", assidu_db.url)
    monkeypatch.setenv("ASSIDU_DATABASE_OWNER_URL", assidu_db.owner_url)
    monkeypatch.setenv("ASSIDU_LANGUAGE", "fr")
    current_settings.cache_clear()
    publish_programme(date(2025, 11, 16))
    for arguments, said in (
        (["drafts"], "Il n’y a pas de brouillon."),
        (["draft", "abcdef"], "Il n’y a pas de brouillon 'abcdef'."),
        (["threshold"], "Une personne suffit."),
        (["go-back", "1", "--on", "2027-03-01"], "Version 5, en vigueur à partir du 2027-03-01."),
        (["withdraw", "5"], "La version 5 est retirée : la version 6 continue comme avant."),
    ):
        run(["plan", *arguments])
        told = capsys.readouterr()
        assert said in " ".join((told.out + told.err).replace("\u00a0", " ").split()), arguments


@pytest.mark.parametrize(("count", "said"), [(0, "0 activée"), (1, "1 activée"), (2, "2 activées")])
def test_french_counts_agree_also_for_none_and_one(count: int, said: str) -> None:
    with translation.override("fr"):
        assert translation.ngettext("%(n)s activated", "%(n)s activated", count) % {"n": count} == said
