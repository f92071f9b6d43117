"""The bench itself: that it measures what it says, on a load that is what it says."""

import pytest

from assidu.bench.baskets import LINES_MEAN, load_of_demo
from assidu.bench.figures import Comparison, Measured, answer, percentile
from assidu.bench.live import bench_live
from assidu.bench.place import CannotBench
from assidu.bench.programme import RULES, bench_document
from assidu.foundation.database import Database
from assidu.plans.check import check


def test_the_programme_of_the_load_has_fifty_rules_and_no_fault() -> None:
    document = bench_document()
    assert len(document.rules) == RULES == 50
    assert [problem for problem in check(document) if not problem.is_warning] == []
    kinds = {
        name
        for rule in document.rules
        for name in ("per_amount", "fixed", "multiply")
        if getattr(rule.gift, name)
    }
    assert kinds == {"per_amount", "fixed", "multiply"}
    assert any(rule.gift.steps for rule in document.rules)
    assert any(rule.quota for rule in document.rules)


def test_the_baskets_are_as_long_as_those_of_the_year() -> None:
    load = load_of_demo()
    assert abs(load.lines_mean - LINES_MEAN) < 1.5
    known = {product.sku for product in load.products}
    assert all(line.sku in known for basket in load.baskets for line in basket)


def test_figures_are_told_with_their_reference_at_two_sizes() -> None:
    small = Comparison(10, Measured(80, 1.0, 2.0), Measured(100, 1.0, 1.5))
    large = Comparison(100, Measured(60, 1.0, 2.0), Measured(100, 1.0, 1.5), {"wal_bytes_per_event": 5_000})
    told = answer("live", [large, small], clients=32)
    assert {name: told[name] for name in ("name", "rate", "limit", "ratio", "p50_ms", "p99_ms", "limit_p99_ms")} == {
        "name": "live", "rate": 60, "limit": 100, "ratio": 0.6, "p50_ms": 1.0, "p99_ms": 2.0, "limit_p99_ms": 1.5,
    }  # fmt: skip
    assert [size["size"] for size in told["sizes"]] == [10, 100]
    assert told["machine"]["cores"] > 0
    assert percentile(sorted(range(100)), 0.99) == 99


def test_a_server_that_does_not_wait_for_the_disk_is_not_measured(cluster: Database) -> None:
    with pytest.raises(CannotBench, match="fsync is off"):
        bench_live(cluster, clients=2, size=20, seconds=1)


@pytest.mark.slow
def test_sales_and_their_reference_write_the_same(assidu_db: Database, cluster: Database) -> None:
    """A bench in small: every sale is accepted, and both sides write as much. Of one size: no fewer customers than
    clients."""
    told = bench_live(cluster, clients=20, size=20, seconds=1, must_be_durable=False)
    assert [one["size"] for one in told["sizes"]] == [20]
    assert told["rate"] > 0
    assert told["limit"] > 0
    assert 10 < told["load"]["rules_met_mean"] < 20
    assert told["rows_per_event"] == pytest.approx(told["limit_rows_per_event"], rel=0.25)
