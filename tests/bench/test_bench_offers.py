"""The bench of offers answers in the fields that every bench has."""

from assidu.bench.offers import bench_offers


def test_the_bench_of_offers_measures_two_sizes_and_gives_offers() -> None:
    told = bench_offers(sizes=(10, 100), baskets=200)
    assert told["name"] == "offers"
    assert [one["size"] for one in told["sizes"]] == [10, 100]
    for name in ("rate", "limit", "ratio", "p50_ms", "p99_ms", "limit_p99_ms", "sizes", "machine"):
        assert told[name]
    assert told["offers_given_mean"] > 0.5
    assert told["p50_ms"] < told["p99_ms"] <= told["max_ms"]
