"""The hot routes (intake's) as the OpenAPI document describes them: requests from the types that read them."""

from typing import Any

from assidu.events.schema import event_schema
from assidu.events.wire import BATCH_EVENTS_MAX

REF = "#/components/schemas/{name}"

RECORD = """One event, or a batch of up to {many}, each with an answer of its own. The answer comes after the commit:
what the event gave and why, what the customer now has, what is missing to the next status, and the sentence for the
receipt. `source` and `id` make an event the same for ever: sent again, it is answered as the first time (`exists`);
with another meaning it is refused (`idempotency_conflict`), as is a known ticket with another customer or amount
(`ticket_conflict`).

What is done by hand needs a key without a store and a further scope: `Balance Corrected` `corrections:write`,
`Customer Merged` `customers:merge`, `Member Taken Over` `customers:import`, `Member Left`, `Balance Transferred`,
`Account Member Added` and `Account Member Removed` `customers:write`; its author is the key. A correction or transfer
that is worth more than the programme's `second_person_above` is refused (`second_person_needed`): it is asked for at
`/v1/customers/{{id}}/corrections` or `…/transfers`, and waits for another person. A sale that `has_happened` needs
`events:past`.

`Order Updated` tells a recorded ticket anew, with all of its lines: it is decided again as of the sale, and the
difference is given or taken back. What came back stays back (`returned_line_changed`). Without any line, or as
`Order Cancelled`, the ticket is cancelled; it may be updated again.

Of somebody who is in a household or a company it is the account that is told: `customer` is the account, and `member`
is who of it the event was told of."""
EVALUATE = """The same answer as recording would give, with a reason for every rule, and nothing is changed. Places that
customers share are looked at, not taken."""
HOLD = """Sets aside what a purchase needs that is not yet known to be made: one event `Hold Placed`, answered with the
`hold` and until when it is open (15 minutes unless `minutes` says otherwise). `payments` are units of the wallet. With
`lines`, at their prices before the programme's offers, the answer's `offers` say what these take off, and what they
take of what customers share (places, stock, budgets, codes that serve once) is set aside too; nothing is drawn. The
sale that names the hold uses what it needs and asks for no place a second time, and the rest is free again; without a
sale the hold is released, or ends by itself. A sale that names a hold which is no longer open is refused
(`hold_not_open`), and nothing is held."""
RELEASE = """What was set aside can be used again, by others too; what expired in the meantime is lost. The same as
`Hold Released` on /v1/events."""

_EXAMPLE = {
    "specversion": "1.0",
    "id": "T-000123",
    "source": "till/store-317",
    "type": "Order Completed",
    "time": "2026-03-01T10:02:11+01:00",
    "subject": "card:2990000000012",
    "data": {
        "store": "317",
        "channel": "store",
        "ticket": "317-2026-03-01-000123",
        "language": "fr",
        "lines": [{"sku": "1082185", "amount_minor": 349, "discount_minor": 50}],
        "payments": [{"currency": "points", "quantity": 300}],
    },
}


def schemas() -> dict[str, Any]:
    """Components: the event and its parts, and the answers."""
    event, parts = event_schema(REF)
    return {**parts, "IncomingEvent": event, **_ANSWERS}


def paths() -> dict[str, Any]:
    return {
        "/v1/events": {
            "post": _hot("Record what happened", RECORD.format(many=f"{BATCH_EVENTS_MAX:,}"), "record_events")
        },
        "/v1/evaluate": {"post": _hot("Try without recording", EVALUATE, "evaluate_events")},
        "/v1/holds": {"post": _holding("Hold for a purchase", HOLD, "place_hold")},
        "/v1/holds/{hold}": {
            "delete": {
                "operationId": "release_hold",
                "tags": ["Events"],
                "summary": "Release a hold",
                "description": RELEASE,
                "parameters": [
                    {
                        "name": "hold",
                        "in": "path",
                        "required": True,
                        "description": "As it was answered when the hold was placed.",
                        "schema": {"type": "string", "maxLength": 80},
                    }
                ],
                "responses": {"200": _json("What the customer has again.", "EventAnswer")},
            }
        },
        "/livez": {"get": _state("The process is alive", "livez")},
        "/readyz": {"get": _state("Events can be recorded now", "readyz")},
        "/metrics": {
            "get": {
                "operationId": "metrics",
                "tags": ["State"],
                "summary": "Figures for Prometheus",
                "security": [],
                "responses": {
                    "200": {"description": "OK", "content": {"text/plain": {"schema": {"type": "string"}}}}
                },
            }
        },
    }


_SENTENCES = [
    {
        "name": "sentences",
        "in": "query",
        "schema": {"enum": ["fr", "en", "own"]},
        "description": "Each effect with its reason as a sentence, in this language or the customer's own; else in "
        "that of Accept-Language, where it is sent.",
    }
]


def _hot(summary: str, description: str, operation: str) -> dict[str, Any]:
    one = {"$ref": REF.format(name="IncomingEvent")}
    many = {"type": "array", "items": one, "minItems": 1, "maxItems": BATCH_EVENTS_MAX}
    return {
        "operationId": operation,
        "tags": ["Events"],
        "summary": summary,
        "description": description,
        "parameters": _SENTENCES,
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"anyOf": [one, many]}, "example": _EXAMPLE},
                "application/cloudevents+json": {"schema": one},
                "application/cloudevents-batch+json": {"schema": many},
            },
        },
        "responses": {
            "200": _json("What the event gave.", "EventAnswer"),
            "207": _json("The answers to a batch, in its order.", "BatchAnswer"),
        },
    }


def _holding(summary: str, description: str, operation: str) -> dict[str, Any]:
    one = {"$ref": REF.format(name="IncomingEvent")}
    return {
        "operationId": operation,
        "tags": ["Events"],
        "summary": summary,
        "description": description,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": one}, "application/cloudevents+json": {"schema": one}},
        },
        "responses": {"200": _json("The hold.", "EventAnswer")},
    }


def _state(summary: str, operation: str) -> dict[str, Any]:
    return {
        "operationId": operation,
        "tags": ["State"],
        "summary": summary,
        "security": [],
        "responses": {"200": _json("Yes.", "StateAnswer")},
    }


def _json(description: str, name: str) -> dict[str, Any]:
    schema = {"$ref": REF.format(name=name)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _object(description: str, required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "description": description, "required": required, "properties": properties}


def _list(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": REF.format(name=name)}}


def _maybe(name: str) -> dict[str, Any]:
    return {"anyOf": [{"$ref": REF.format(name=name)}, {"type": "null"}]}


_TEXT = {"type": "string"}
_COUNT = {"type": "integer"}
_DAY = {"type": "string", "format": "date"}
_ANSWERS: dict[str, Any] = {
    "EventAnswer": _object(
        "What an event gave, what the customer has after it, and what to print.",
        ["status", "source", "id", "customer", "day", "effects", "movements", "balances", "tier", "next_tier"],
        status={"enum": ["created", "exists", "evaluated"]},
        source=_TEXT,
        id=_TEXT,
        type=_TEXT,
        customer={"type": ["string", "null"], "format": "uuid", "description": "`null`: a ticket without a customer."},
        member={
            "type": "string", "format": "uuid",
            "description": "Who of an account it was told of, or who entered or left it.",
        },
        seq={"type": "integer", "description": "The event's place in the customer's history."},
        day=_DAY,
        plan_version=_COUNT,
        duplicate_of=_object("The event under which the ticket is known.", ["source", "id"], source=_TEXT, id=_TEXT),
        warnings={
            "type": "array",
            "description": "What was taken all the same, and is probably a mistake of the sender: a store or a channel "
            "that nobody knows (`unknown_store`, `unknown_channel`), where the catalogue has stores.",
            "items": _object(
                "What it is about, where, in words.", ["code", "path", "message"],
                code=_TEXT, path=_TEXT, message=_TEXT,
            ),
        },
        effects=_list("Effect"),
        movements=_list("WalletMovement"),
        shortfalls=_list("Shortfall"),
        hold=_object(
            "What was set aside, until when.", ["id", "until"], id=_TEXT,
            until={"type": "string", "format": "date-time"},
        ),
        tier_change=_object("", ["code", "cause"], code=_TEXT, cause=_TEXT),
        membership=_TEXT,
        regret_until=_DAY | {"description": "Who left finds everything again by joining anew before this day."},
        stands_still_since=_DAY | {
            "description": "The first day of a suspension: meanwhile no date of the balances comes. Each is as it was "
            "on that day, and moves by as many days once the membership is resumed, but for what waits for a day "
            "alone.",
        },
        balances=_list("WalletBalance"),
        tier=_maybe("HeldTier"),
        next_tier=_maybe("NextTier"),
        receipt={"type": "string", "description": "Whole sentences in the customer's language."},
        receipt_short={"type": "string", "description": "At most 40 characters, for the display of a till."},
        to_come=_list("Announced"),
        exchange=_object(
            "At which rate a ticket in another money was converted, and to what. `day` is that of the rate; `null`: it "
            "was the ticket's own.",
            ["currency", "rate", "day", "foreign_minor", "amount_minor"],
            currency=_TEXT,
            rate={"type": "string", "description": "A decimal, exactly as it was told."},
            day={"type": ["string", "null"], "format": "date"},
            foreign_minor=_COUNT,
            amount_minor=_COUNT,
        ),
        reasons=_list("TriedRule"),
        offers=_list("GivenOffer"),
        offer_notes=_list("OfferNote"),
        next_offers=_list("NextOffer"),
        cost=_object(
            "What the ticket costs the brand in all, in minor units: promotions of others, offers, and units at "
            "face value, as far as the programme expects them to be used (all of them unless it says less).",
            ["promotions_minor", "offers_minor", "units_minor", "total_minor"],
            promotions_minor=_COUNT,
            calendar_minor={
                "type": "integer",
                "description": "The part of the promotions that the ticket does not tell: what the calendar knows.",
            },
            offers_minor=_COUNT,
            units_minor=_COUNT,
            total_minor=_COUNT,
        ),
        changed_minor={"type": "integer", "description": "Of a changed ticket: by how much it is dearer."},
        is_stacking_exact={"type": "boolean", "description": "Told where not every choice of offers was looked at."},
    ),
    "Announced": _object(
        "What changes for members from the day `starts` on, in the member's language: in every answer about a member "
        "from its publication until that day. `takes`: they may get or keep less by it, and notice was owed.",
        ["starts", "announced_on", "sentences", "takes"],
        starts=_DAY,
        announced_on=_DAY,
        sentences={"type": "array", "items": _TEXT},
        takes={"type": "boolean"},
    ),
    "GivenOffer": _object(
        "What an offer takes off each line of the basket, or took off the ticket; of a changed ticket, the difference. "
        "`wished_minor` where its budget held it down; `quantity` of what is handed over.",
        ["code", "name", "amount_minor", "lines"],
        code=_TEXT,
        name=_TEXT,
        amount_minor=_COUNT,
        wished_minor=_COUNT,
        quantity=_COUNT,
        lines={
            "type": "array",
            "items": _object(
                "What is taken off a line; `foreign_minor` in the money of the ticket where it is another one. Where a "
                "price feed tells of its article: the lowest price of one in the 30 days before the offer began.",
                ["line", "amount_minor"],
                line=_COUNT,
                amount_minor=_COUNT,
                foreign_minor=_COUNT,
                lowest_30_days_minor=_COUNT,
            ),
        },
    ),
    "OfferNote": _object(
        "An offer that the till applied otherwise than it was due: it is honoured all the same.",
        ["code", "cause", "told_minor", "due_minor", "text"],
        code=_TEXT,
        cause=_TEXT,
        told_minor=_COUNT,
        due_minor=_COUNT,
        text=_TEXT,
    ),
    "NextOffer": _object(
        "An offer within reach of this basket, and what is missing: an amount, or articles.",
        ["code", "text"],
        code=_TEXT,
        text=_TEXT,
        missing_minor=_COUNT,
        missing=_COUNT,
    ),
    "BatchAnswer": _object(
        "One item for each event, in the order in which they were sent.",
        ["accepted", "refused", "items"],
        accepted=_COUNT,
        refused=_COUNT,
        items={
            "type": "array",
            "items": {
                "anyOf": [{"$ref": REF.format(name="EventAnswer")}, {"$ref": REF.format(name="RefusedItem")}]
            },
        },
    ),
    "RefusedItem": _object(
        "An event of a batch that was refused; the others are not concerned.",
        ["status", "problem"],
        status={"const": "refused"},
        problem={"$ref": REF.format(name="ProblemDocument")},
    ),
    "Effect": _object(
        "What one rule gave or, negative, what a return or a change took back; `wished` where a cap held it down.",
        ["rule", "name", "currency", "quantity", "reason"],
        rule=_TEXT,
        name=_TEXT,
        currency=_TEXT,
        quantity=_COUNT,
        reason={"enum": ["applied", "returned", "changed"]},
        basis_minor=_COUNT,
        wished=_COUNT,
        text={"type": "string", "description": "The reason as a sentence, where it was asked for."},
    ),
    "WalletMovement": _object(
        "How the wallet changed: signed, as the customer sees it.",
        ["currency", "quantity", "account", "cause"],
        currency=_TEXT,
        quantity=_COUNT,
        account=_TEXT,
        cause=_TEXT,
        expires_on=_DAY,
        active_on=_DAY,
    ),
    "Shortfall": _object(
        "Units that should have been taken and were not there.",
        ["currency", "quantity", "cause"],
        currency=_TEXT,
        quantity=_COUNT,
        cause=_TEXT,
    ),
    "WalletBalance": _object(
        "What can be used now.",
        ["currency", "available"],
        currency=_TEXT,
        available=_COUNT,
        pending=_COUNT,
        awaits=_TEXT,
        next_activation=_object("When units that wait can be used.", ["on", "quantity"], on=_DAY, quantity=_COUNT),
        held=_COUNT,
        debt=_COUNT,
        next_expiry=_object("", ["on", "quantity"], on=_DAY, quantity=_COUNT),
    ),
    "HeldTier": _object(
        "The status held.", ["code", "name", "until"], code=_TEXT, name=_TEXT,
        until={"type": ["string", "null"], "format": "date"},
    ),
    "NextTier": _object(
        "A status, and what is missing to reach it, or to keep it `until` a day: all of it or, without `needs_all`, "
        "one of it. Spend is told in minor units.",
        ["code", "name", "missing", "needs_all", "text"],
        code=_TEXT,
        name=_TEXT,
        missing={"type": "object", "additionalProperties": _COUNT},
        missing_minor=_COUNT,
        needs_all={"type": "boolean"},
        text=_TEXT,
        until=_DAY,
    ),
    "TriedRule": _object(
        "Why a rule would apply, or why not.",
        ["rule", "code", "figures", "text"],
        rule=_TEXT,
        code=_TEXT,
        figures={"type": "object", "additionalProperties": _COUNT},
        text=_TEXT,
    ),
    "StateAnswer": _object("", ["status"], status=_TEXT),
}  # fmt: skip
