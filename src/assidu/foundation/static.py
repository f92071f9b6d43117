"""Style sheets, scripts and images, gathered under names that change with their content.

A browser may then keep them for ever. They are gathered into the home at the start of the server, when those of
the package have changed; nothing is fetched from anywhere else.
"""

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import Redirect, StaticFile

from assidu.foundation.settings import HASHED_STATIC


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # WhiteNoise has no types
    """WhiteNoise, answering with the whole file: streamed, it would hold a thread for each reader under ASGI."""

    @staticmethod
    def serve(static_file: StaticFile | Redirect, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        content = found.file.read() if found.file is not None else b""
        answer = HttpResponse(content, status=int(found.status))
        del answer["Content-Type"]
        for name, value in found.headers:
            answer[name] = value
        return answer


def gather() -> None:
    """Gather the files if need be; only says so when Django was told to use the hashed names."""
    if HASHED_STATIC not in os.environ:
        return
    root = Path(settings.STATIC_ROOT)
    mark = root / ".gathered"
    content = _fingerprint()
    if mark.is_file() and mark.read_text(encoding="utf-8") == content:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(content, encoding="utf-8")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: str(found[0])):
            digest.update(f"{path}\0{storage.size(path)}\0{storage.get_modified_time(path)}\0".encode())
    return digest.hexdigest()
