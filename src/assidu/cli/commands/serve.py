"""`assidu serve`: the database, the tables, the address, until Ctrl-C."""

import errno
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assidu.cli.database import database
from assidu.cli.output import JsonFlag, Misuse, Output, Refused
from assidu.cli.speech import gettext as _
from assidu.cli.speech import rooms_speak
from assidu.foundation.settings import Settings, current_settings, split_bind

if TYPE_CHECKING:
    from assidu.foundation.people.offered import OfferedSignIn

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
        from assidu.foundation.people.offered import offered

        sign_ins = offered(settings.home)
        details = {"sign_ins": [asdict(one) for one in sign_ins]} if sign_ins else None
        serve(listener, settings, output, details, sign_ins_told(sign_ins))


def listen(bind: str) -> socket.socket:
    """Take the address, or say in words why it cannot be had."""
    try:
        host, port = split_bind(bind)
    except ValueError:
        raise Misuse(
            _("%(bind)s is not an address.") % {"bind": bind}, _("Write address:port, as 127.0.0.1:8000.")
        ) from None
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
                    _("Something else answers on port %(port)s already.") % {"port": port},
                    _("Stop it, or choose another: ASSIDU_BIND=%(bind)s") % {"bind": f"{host}:{port + 1}"},
                    "port_busy",
                ) from error
            case errno.EACCES:
                raise Refused(
                    _("This user may not answer on port %(port)s.") % {"port": port},
                    _("Ports below 1024 are root's."),
                    "port_forbidden",
                ) from error
            case _:
                raise Refused(
                    _("The address %(bind)s cannot be used: %(fault)s.")
                    % {"bind": bind, "fault": error.strerror},
                    _("Set ASSIDU_BIND."),
                    "bad_address",
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
                said = _("Assidu answers on %(address)s  (Ctrl-C stops)") % {"address": address}
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
        output.say(_("Stopping"))
    except SystemExit:
        # uvicorn's word for a start that failed; asked to stop once it runs, we leave as we were told.
        if server.started:
            raise
        raise Refused(
            _("The server did not start: see above."), _("`assidu doctor` looks further."), "not_started"
        ) from None


def sign_ins_told(sign_ins: Sequence["OfferedSignIn"]) -> str:
    """A demo's sign-ins. Their password is no secret, and no password for anything else."""
    if not sign_ins:
        return ""
    from assidu.foundation.people.roles import ROLES

    with rooms_speak():
        roles = {one.role: str(ROLES[one.role].label) for one in sign_ins}
    width = max(len(one.email) for one in sign_ins)
    lines = [f"  {one.email:<{width}}  {one.name}, {roles[one.role]}" for one in sign_ins]
    title = _("Sign-ins of the demo, all with the password %(password)s:")
    return "\n".join([title % {"password": sign_ins[0].password}, *lines])


def _address(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}/"
