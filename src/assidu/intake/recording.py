"""POST /v1/events and /v1/evaluate: one event or a batch, each with an answer of its own. And /v1/holds."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog

from assidu.customers.types import NotAnIdentifier
from assidu.events.types import EventKey, EventType
from assidu.events.wire import (
    BATCH_BYTES_MAX,
    EVENT_BYTES_MAX,
    Incoming,
    Invalid,
    ReleaseData,
    Subject,
    WireError,
    owner_of_hold,
    parse,
    split_batch,
)
from assidu.foundation import clock
from assidu.foundation.ids import new_id
from assidu.foundation.problems import Problem, located
from assidu.intake import keys, metrics, problems
from assidu.intake.answers import Answer, answer, language_for
from assidu.intake.database import unavailability
from assidu.intake.http import Request, Response, encode
from assidu.intake.keys import Caller, Keys
from assidu.intake.lanes import Lanes, Result
from assidu.intake.looking import Looking
from assidu.intake.sentences import Wanted, wanted
from assidu.intake.shops import NoProgramme, OpenShop, Shops
from assidu.loyalty.entries import Entry, entry_of

HOLDS_SOURCE = "assidu/holds"
AHEAD_MAX = timedelta(days=1)
"""How far a till's clock may be ahead of ours; what is sold after that would earn units that expire too late."""

_log = structlog.get_logger(__name__)


class Recording:
    """What the two routes share: who asks, what was sent, and how it is answered."""

    def __init__(
        self, lanes: Lanes, looking: Looking, shops: Shops, callers: Keys, pseudonym_key: bytes
    ) -> None:
        self._lanes = lanes
        self._looking = looking
        self._shops = shops
        self._keys = callers
        self._pseudonym_key = pseudonym_key

    async def record(self, request: Request) -> Response | Problem:
        return await self._serve(request, keys.RECORD, is_trying=False)

    async def evaluate(self, request: Request) -> Response | Problem:
        return await self._serve(request, keys.EVALUATE, is_trying=True)

    async def hold(self, request: Request) -> Response | Problem:
        """One hold: what `Hold Placed` says, and nothing else."""

        async def placed(caller: Caller, opened: OpenShop) -> Response | Problem:
            raw = await self._body(request)
            if isinstance(raw, Problem):
                return raw
            return await self._single(raw, caller, opened, request, is_trying=False, only=EventType.HOLD)

        return await self._open(request, "POST", keys.RECORD, placed)

    async def release(self, request: Request, address: str) -> Response | Problem:
        """The hold of that address is given up. Asked again it is no longer open, and nothing happens."""

        async def released(_: Caller, opened: OpenShop) -> Response | Problem:
            owner = owner_of_hold(address)
            if owner is None:
                return problems.NOT_FOUND
            now = clock.now()
            key = EventKey(HOLDS_SOURCE, f"{address}:{new_id(now)}")
            incoming = Incoming(
                key, EventType.RELEASE, now, Subject("customer", str(owner)), ReleaseData(hold=address)
            )
            entry = entry_of(incoming, opened.shop.book, self._pseudonym_key)
            assert not isinstance(entry, NotAnIdentifier), "an id needs no reading"
            return await self._told(entry, request, is_trying=False)

        return await self._open(request, "DELETE", keys.RECORD, released)

    async def _serve(self, request: Request, scope: str, *, is_trying: bool) -> Response | Problem:
        async def served(caller: Caller, opened: OpenShop) -> Response | Problem:
            raw = await self._body(request)
            if isinstance(raw, Problem):
                return raw
            if raw.lstrip()[:1] == b"[":
                return await self._batch(raw, caller, opened, request, is_trying=is_trying)
            return await self._single(raw, caller, opened, request, is_trying=is_trying)

        return await self._open(request, "POST", scope, served)

    async def _body(self, request: Request) -> bytes | Problem:
        if not request.is_json:
            return problems.UNSUPPORTED_MEDIA
        return await request.body(BATCH_BYTES_MAX)

    async def _open(
        self,
        request: Request,
        method: str,
        scope: str,
        serve: Callable[[Caller, OpenShop], Awaitable[Response | Problem]],
    ) -> Response | Problem:
        """Who asks, and may they; then ``serve`` with the programme that is in force."""
        if request.method != method:
            return problems.method_not_allowed(method)
        try:
            caller = await self._caller(request)
            if isinstance(caller, Problem):
                return caller
            if (refusal := caller.refusal(scope)) is not None:
                return refusal
            opened = self._shops.current
            if opened is None:
                opened = await self._looking.with_connection(self._shops.load)
            return await serve(caller, opened)
        except NoProgramme:
            return problems.NO_PROGRAMME
        except Exception as error:
            problem = unavailability(error)
            if problem is None:
                raise
            _log.warning(
                "request not served", request_id=request.id, code=problem.code, error=type(error).__name__
            )
            return problem

    async def _caller(self, request: Request) -> Caller | Problem:
        header = request.header(b"authorization")
        known = self._keys.known(header)
        if known is not None:
            return known
        return await self._looking.with_connection(lambda connection: self._keys.look_up(header, connection))

    async def _single(
        self,
        raw: bytes,
        caller: Caller,
        opened: OpenShop,
        request: Request,
        *,
        is_trying: bool,
        only: EventType | None = None,
    ) -> Response | Problem:
        if len(raw) > EVENT_BYTES_MAX:
            return problems.too_large(EVENT_BYTES_MAX)
        entry = self._entry(raw, caller, opened, request)
        if isinstance(entry, Problem):
            return entry
        if only is not None and entry.incoming.type is not only:
            return problems.malformed([WireError("$.type", f"must be {only.value} here", "unknown_type")])
        return await self._told(entry, request, is_trying=is_trying)

    async def _told(self, entry: Entry, request: Request, *, is_trying: bool) -> Response | Problem:
        [result] = await self._results([entry], request, is_trying=is_trying)
        answered = self._answer(result, entry, wanted(request), is_trying=is_trying)
        return answered if isinstance(answered, Problem) else Response(200, encode(answered))

    async def _batch(
        self, raw: bytes, caller: Caller, opened: OpenShop, request: Request, *, is_trying: bool
    ) -> Response | Problem:
        """Every event has its own answer, in the order in which they were sent; none stops another."""
        try:
            written = split_batch(raw)
        except Invalid as invalid:
            return problems.malformed(invalid.errors)
        read = [self._entry(one, caller, opened, request) for one in written]
        entries = [one for one in read if not isinstance(one, Problem)]
        results = iter(await self._results(entries, request, is_trying=is_trying) if entries else [])
        sentences = wanted(request)
        items: list[Any] = []
        for one in read:
            answered = (
                one
                if isinstance(one, Problem)
                else self._answer(next(results), one, sentences, is_trying=is_trying)
            )
            if isinstance(answered, Problem):
                items.append({"status": "refused", "problem": answered.document(request.id)})
            else:
                items.append(answered)
        refused = sum(1 for item in items if item["status"] == "refused")
        return Response(207, encode({"accepted": len(items) - refused, "refused": refused, "items": items}))

    def _entry(self, raw: bytes, caller: Caller, opened: OpenShop, request: Request) -> Entry | Problem:
        try:
            incoming: Incoming = parse(raw)
        except Invalid as invalid:
            return problems.malformed(invalid.errors)
        if (refusal := caller.refusal_of(incoming)) is not None:
            return refusal
        if incoming.at > clock.now() + AHEAD_MAX:
            return problems.malformed([WireError("$.time", "lies in the future", "time_in_future")])
        author = caller.author(request.id) if incoming.type in keys.BY_HAND else None
        entry = entry_of(incoming, opened.shop.book, self._pseudonym_key, author)
        if isinstance(entry, NotAnIdentifier):
            return problems.malformed([WireError("$.subject", "not a valid identifier", entry.fault.value)])
        return entry

    async def _results(
        self, entries: Sequence[Entry], request: Request, *, is_trying: bool
    ) -> Sequence[Result]:
        if is_trying:
            return await self._looking.evaluate(entries)
        return await self._lanes.submit(entries, request.path)

    def _answer(
        self, result: Result, entry: Entry, sentences: Wanted, *, is_trying: bool
    ) -> Answer | Problem:
        opened = self._shops.current
        assert opened is not None, "nothing is posted without a programme"
        answered = answer(result, entry, opened, clock.now(), is_trying=is_trying, sentences=sentences)
        if not isinstance(answered, Problem):
            spoken = language_for(result, entry, opened, sentences)
            if warnings := opened.places.warnings(entry.incoming, spoken):
                answered["warnings"] = located(warnings)
        metrics.count_event(
            entry.incoming.type, answered.code if isinstance(answered, Problem) else answered["status"]
        )
        return answered
