"""What happens outside the tills, as the systems beside them tell it: CloudEvents, in the order of time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assidu.demo.membership import Membership
from assidu.demo.year import Year

JsonObject = dict[str, object]


@dataclass(frozen=True, slots=True)
class Happening:
    """``subject`` is whom it is told of where that is not ``holder`` by their card."""

    local_s: int
    holder: int
    type: str
    source: str
    data: JsonObject
    subject: str = ""


def card_of(members: Membership, holder: int) -> str:
    return f"card:{members.people[holder].card}"


def as_events(happenings: Sequence[Happening], year: Year, members: Membership) -> list[JsonObject]:
    """In the order (instant, source, id) in which the import decides them."""
    existing = year.clock.existing(np.array([one.local_s for one in happenings], dtype=np.int64))
    instants = year.clock.to_utc(existing).tolist()
    order = sorted(
        range(len(happenings)),
        key=lambda place: (instants[place], happenings[place].source, happenings[place].holder),
    )
    events: list[JsonObject] = []
    for number, place in enumerate(order, start=1):
        happening = happenings[place]
        events.append(
            {
                "specversion": "1.0",
                "id": f"loyalty-{number:06d}",
                "source": happening.source,
                "type": happening.type,
                "time": year.clock.iso(int(existing[place])),
                "subject": happening.subject or card_of(members, happening.holder),
                "data": happening.data,
            }
        )
    return events
