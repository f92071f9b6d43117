"""What every event is decided with, kept in memory: the plan book, its documents, the catalogue."""

import gc
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from assidu.catalogue.known import EMPTY, Catalogue
from assidu.catalogue.prices import NO_PRICES, PRICES_MARK, PRICES_SQL, PriceBook
from assidu.catalogue.promotions import PROMOTIONS_MARK, PROMOTIONS_SQL, calendar_of
from assidu.catalogue.queries import KNOWN_PRODUCTS_SQL, finder_of
from assidu.catalogue.rates import RATES_MARK, RATES_SQL, RateBook
from assidu.customers.vault import Vault
from assidu.foundation.settings import Settings
from assidu.intake.database import Connection
from assidu.intake.places import NOWHERE, STORES_MARK, STORES_SQL, KnownPlaces, places_of
from assidu.loyalty.coming import Announced
from assidu.loyalty.draws import OPEN_DRAWS_SQL, draws_from_rows
from assidu.loyalty.live import Shop
from assidu.loyalty.plans import PLANS_SQL, PROGRAMMES_SQL, book_of, plans_from_rows
from assidu.plans.document import Document
from assidu.plans.wording.language import Language, language_of

# The number of changes ever made to the products: cheap to ask, and different after each import.
_PRODUCTS_MARK = (
    "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables "
    "WHERE relname = 'catalogue_product'"
)
_log = structlog.get_logger(__name__)


class NoProgramme(Exception):
    """Nothing was published yet."""


@dataclass(frozen=True, slots=True)
class OpenShop:
    """A shop, the words of its programme by version, what changes for members, what a price feed told, and the stores
    and channels that are known."""

    shop: Shop
    documents: Mapping[int, Document]
    language: Language
    announced: Announced
    prices: PriceBook = NO_PRICES
    places: KnownPlaces = NOWHERE


class Shops:
    """Loads the shop when it is first needed, and again when a version is published or the catalogue changes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._vault = Vault(settings.vault_key)
        self._catalogue = EMPTY
        self._prices = NO_PRICES
        self._stores: list[tuple[str, str]] = []
        self._marks: dict[str, object] = {}
        self.current: OpenShop | None = None

    async def load(self, connection: Connection) -> OpenShop:
        """Read the plan book again; the catalogue when it is not there yet."""
        programmes = await connection.fetch(PROGRAMMES_SQL)
        if not programmes:
            raise NoProgramme
        published = plans_from_rows(await connection.fetch(PLANS_SQL.format("$1"), programmes[0][0]))
        if not self._marks:
            await self._load_catalogue(connection)
        programme = programmes[0][0]
        shop = Shop(
            book_of(published),
            self._catalogue,
            self._settings.pseudonym_key,
            self._vault,
            draws=draws_from_rows(
                await connection.fetch(OPEN_DRAWS_SQL.format("$1"), programme), self._vault, programme
            ),
        )
        documents = {plan.version: plan.document for plan in published}
        announced = Announced(shop.book, published)
        language = language_of(self._settings.language)
        places = places_of(self._stores, documents.values())
        self.current = OpenShop(shop, documents, language, announced, self._prices, places)
        _log.info("programme loaded", programme=shop.book.programme, versions=len(published))
        return self.current

    async def refresh(self, connection: Connection) -> None:
        """Follow the catalogue."""
        if self.current is not None and await self._load_catalogue(connection):
            await self.load(connection)

    async def _load_catalogue(self, connection: Connection) -> bool:
        """Read what changed since it was read; was there anything?"""
        marks = {
            "product": await connection.fetchval(_PRODUCTS_MARK),
            "promotions": await connection.fetchval(PROMOTIONS_MARK),
            "rates": await connection.fetchval(RATES_MARK),
            "prices": await connection.fetchval(PRICES_MARK),
            "stores": await connection.fetchval(STORES_MARK),
        }
        changed = {name for name, mark in marks.items() if self._marks.get(name) != mark}
        known = self._catalogue
        self._catalogue = Catalogue(
            finder_of(await connection.fetch(KNOWN_PRODUCTS_SQL)) if "product" in changed else known.product,
            calendar_of(await connection.fetch(PROMOTIONS_SQL))
            if "promotions" in changed
            else known.promotions,
            RateBook(await connection.fetch(RATES_SQL)) if "rates" in changed else known.rates,
        )
        if "prices" in changed:
            self._prices = PriceBook(await connection.fetch(PRICES_SQL))
        if "stores" in changed:
            self._stores = [(code, channel) for code, channel in await connection.fetch(STORES_SQL)]
        self._marks = marks
        if changed:
            # A hundred thousand products stay for ever: the collector need not walk through them while tills wait.
            gc.collect()
            gc.freeze()
        return bool(changed)
