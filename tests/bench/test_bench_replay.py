"""The bench of the replay: it decides every purchase of its load, and compares with a reference of the same run."""

from assidu.bench.replay import bench_replay
from assidu.foundation.database import Database


def test_purchases_are_decided_on_one_core_against_the_live_limit(
    assidu_db: Database, cluster: Database
) -> None:
    told = bench_replay(cluster, size=600, seconds=1, customers=200, must_be_durable=False)
    assert told["name"] == "replay"
    assert [one["size"] for one in told["sizes"]] == [60, 600]
    assert all(one["rate"] > 0 and one["limit"] > 0 and one["ratio"] > 0 for one in told["sizes"])
    assert told["sizes"][1]["events"] == 600 + 10
