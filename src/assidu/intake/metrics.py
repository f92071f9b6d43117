"""What intake counts for Prometheus. Labels are codes, never customers."""

from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

EVENTS: Final = Counter("assidu_events_total", "Events answered", ["type", "outcome"])
REQUESTS: Final = Counter("assidu_requests_total", "Requests answered", ["route", "status"])
BATCH: Final = Histogram(
    "assidu_batch_events", "Events in one transaction", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)
POSTING: Final = Histogram(
    "assidu_posting_seconds", "From opening to commit of one transaction",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5),
)  # fmt: skip
WAITING: Final = Gauge("assidu_waiting_events", "Events waiting for a connection")

_events: dict[tuple[str, str], Counter] = {}
_requests: dict[tuple[str, int], Counter] = {}


def count_event(type_: str, outcome: str) -> None:
    counter = _events.get((type_, outcome))
    if counter is None:
        counter = _events[type_, outcome] = EVENTS.labels(type_, outcome)
    counter.inc()


def count_request(route: str, status: int) -> None:
    counter = _requests.get((route, status))
    if counter is None:
        counter = _requests[route, status] = REQUESTS.labels(route, str(status))
    counter.inc()


CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
latest = generate_latest
