"""`assidu serve`: the database, the tables, the address, until Ctrl-C."""

import errno
import os
import socket
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.foundation.settings import Settings, current_settings, split_bind

GRACE_SECONDS = 15


def command(
    bind: Annotated[str | None, typer.Option(help="Address and port, instead of ASSIDU_BIND.")] = None,
    json: JsonFlag = False,
) -> None:
    """Answer on the address of ASSIDU_BIND until Ctrl-C; starts PostgreSQL when none is named."""
    output = Output(json)
    settings = current_settings()
    # The port first: it is the likeliest fault, and the quickest to find.
    listener = listen(bind or settings.bind)
    with listener, database(output):
        serve(listener, settings, output)


def listen(bind: str) -> socket.socket:
    """Take the address, or say in words why it cannot be had."""
    try:
        host, port = split_bind(bind)
    except ValueError:
        raise Misuse(f"{bind} is not an address.", "Write address:port, as 127.0.0.1:8000.") from None
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        match error.errno:
            case errno.EADDRINUSE:
                raise Refused(
                    f"Something else answers on port {port} already.",
                    f"Stop it, or choose another: ASSIDU_BIND={host}:{port + 1}",
                    "port_busy",
                ) from error
            case errno.EACCES:
                raise Refused(
                    f"This user may not answer on port {port}.",
                    "Ports below 1024 are root's.",
                    "port_forbidden",
                ) from error
            case _:
                raise Refused(
                    f"The address {bind} cannot be used: {error.strerror}.", "Set ASSIDU_BIND.", "bad_address"
                ) from error
    return listener


def serve(
    listener: socket.socket,
    settings: Settings,
    output: Output,
    details: Mapping[str, Any] | None = None,
    words: str = "",
) -> None:
    """Answer until asked to stop; requests that have begun are finished.

    Once it answers, prints the address, with `details` in the JSON or `words` below it.
    """
    import uvicorn

    from assidu.foundation import logs
    from assidu.foundation.static import gather
    from assidu.intake.lines import PatientProtocol
    from assidu.loyalty.jobs import ticking

    logs.configure(settings.log_level, settings.log_format)
    gather()
    address = _address(listener)

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started and not self.should_exit:
                said = f"Assidu answers on {address}  (Ctrl-C stops)"
                output.answer(
                    {"address": address, "pid": os.getpid(), **(details or {})},
                    f"{said}\n{words}" if words else said,
                )

    server = Announcing(
        uvicorn.Config(
            "assidu.project.asgi:application",
            lifespan="on",
            http=PatientProtocol,
            loop="uvloop",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=settings.public_url is not None,
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_keep_alive=30,
        )
    )
    try:
        with ticking():
            server.run(sockets=[listener])
    except KeyboardInterrupt:
        output.say("Stopping")
    except SystemExit:
        # uvicorn's word for a start that failed; asked to stop once it runs, we leave as we were told.
        if server.started:
            raise
        raise Refused(
            "The server did not start: see above.", "`assidu doctor` looks further.", "not_started"
        ) from None


def _address(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}/"
