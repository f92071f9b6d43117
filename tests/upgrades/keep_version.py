"""Keeps what this version writes, for later versions to be tested on: a small backup with something of everything.

    .venv/bin/python tests/upgrades/keep_version.py

Run once when a version is released; the file is never made again afterwards.
"""

import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
PASSPHRASE = "kept for the upgrades"
NOW = datetime(2025, 12, 1, 9, tzinfo=UTC)
MARCH = datetime(2025, 3, 3, 11, tzinfo=UTC)


def keep() -> Path:
    import django

    django.setup()
    import assidu
    from assidu.cli.commands.backup import figures_of
    from assidu.foundation import backup
    from assidu.foundation.database import as_django
    from assidu.foundation.postgres import ensure_running
    from assidu.foundation.schema import migrate, point_to
    from assidu.foundation.settings import current_settings

    target = HERE / f"{assidu.__version__}.backup"
    with ensure_running(current_settings()) as database:
        migrate(database)
        point_to(as_django(database.url))
        write_everything()
        backup.make(database, current_settings(), target, passphrase=PASSPHRASE, at=NOW, figures=figures_of)
    return target


def write_everything() -> None:
    """Every kind of event, of identifier, and of what people leave behind."""
    from assidu.customers import actions as customers
    from assidu.customers.types import Profile
    from assidu.decisions.events import (
        Correction,
        Leaving,
        Merger,
        OpeningLot,
        Payment,
        Return,
        ReturnedLine,
        RewardRequest,
        TakeOver,
    )
    from assidu.decisions.state import AccountKind
    from assidu.economics import actions as economics
    from assidu.economics.types import CurrencyPolicy, Policy
    from assidu.events.wire import Subject
    from assidu.foundation.people import actions as people
    from assidu.foundation.people.types import COMMAND_LINE, Person
    from assidu.loyalty import accounts
    from assidu.loyalty.due import run_due
    from assidu.loyalty.entries import Told
    from builders.sales import a_line, a_sale
    from builders.shop import PROGRAMME, Shop
    from economics.models.scenarios import assuming

    shop = Shop.opened(more="accounts: {household: {leaver_takes: own}}\n")
    found = [
        shop.member(
            Profile(
                card=f"29900000005{n:02d}",
                phone=f"06399800{n:02d}",
                email=f"client{n}@exemple.fr",
                first_name="Camille",
                last_name=f"Béraud-{n}",
                store="317",
                town="Lyon",
            )
        )
        for n in range(8)
    ]
    taken_over = shop.customer(Profile(external="crm:4711", last_name="Cœur"))
    lots = (OpeningLot("points", 700, MARCH.date() - timedelta(days=90), MARCH.date() + timedelta(days=60)),)
    shop.must(
        taken_over,
        TakeOver(MARCH - timedelta(days=9), MARCH.date() - timedelta(days=900), "gold", None, lots),
    )
    for n, customer in enumerate(found):
        lines = (a_line(6000 + n, department="produce"), a_line(1500, sku="sku-2", brand="private"))
        bought = shop.must(customer, a_sale(*lines, at=MARCH + timedelta(minutes=n)))
        if n % 2:
            shop.must(customer, Return(MARCH + timedelta(days=1), bought.seq, (ReturnedLine(1, 700),)))
            shop.must(customer, Return(MARCH + timedelta(days=2), bought.seq))
        else:
            shop.must(customer, Correction(MARCH + timedelta(days=2), "points", 500, "goodwill"))
            shop.must(customer, RewardRequest(MARCH + timedelta(days=3), "voucher-5"))
            shop.must(
                customer, a_sale(3000, at=MARCH + timedelta(days=4), payments=[Payment("voucher-5", 1)])
            )
    shop.must(found[0], Merger(MARCH + timedelta(days=5)), absorbed=found[1])
    shop.must(found[2], a_sale(1500, at=MARCH + timedelta(days=230)))
    shop.must(found[3], Leaving(MARCH + timedelta(days=9)))
    customers.erase(found[4], COMMAND_LINE, NOW)
    person = people.create_person("legal@exemple.fr", "Dominique", ["legal"], COMMAND_LINE, password="x" * 20)
    assert isinstance(person, Person)
    people.create_key("till", ["events:write"], COMMAND_LINE, store="317")
    run_due(NOW)
    home = accounts.open_(AccountKind.HOUSEHOLD, "Béraud", by=COMMAND_LINE, at=NOW, programme=PROGRAMME)
    assert isinstance(home, accounts.Opened)
    for one in found[5:8]:
        who = Subject("customer", str(one))
        entered = accounts.enter(home.account_id, who, by=COMMAND_LINE, at=NOW, programme=PROGRAMME)
        assert isinstance(entered, Told), entered
    left = accounts.leave(home.account_id, found[7], by=COMMAND_LINE, at=NOW, programme=PROGRAMME)
    assert isinstance(left, Told), left
    economics.set_policy(
        PROGRAMME, Policy(currencies={"points": CurrencyPolicy(cost=60)}), by=COMMAND_LINE, at=NOW
    )
    economics.save_assumptions(PROGRAMME, assuming(), by=COMMAND_LINE, at=NOW)
    for _ in range(3):
        economics.close_month(PROGRAMME, by=COMMAND_LINE, at=NOW)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="assidu-keep-") as home:
        Path(home).chmod(0o711)
        os.environ |= {
            "ASSIDU_HOME": home,
            "ASSIDU_NOW": NOW.isoformat(),
            "DJANGO_SETTINGS_MODULE": "assidu.project.settings",
        }
        sys.path.insert(0, str(HERE.parent))
        sys.stdout.write(f"{keep()}\n")
