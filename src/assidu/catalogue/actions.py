"""Everything that writes stores and products: always set by set, what comes last under a code counts."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from operator import attrgetter

from django.db import connection, transaction

from assidu.catalogue.types import Department, Product, Store

_STORES_SQL = """
INSERT INTO catalogue_store (store_id, name, town, region, channel, opened_on, is_invented)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::boolean[])
ON CONFLICT (store_id) DO UPDATE
   SET name = excluded.name, town = excluded.town, region = excluded.region, channel = excluded.channel,
       opened_on = excluded.opened_on, is_invented = excluded.is_invented
"""
_DEPARTMENTS_SQL = """
INSERT INTO catalogue_department (department, name_fr, name_en)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])
ON CONFLICT (department) DO UPDATE SET name_fr = excluded.name_fr, name_en = excluded.name_en
"""
_PRODUCTS_SQL = """
INSERT INTO catalogue_product (sku, name, department, category, brand, vat_bp, kind, is_invented)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::integer[], %s::text[],
                     %s::boolean[])
ON CONFLICT (sku) DO UPDATE
   SET name = excluded.name, department = excluded.department, category = excluded.category, brand = excluded.brand,
       vat_bp = excluded.vat_bp, kind = excluded.kind, is_invented = excluded.is_invented
"""


# Each class names its fields in the order of the columns.
_store_row = attrgetter(*(field.name for field in fields(Store)))
_department_row = attrgetter(*(field.name for field in fields(Department)))
_product_row = attrgetter(*(field.name for field in fields(Product)))


def put_stores(stores: Iterable[Store]) -> int:
    """Make stores known, or known anew; answers how many."""
    return _put(_STORES_SQL, {store.store_id: _store_row(store) for store in stores})


def put_products(products: Iterable[Product], departments: Iterable[Department] = ()) -> int:
    with transaction.atomic():
        _put(_DEPARTMENTS_SQL, {one.department: _department_row(one) for one in departments})
        return _put(_PRODUCTS_SQL, {product.sku: _product_row(product) for product in products})


def _put(statement: str, rows: Mapping[str, tuple[object, ...]]) -> int:
    if not rows:
        return 0
    # In the order of their codes, so that two who write at once never wait for one another in a circle.
    columns = [list(column) for column in zip(*(rows[code] for code in sorted(rows)), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(statement, columns)
    return len(rows)
