"""What articles cost, and the margins of departments: from which the margin of sales is told. Always set by set."""

from collections.abc import Iterable

from django.db import connection

from assidu.catalogue.types import Cost, Margin


def put_costs(costs: Iterable[Cost]) -> int:
    """Note what articles cost from a day on; answers how many."""
    known = {(cost.sku, cost.day): cost.cost_minor for cost in costs}
    keys = sorted(known)
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO catalogue_cost (sku, day, cost_minor) "
                "SELECT * FROM unnest(%s::text[], %s::date[], %s::bigint[]) "
                "ON CONFLICT (sku, day) DO UPDATE SET cost_minor = excluded.cost_minor",
                [[sku for sku, _ in keys], [day for _, day in keys], [known[key] for key in keys]],
            )
    return len(keys)


def put_margins(margins: Iterable[Margin]) -> int:
    """Note margins of departments from a day on; answers how many."""
    known = {(margin.department, margin.day): margin for margin in margins}
    keys = sorted(known)
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO catalogue_margin (department, day, margin_bp, is_invented) "
                "SELECT * FROM unnest(%s::text[], %s::date[], %s::integer[], %s::boolean[]) "
                "ON CONFLICT (department, day) DO UPDATE SET margin_bp = excluded.margin_bp, "
                "is_invented = excluded.is_invented",
                [
                    [department for department, _ in keys],
                    [day for _, day in keys],
                    [known[key].margin_bp for key in keys],
                    [known[key].is_invented for key in keys],
                ],
            )
    return len(keys)
