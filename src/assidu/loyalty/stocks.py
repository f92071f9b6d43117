"""What is left of what rewards share: things of a stock, places of a session."""

from assidu.decisions.plan import Plan
from assidu.decisions.rewards import session_key, stock_key
from assidu.foundation.sql import rows


def left_of_rewards(plan: Plan) -> dict[tuple[str, str], int]:
    """By reward and session (``""`` where it has none); rewards that never run out are left out."""
    limits: dict[str, tuple[tuple[str, str], int]] = {}
    for reward in plan.rewards.values():
        if reward.stock is not None:
            limits[stock_key(reward)] = ((reward.code, ""), reward.stock)
        for code, session in reward.sessions.items():
            limits[session_key(reward, code)] = ((reward.code, code), session.places)
    found = rows("SELECT key, taken FROM loyalty_quota WHERE key = ANY (%s)", [list(limits)])
    taken: dict[str, int] = dict(found)
    return {place: max(limit - taken.get(key, 0), 0) for key, (place, limit) in limits.items()}
