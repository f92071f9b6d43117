"""Places that customers share are taken once, whoever asks at the same time."""

import asyncio

import httpx

from assidu.customers.types import Profile
from assidu.intake.app import Intake
from builders.counter import Counter, sale


def test_of_two_hundred_who_ask_at_once_the_first_ten_get_a_place(counter: Counter) -> None:
    """Through two servers on one database, as when one is not enough."""
    cards = [f"29900000{n:05d}" for n in range(200)]
    for card in cards:
        counter.shop.member(Profile(card=card))
    other = Intake(lambda: counter.database.url)

    async def story(client: httpx.AsyncClient) -> list[httpx.Response]:
        await other.start()
        transport = httpx.ASGITransport(app=other)
        try:
            async with httpx.AsyncClient(
                transport=transport, base_url="http://b", headers=client.headers
            ) as second:
                return await asyncio.gather(
                    *(
                        (client, second)[n % 2].post(
                            "/v1/events", json=sale(f"T-{n}", f"card:{card}"), timeout=60
                        )
                        for n, card in enumerate(cards)
                    )
                )
        finally:
            await other.close()

    responses = counter.tell(story)
    assert {response.status_code for response in responses} == {200}
    winners = [r for r in responses if any(effect["rule"] == "first-ten" for effect in r.json()["effects"])]
    assert len(winners) == 10
    assert counter.rows("SELECT limit_places, taken FROM loyalty_quota") == [(10, 10)]
    assert counter.rows(
        "SELECT count(*) FROM loyalty_decision WHERE record->'awards' @> '[[\"first-ten\"]]' "
        "AND (record->'inputs'->'grants')::text LIKE '%%: 1%%'"
    ) == [(10,)]
