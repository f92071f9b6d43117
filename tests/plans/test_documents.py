"""One document, however it is written: YAML, JSON, stored, numbered."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
import yaml
from msgspec.structs import replace

from assidu.demo.programme import FILES, plan_documents, plan_text
from assidu.plans.document import Document, Exclusions, When, published
from assidu.plans.identity import canonical_json, document_from_json, document_hash, identity, to_builtins
from assidu.plans.reading import read
from assidu.plans.schema import json_schema, schema_text
from assidu.plans.writing import to_json, to_yaml
from builders.documents import BASE, a_document, a_rule

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "reference" / "plan.schema.json"
DOCUMENTS = [
    a_document(),
    a_document(BASE, a_rule("{fixed: 1}", "when: {amount_at_least: 12.5, stores: ['0317', 'no', '~']}")),
    a_document(more="exclusions: {kinds: []}\n", tiers=""),
    *plan_documents(date(2026, 1, 4)),
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_yaml_json_and_what_is_stored_say_the_same(document: Document) -> None:
    for text in (to_yaml(document), to_json(document), canonical_json(document)):
        reading = read(text)
        assert reading.problems == ()
        assert reading.document == document
    assert document_from_json(canonical_json(document)) == document


def test_what_says_the_same_has_the_same_hash() -> None:
    document = a_document()
    longer = a_document(
        BASE.replace("1.00", "1.0") + "when: {}\n",
        more="exclusions: {kinds: [gift_card, deposit, shipping, fee]}\nreturns: {take_back: within_balance}\n",
    )
    assert document_hash(longer) == document_hash(document)
    assert canonical_json(replace(document, exclusions=Exclusions())) == canonical_json(document)


def test_what_says_something_else_has_another() -> None:
    document = a_document()
    rule = replace(document.rules[0], when=When(amount_at_least=Decimal("0.01")))
    assert identity(replace(document, rules=(rule,))) != identity(document)


def test_the_number_and_the_first_day_are_not_the_programme_itself() -> None:
    document = a_document()
    numbered = published(document, 3, date(2027, 1, 1))
    assert (numbered.version, numbered.valid_from) == (3, date(2027, 1, 1))
    assert identity(numbered) == identity(document)
    assert document_hash(numbered) != document_hash(document)


def test_amounts_are_written_in_full_in_yaml_and_exactly_in_json() -> None:
    document = a_document(BASE, a_rule("{fixed: 1}", "when: {amount_at_least: 12.5}"))
    assert "amount_at_least: 12.50" in to_yaml(document)
    assert json.loads(to_json(document))["rules"][1]["when"] == {"amount_at_least": "12.5"}


def test_the_published_schema_is_that_of_the_code() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run: assidu plan schema > " + str(
        SCHEMA_FILE
    )


def test_the_schema_accepts_what_is_read_and_refuses_what_is_not() -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    for document in DOCUMENTS:
        assert list(validator.iter_errors(to_builtins(document))) == []
    wrong = to_builtins(a_document()) | {"tierss": {}, "format": 2}
    assert {error.validator for error in validator.iter_errors(wrong)} == {"additionalProperties", "maximum"}


def test_every_part_of_the_schema_is_described() -> None:
    undescribed = [name for name, part in json_schema()["$defs"].items() if not part.get("description")]
    assert undescribed == []


class Editor(yaml.CSafeLoader):
    """YAML 1.2: "on" is a word."""


Editor.yaml_implicit_resolvers = {
    letter: forms for letter, forms in yaml.CSafeLoader.yaml_implicit_resolvers.items() if letter not in "oO"
}


@pytest.mark.parametrize("name", FILES)
def test_the_demo_as_an_editor_reads_it_follows_the_schema(name: str) -> None:
    plain = json.loads(json.dumps(yaml.load(plan_text(name), Loader=Editor), default=str))
    assert list(jsonschema.Draft202012Validator(json_schema()).iter_errors(plain)) == []
