"""The programme's pages without a browser: what they say, who may publish, what is kept of it."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assidu.backoffice.programme import current_programme
from assidu.decisions.calendar import local_day
from assidu.foundation.clock import now
from assidu.foundation.people import actions, queries
from assidu.foundation.people.types import COMMAND_LINE, Person
from assidu.loyalty import approvals, drafts
from assidu.loyalty.plans import publish, published_plans
from assidu.plans.check import examine
from builders.documents import BASE, a_programme, a_rule

PASSWORD = "quatre mots bien choisis"
TEXT = "# ours\n" + a_programme()
OTHER = TEXT.replace("give: 1, each: 1.00", "give: 2, each: 1.00")


def today() -> date:
    """Asked anew each time: a run of the tests may go over midnight."""
    return local_day(now(), ZoneInfo("Europe/Paris"))


def sign_in(client: Client, *roles: str, language: str = "en") -> Client:
    email = f"{'-'.join(roles)}@exemple.fr"
    made = actions.create_person(
        email, "Anne Roche", roles, COMMAND_LINE, password=PASSWORD, language=language
    )
    assert isinstance(made, Person)
    assert client.post("/sign-in/", {"email": email, "password": PASSWORD}).status_code == 302
    return client


def put(text: str, note: str = "") -> int:
    document = examine(text).document
    assert document is not None
    return publish(document, text, at=now(), by="command", note=note).version


def first_day(text: str, day: date) -> str:
    return text.replace("valid_from: 2026-01-01", f"valid_from: {day.isoformat()}")


@pytest.fixture
def marketing(db: None, client: Client) -> Client:
    return sign_in(client, "marketing")


def test_before_the_first_version_the_page_says_what_to_do(marketing: Client) -> None:
    page = marketing.get("/programme/").content.decode()
    assert "No programme yet" in page
    assert "/programme/draft/" in page
    assert marketing.get("/programme/draft/").status_code == 200
    assert marketing.get("/programme/versions/1/").status_code == 404


def test_the_programme_is_told_in_sentences_with_its_versions(marketing: Client) -> None:
    put(TEXT, "Opening")
    put(first_day(OTHER, today() - timedelta(days=1)), "Twice as much")
    page = marketing.get("/programme/").content.decode()
    assert "gives 2 points for each €1 spent" in page
    assert "Version 2" in page
    assert "Twice as much" in page
    assert "(before: gives 1 point for each €1 spent)" in page
    assert "the command line" in page


def test_a_version_to_come_is_announced_and_not_yet_told_as_in_force(marketing: Client) -> None:
    put(TEXT)
    put(first_day(OTHER, today() + timedelta(days=30)))
    page = marketing.get("/programme/").content.decode()
    assert "gives 1 point for each €1 spent" in page
    assert "will be in force from" in page


def test_a_status_that_the_version_in_force_no_longer_has_keeps_its_name(marketing: Client) -> None:
    put(a_programme(BASE))
    put(a_programme(BASE, tiers=""))
    known = current_programme()
    assert known is not None
    assert known.document.tiers is None
    assert [known.tier_name(code) for code in ("gold", "platinum", None)] == ["Or", "platinum", ""]


def test_a_version_is_read_and_downloaded_as_it_was_written(marketing: Client) -> None:
    put(TEXT)
    page = marketing.get("/programme/versions/1/").content.decode()
    assert "# ours" in page
    answer = marketing.get("/programme/versions/1/?format=yaml")
    assert answer.content.decode() == TEXT
    assert "club-v1.yaml" in answer["Content-Disposition"]
    assert marketing.get("/programme/versions/9/").status_code == 404


def test_every_mistake_is_told_with_its_line(marketing: Client) -> None:
    put(TEXT)
    wrong = TEXT.replace("each: 1.00", "each: nothing").replace("tiers:", "tierz:")
    answer = marketing.post("/programme/draft/", {"yaml": wrong, "do": "check"})
    assert answer.status_code == 422
    page = answer.content.decode()
    lines = wrong.splitlines()
    for broken in ("each: nothing", "tierz:"):
        number = next(n for n, line in enumerate(lines, 1) if broken in line)
        assert f"Line {number}" in page
    assert queries.audit_trail(action="plan.checked").entries


def test_a_draft_is_compared_in_sentences_whether_pasted_or_sent_as_a_file(marketing: Client) -> None:
    put(TEXT)
    pasted = marketing.post("/programme/draft/", {"yaml": OTHER.replace("\n", "\r\n"), "do": "check"})
    sent = marketing.post(
        "/programme/draft/",
        {"yaml": "", "do": "check", "file": SimpleUploadedFile("new.yaml", OTHER.encode())},
    )
    for answer in (pasted, sent):
        assert answer.status_code == 200
        assert "gives 2 points for each €1 spent (before: gives 1 point" in answer.content.decode()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[" * 5000, b"a: &x [*x]", b"x" * 3_000_000])
def test_what_is_no_programme_at_all_is_answered_in_words(marketing: Client, content: bytes) -> None:
    answer = marketing.post(
        "/programme/draft/", {"do": "check", "file": SimpleUploadedFile("new.yaml", content)}
    )
    assert answer.status_code == 422


def kept(client: Client, text: str) -> str:
    """The address of a draft with this text."""
    answer = client.post("/programme/drafts/open/", {"source": "text", "yaml": text})
    assert answer.status_code == 302
    return answer["Location"]


def publish_on(client: Client, draft: str, day: str, note: str = "") -> Any:
    return client.post(f"{draft}approval/", {"do": "publish", "first_day": day, "note": note})


def test_publishing_asks_once_more_then_numbers_the_version_and_leaves_its_line(marketing: Client) -> None:
    put(TEXT)
    draft = kept(marketing, OTHER)
    ask = marketing.get(f"{draft}approval/")
    assert "Publish version 2" in ask.content.decode()
    assert len(published_plans("club")) == 1, "asking is not publishing"
    day = (today() + timedelta(days=3)).isoformat()
    done = publish_on(marketing, draft, day, "Generous spring")
    assert done["Location"] == "/programme/versions/2/"
    plan = published_plans("club")[-1]
    assert (plan.version, plan.note, plan.document.valid_from.isoformat()) == (2, "Generous spring", day)
    assert plan.yaml.startswith("# ours"), "comments are kept"
    assert f"valid_from: {day}" in plan.yaml
    entry = queries.audit_trail(action="plan.published").entries[0]
    assert (entry.object_id, entry.after) == ("2", {"programme": "club", "valid_from": day})
    page = marketing.get("/programme/versions/2/").content.decode()
    assert "Anne Roche" in page
    assert "No threshold is set" in page


def test_a_version_that_cannot_be_noted_is_not_published(
    marketing: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(TEXT)
    draft = kept(marketing, OTHER)

    def crash(*_args: object, **_more: object) -> None:
        raise RuntimeError("the server stops here")

    monkeypatch.setattr(approvals, "record", crash)
    with pytest.raises(RuntimeError):
        publish_on(marketing, draft, today().isoformat())
    assert len(published_plans("club")) == 1


def test_a_version_does_not_begin_in_the_past(marketing: Client) -> None:
    put(TEXT)
    draft = kept(marketing, OTHER)
    for day in ((today() - timedelta(days=2)).isoformat(), "", "soon"):
        assert publish_on(marketing, draft, day)["Location"] == f"{draft}approval/"
    assert len(published_plans("club")) == 1


def test_another_programme_or_a_broken_one_is_not_published(marketing: Client) -> None:
    put(TEXT)
    other = TEXT.replace("programme: club", "programme: other")
    for text in (other, TEXT.replace("tiers:", "tierz:"), ""):
        draft = kept(marketing, text)
        assert marketing.get(draft).status_code == 200
        assert publish_on(marketing, draft, today().isoformat())["Location"] == f"{draft}approval/"
    assert len(published_plans("club")) == 1
    assert not published_plans("other")


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "may_draft"), [("store", False), ("finance", True), ("consultant", True)])
def test_reading_is_for_all_drafting_for_some_publishing_for_few(
    client: Client, role: str, may_draft: bool
) -> None:
    put(TEXT)
    sign_in(client, role)
    assert client.get("/programme/").status_code == 200
    assert client.get("/programme/draft/").status_code == (200 if may_draft else 403)
    draft = drafts.open_draft(OTHER, at=now(), by="somebody", based_on=1)
    assert publish_on(client, f"/programme/drafts/{draft.draft_id}/", today().isoformat()).status_code == 403
    assert len(published_plans("club")) == 1


def test_a_label_with_markup_is_shown_as_text(marketing: Client) -> None:
    put(TEXT.replace("en: The Club", "en: <b>Club</b>"), "<script>alert(1)</script>")
    page = marketing.get("/programme/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;b&gt;Club" in page


def test_a_rule_whose_name_was_changed_is_still_one_rule(marketing: Client) -> None:
    put(TEXT)
    put(first_day(a_programme(BASE, a_rule("{fixed: 5}")), today()))
    assert "New rule" in marketing.get("/programme/versions/2/").content.decode()
