"""Makes the codes that the feed names, once the programme and its members are there, and writes them into its files."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from assidu.customers.identifiers import parse_subject
from assidu.customers.queries import by_identifier
from assidu.customers.types import Identifier
from assidu.demo.codes import codes_named_in, written_in
from assidu.loyalty.offer_codes import make_codes
from assidu.loyalty.referral import code_of

POOL = "demo"


def hand_out(files: Sequence[Path], kept: Path, programme: str, at: datetime) -> None:
    """``kept`` remembers them, since an offer's code is told only once: taken up again, the files read the same."""
    codes: dict[str, str] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    named = {one.name: one for text in texts.values() for one in codes_named_in(text)}
    wanted = [one for one in named.values() if one.name not in codes]
    codes |= {one.name: _of_member(one.card, at) for one in wanted if one.card}
    for offer in sorted({one.offer for one in wanted if one.offer}):
        names = [one.name for one in wanted if one.offer == offer]
        made = make_codes(programme, offer, at=at, count=len(names), pool=POOL, by=POOL)
        codes |= dict(zip(names, made, strict=True))
    kept.write_text(json.dumps(codes, indent=2) + "\n", encoding="utf-8")
    for path, text in texts.items():
        path.write_text(written_in(text, codes), encoding="utf-8")


def _of_member(card: str, at: datetime) -> str:
    identifier = parse_subject(f"card:{card}")
    assert isinstance(identifier, Identifier), "a card of the feed"
    customer_id = by_identifier(identifier)
    assert customer_id is not None, "whoever brings others was taken over"
    code = code_of(customer_id, at)
    assert code is not None, "whoever brings others is a member"
    return code
