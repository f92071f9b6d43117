"""Ready programmes to start from: correct, without a warning, in both languages, free of anybody's catalogue."""

from dataclasses import replace as replace_state
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

import assidu.demo
from assidu.decisions.decision import Decision
from assidu.decisions.facts import SaleInputs
from assidu.decisions.state import Membership
from assidu.plans.check import examine
from assidu.plans.compile import compile_plan
from assidu.plans.document import Document
from assidu.plans.library import HOUSE, ReadyProgramme, for_programme, library
from assidu.plans.rewriting import rewritten
from assidu.plans.wording import Language, describe, receipt
from builders.documents import a_document
from builders.states import a_member

PLANS = Path(assidu.demo.__file__).parent / "plans"
ALL = pytest.mark.parametrize("ready", library().values(), ids=list(library()))


@ALL
def test_a_ready_programme_is_correct_without_a_warning(ready: ReadyProgramme) -> None:
    examined = examine(ready.yaml)
    assert examined.is_ok
    assert examined.problems == ()
    assert ready.document.programme == ready.code


@ALL
def test_a_ready_programme_names_nothing_of_a_retailers_catalogue(ready: ReadyProgramme) -> None:
    document = ready.document
    conditions = [*(rule.when for rule in document.rules), *(offer.when for offer in document.offers)]
    assert all(not when.stores and not when.channels for when in conditions)
    assert all(rule.lines is None for rule in document.rules)
    assert all(offer.lines is None for offer in document.offers)
    assert not document.exclusions.departments


@ALL
@pytest.mark.parametrize("language", Language)
def test_a_ready_programme_reads_as_sentences(ready: ReadyProgramme, language: Language) -> None:
    sections = {section.code: section for section in describe(ready.document, language).sections}
    assert len(sections["rules"].lines) == len(ready.document.rules)
    assert ready.purpose.fr != ready.purpose.en
    assert ready.name.fr != ready.name.en


@ALL
def test_every_rule_of_a_ready_programme_serves_an_objective(ready: ReadyProgramme) -> None:
    assert all(rule.serves for rule in ready.document.rules)


@ALL
def test_a_ready_programme_becomes_the_next_version_of_the_one_in_service(ready: ReadyProgramme) -> None:
    live = replace(a_document(), zone="America/Martinique")
    document = for_programme(ready, live)
    assert (document.programme, document.zone) == ("club", "America/Martinique")
    assert document.rules == ready.document.rules
    assert compile_plan(document).programme == "club"


@ALL
def test_what_a_brand_has_settled_stays_whatever_programme_it_starts_from(ready: ReadyProgramme) -> None:
    [*_, text] = [path.read_text(encoding="utf-8") for path in sorted(PLANS.glob("le-cercle-v*.yaml"))]
    live = examine(text).document
    assert live is not None
    document = for_programme(ready, live)
    assert all(getattr(document, part) == getattr(live, part) for part in HOUSE)
    assert live.exclusions.departments
    assert live.legal_caps
    assert live.second_person_above
    examined = examine(rewritten(ready.yaml, document))
    assert examined.is_ok, examined.errors
    assert examined.document == document


def test_a_ready_programme_says_nothing_of_what_a_brand_settles() -> None:
    blank = a_document()
    for ready in library().values():
        assert all(getattr(ready.document, part) == getattr(blank, part) for part in HOUSE)


def test_the_library_covers_each_way_of_running_a_programme() -> None:
    documents: dict[str, Document] = {code: ready.document for code, ready in library().items()}
    assert documents["cagnotte"].currencies[0].kind == "money"
    levels = documents["statuses"].tiers
    assert levels is not None
    assert len(levels.levels) == 3
    assert all(level.units_at_least for level in levels.levels[1:])
    assert {rule.activity for rule in documents["engagement"].rules} >= {"survey-answered", "workshop"}
    assert documents["restaurant"].rewards[0].costs.units == 9
    assert not documents["relational"].rewards
    assert any(rule.goal is not None for rule in documents["conversational"].rules)


def test_a_programme_without_points_speaks_by_status() -> None:
    document = library()["relational"].document
    plan = compile_plan(document)
    decision = Decision(plan.version, inputs=SaleInputs(date(2026, 3, 2), True, "close", False, {}))
    for tier, said in (("known", "Welcome: tell us what"), ("close", "Your adviser awaits you")):
        text = receipt(decision, a_member(tier=tier), plan, document, Language.EN)
        assert said in text
    suspended = replace_state(a_member(tier="close"), membership=Membership.SUSPENDED)
    assert "adviser" not in receipt(decision, suspended, plan, document, Language.EN)
