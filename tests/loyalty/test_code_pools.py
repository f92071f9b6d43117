"""Codes of offers made together: once under their id, one for each of many, counted as they are used, taken back."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from assidu.foundation.people import queries as people
from assidu.foundation.people.types import COMMAND_LINE
from assidu.foundation.settings import current_settings
from assidu.foundation.sql import raw_rows
from assidu.loyalty import allotments, allotting, code_pools
from assidu.loyalty.actions import merge
from assidu.loyalty.code_pools import CodesRefused, CodeState, Made, PoolState, Whom
from assidu.loyalty.offer_codes import FIND_CODES, KnownCode, good_codes, hash_of
from builders.offer_club import MARCH, a_club, told

pytestmark = pytest.mark.django_db
TODAY = MARCH.date()
YOUNG = Whom(audience="young")


@pytest.fixture
def club(db: None, monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    monkeypatch.setenv("ASSIDU_NOW", MARCH.isoformat())
    return a_club(4)


def make(pool_id: UUID | None = None, **more: object) -> Made:
    asked = {"at": MARCH, "by": COMMAND_LINE} | more
    return code_pools.make(pool_id or uuid4(), "club", "half", **asked)  # type: ignore[arg-type]


def good_for(code: str, customer: UUID, day: date = TODAY) -> bool:
    found = raw_rows(FIND_CODES, ([hash_of(code, current_settings().pseudonym_key)],))
    return bool(good_codes((KnownCode(*row) for row in found), customer, day))


def sold(id_: str, card: int, code: str) -> None:
    lines = [
        {"sku": "a", "quantity": 1, "amount_minor": 500, "offers": [{"code": "half", "amount_minor": 500}]}
    ]
    told(id_, "Order Completed", card, store="317", ticket=id_, lines=lines, codes=[code])


def test_asked_twice_they_are_made_once_and_told_once(club: list[UUID]) -> None:
    one = uuid4()
    first, again = make(one, count=3, name="radio"), make(one, count=3, name="radio")
    assert (len(set(first.codes)), again.codes) == (3, ())
    assert first.pool == again.pool
    assert [pool.made for pool in code_pools.pools("club", "half")] == [3]
    assert [line.action for line in people.audit_trail(action="offer").entries] == ["offer.codes_made"]
    with pytest.raises(CodesRefused, match="other_pool"):
        make(one, whom=YOUNG)


def test_each_of_an_audience_has_one_and_nobody_a_second_while_it_is_good(club: list[UUID]) -> None:
    first = make(whom=YOUNG, expires_on=TODAY + timedelta(days=30))
    assert set(first.owners) == set(club[:3])
    mine = dict(zip(first.owners, first.codes, strict=True))
    assert good_for(mine[club[0]], club[0])
    assert not good_for(mine[club[0]], club[1])
    with pytest.raises(CodesRefused, match="nobody_for_codes"):
        make(whom=YOUNG)
    told("l", "Member Left", 2)
    later = make(at=MARCH + timedelta(days=30), whom=YOUNG)
    assert (set(later.owners), later.left_out) == (set(club[:2]), {"not_a_member": 1})
    # A list names customers; lines that name nobody are counted.
    listed = make(whom=Whom(lines=("29900000000003", f"customer:{club[0]}", "x")))
    assert (listed.owners, dict(listed.left_out), listed.unknown) == ((club[3],), {"has_code": 1}, 1)


def test_who_was_allotted_an_offer_and_still_has_it_may_have_a_code_of_another(club: list[UUID]) -> None:
    one = allotments.look_at("club", "back", at=MARCH, by="", lines=[f"customer:{club[n]}" for n in (0, 3)])
    allotting.begin(one.allotment_id, MARCH, by=COMMAND_LINE)
    allotting.work(one.allotment_id, lambda: MARCH)
    assert set(make(whom=Whom(allotment_id=one.allotment_id)).owners) == {club[0], club[3]}
    with pytest.raises(CodesRefused, match="unknown_allotment"):
        make(whom=Whom(allotment_id=uuid4()))


def test_used_run_out_and_taken_back_are_counted(club: list[UUID]) -> None:
    until = TODAY + timedelta(days=10)
    made = make(count=2, uses_max=2, expires_on=until)
    for n in range(2):
        sold(f"t{n}", n, made.codes[0])
    sold("t2", 2, made.codes[1])
    pool = code_pools.pool(made.pool.pool_id)
    assert pool is not None
    assert (pool.used, pool.uses, pool.run_out(TODAY), pool.run_out(until)) == (1, 3, 0, 1)
    assert (pool.state(TODAY), pool.state(until)) == (PoolState.LIVE, PoolState.OVER)
    for _again in range(2):
        gone = code_pools.withdraw(pool.pool_id, at=MARCH, by=COMMAND_LINE)
        assert (gone.state(TODAY), gone.run_out(TODAY), gone.used) == (PoolState.WITHDRAWN, 1, 1)
    assert not good_for(made.codes[1], club[0])
    assert good_for(made.codes[1], club[0], TODAY - timedelta(days=1)), "a ticket of before, told late"
    actions = [line.action for line in people.audit_trail(action="offer").entries]
    assert actions == ["offer.codes_withdrawn", "offer.codes_made"]
    with pytest.raises(CodesRefused, match="unknown_pool"):
        code_pools.withdraw(uuid4(), at=MARCH, by=COMMAND_LINE)


def test_a_personal_code_goes_with_its_owner_and_tells_how_it_stands(club: list[UUID]) -> None:
    made = make(whom=Whom(lines=(f"customer:{club[0]}",)))
    merge(club[3], club[0], by=COMMAND_LINE, reason="", at=MARCH, programme="club")
    assert good_for(made.codes[0], club[3])
    assert [one.state for one in code_pools.personal_codes(club[3], TODAY)] == [CodeState.USABLE]
    sold("t", 3, made.codes[0])
    assert [one.state for one in code_pools.personal_codes(club[3], TODAY)] == [CodeState.USED]
    assert code_pools.personal_codes(club[1], TODAY) == []


def test_what_makes_no_sense_is_not_made(club: list[UUID]) -> None:
    refused: list[tuple[str, dict[str, object]]] = [
        ("unknown_offer", {"offer": "none"}),
        ("no_code_offer", {"offer": "open"}),
        ("offer_over", {"expires_on": TODAY}),
        ("unknown_audience", {"whom": Whom(audience="old")}),
        ("too_many_codes", {"count": 100_001}),
    ]
    for why, asked in refused:
        sent = {"at": MARCH, "by": COMMAND_LINE, "offer": "half"} | asked
        with pytest.raises(CodesRefused, match=why):
            code_pools.make(uuid4(), "club", **sent)  # type: ignore[arg-type]
    assert code_pools.pools("club") == []
