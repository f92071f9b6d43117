"""Audiences from a file, with the mapping that the guide shows."""

import re
from datetime import UTC, datetime
from pathlib import Path

from assidu.connectors.files.mapping_file import read_mapping
from assidu.connectors.imports.types import Pair
from assidu.customers.types import Profile
from assidu.foundation.database import Database
from assidu.loyalty import queries
from assidu.loyalty.plans import publish
from builders.documents import a_document
from builders.imports import take
from builders.shop import OPENED, Shop

GUIDE = Path(__file__).parents[2] / "docs" / "howto" / "look-after-memberships.md"
AUDIENCES = "audiences: [{code: parents, name: {fr: Parents, en: Parents}}]\n"


def test_the_list_and_the_mapping_of_the_guide_put_customers_in_and_out(
    assidu_db: Database, tmp_path: Path
) -> None:
    blocks = dict(re.findall(r"```(text|toml)\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL))
    (tmp_path / "audiences.csv").write_text(blocks["text"], encoding="utf-8")
    (tmp_path / "audiences.toml").write_text(blocks["toml"], encoding="utf-8")
    document = a_document(more=AUDIENCES)
    publish(document, "", at=datetime(2025, 1, 1, tzinfo=UTC))
    shop = Shop()
    inside, outside = (shop.customer(Profile(card=f"29900000000{n}"), OPENED) for n in (12, 29))
    pair = Pair(tmp_path / "audiences.csv", read_mapping(tmp_path / "audiences.toml"))
    report = take(assidu_db, [pair])
    assert (report.recorded, sum(report.set_aside.values())) == (2, 0)
    held = [queries.member_state(customer) for customer in (inside, outside)]
    assert [sorted(state.audiences) for state in held if state is not None] == [["parents"], []]
    assert take(assidu_db, [pair]).recorded == 0
