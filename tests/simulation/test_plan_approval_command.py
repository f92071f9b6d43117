"""`assidu plan` on the way from a draft to a version in force: submitted, approved, published, withdrawn, gone back."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from assidu.foundation.clock import now
from assidu.foundation.database import Database
from assidu.foundation.people.types import COMMAND_LINE, Actor
from assidu.loyalty import approvals, drafts
from assidu.loyalty.needs import YearlyChange
from assidu.loyalty.plans import published_plans
from simulation.test_plan_versions_command import RICHER, TEXT, a_file, asked, today

SOON = (today() + timedelta(days=3)).isoformat()
ANNE = Actor(UUID(int=7))


def test_a_file_is_submitted_and_published_from_its_draft(
    terminal: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(capsys, "publish", a_file(tmp_path, TEXT))
    assert asked(capsys, "drafts")[1] == {"drafts": []}
    status, answer = asked(capsys, "submit", a_file(tmp_path, RICHER, "richer.yaml"))
    assert (status, answer["state"], answer["cause"]) == (0, "approved", "no_threshold")
    draft = answer["draft"]
    assert asked(capsys, "drafts")[1]["drafts"][0]["draft"] == draft
    status, answer = asked(capsys, "draft", draft[-8:])
    assert (status, len(answer["changes"])) == (0, 1)
    status, answer = asked(capsys, "publish", draft, "--on", SOON, "--note", "Spring")
    assert (status, answer["version"], answer["valid_from"], answer["note"]) == (0, 2, SOON, "Spring")
    status, answer = asked(capsys, "withdraw", "2")
    assert (status, answer["version"], answer["valid_from"]) == (0, 3, SOON)
    assert asked(capsys, "withdraw", "2")[1]["error"]["code"] == "has_begun"
    assert asked(capsys, "withdraw", "9")[1]["error"]["code"] == "unknown_version"
    assert asked(capsys, "draft", "nobody")[1]["error"]["code"] == "unknown_draft"


def test_above_the_threshold_the_command_line_does_not_approve_itself(
    terminal: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(capsys, "publish", a_file(tmp_path, TEXT))
    assert asked(capsys, "threshold")[1]["yearly_minor"] is None
    assert asked(capsys, "threshold", "many")[1]["error"]["code"] == "bad_amount"
    assert asked(capsys, "threshold", "0")[1]["yearly_minor"] == 0
    richer = a_file(tmp_path, RICHER, "richer.yaml")
    assert asked(capsys, "publish", richer)[1]["error"]["code"] == "begins_too_early"
    status, answer = asked(capsys, "publish", richer, "--on", SOON)
    assert (status, answer["error"]["code"]) == (1, "needs_approval")
    status, answer = asked(capsys, "submit", richer, "--simulate")
    assert (status, answer["state"], answer["needed"]) == (1, "submitted", 1)
    draft = answer["draft"]
    assert asked(capsys, "approve", draft)[1]["error"]["code"] == "own_work"
    assert asked(capsys, "publish", draft, "--on", SOON)[1]["error"]["code"] == "not_approved"
    approvals.approve(UUID(draft), at=now(), by=ANNE)
    status, answer = asked(capsys, "publish", draft, "--on", SOON)
    assert (status, answer["version"]) == (0, 2)


def test_the_command_line_approves_what_somebody_else_wrote(
    terminal: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(capsys, "publish", a_file(tmp_path, TEXT))
    approvals.set_threshold("club", 0, at=now(), by=COMMAND_LINE)
    draft = drafts.open_draft(RICHER, at=now(), by=approvals.signature(ANNE), based_on=1)
    approvals.submit(draft.draft_id, YearlyChange(1, 1), at=now(), by=ANNE)
    status, answer = asked(capsys, "approve", str(draft.draft_id), "--note", "Good")
    assert (status, answer["state"]) == (0, "approved")


def test_going_back_is_one_command(
    terminal: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(capsys, "publish", a_file(tmp_path, TEXT))
    status, answer = asked(
        capsys, "publish", a_file(tmp_path, RICHER, "richer.yaml"), "--on", today().isoformat()
    )
    assert (status, answer.get("version")) == (0, 2), answer
    status, answer = asked(capsys, "go-back", "1", "--note", "Too dear")
    assert (status, answer.get("version"), answer.get("note")) == (0, 3, "Too dear"), answer
    assert published_plans("club")[2].document.rules == published_plans("club")[0].document.rules
    assert asked(capsys, "go-back", "9")[1]["error"]["code"] == "unknown_version"
