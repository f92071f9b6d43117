"""Whatever is sent to any route of the document, valid or not: an answer, never a fault of ours."""

import asyncio
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import Any
from unittest import SkipTest

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from assidu.api.openapi import openapi
from assidu.customers.types import Profile
from assidu.foundation.database import Database
from assidu.intake.app import Intake
from assidu.project.asgi import Dispatcher, _django
from builders.programs import a_program
from builders.sales import a_sale
from builders.shop import Shop

Case = schemathesis.Case[Any]
Operation = schemathesis.APIOperation[Any, Any, Any, Any]
EXAMPLES_MAX = 2


@pytest.fixture
def address(assidu_db: Database) -> Iterator[str]:
    """The whole server, hot routes and the others, on a database with a little history."""
    shop = Shop.opened()
    customer = shop.member(Profile(card="2990000000012", last_name="Béraud", store="317"))
    shop.must(customer, a_sale(5000, at=datetime(2025, 3, 3, tzinfo=UTC)))
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        application = Dispatcher(hot=lambda: Intake(url=lambda: assidu_db.url), rest=_django)
        server = uvicorn.Server(uvicorn.Config(application, log_level="error", ws="none"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < deadline, "the server starts"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)


@pytest.mark.slow
def test_no_request_whatsoever_makes_a_fault_of_ours(address: str) -> None:
    headers = {"Authorization": f"Bearer {a_program().secret}"}
    operations = [
        result.ok()
        for result in schemathesis.openapi.from_dict(openapi()).get_all_operations()
        if isinstance(result, Ok)
    ]
    faults: list[str] = []
    asked = 0
    for operation, mode in itertools.product(operations, GenerationMode):
        for case in _cases(operation, mode):
            response = case.call(base_url=address, headers=headers, timeout=20)
            asked += 1
            if response.status_code >= 500:
                faults.append(f"{response.status_code} {case.as_curl_command()}\n{response.text[:300]}")
    assert faults == []
    assert asked > 200


def _cases(operation: Operation, mode: GenerationMode) -> list[Case]:
    """Requests as the document has them, or as it has them not; none where there is no such form."""
    cases: list[Case] = []

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES_MAX,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def gather(case: Case) -> None:
        cases.append(case)

    with suppress(Unsatisfiable, SkipTest, pytest.skip.Exception):
        gather()
    return cases
