"""Whether the database still keeps what it was told to keep: triggers that are on, rights that are not there."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from assidu.foundation.checks import Finding
from assidu.foundation.sql import rows

ALL_VERBS = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
CHANGING = ("UPDATE", "DELETE", "TRUNCATE")


def triggers_on(name: str, triggers: Iterable[tuple[str, str]]) -> Finding:
    """``triggers``: table and trigger. One that is missing or switched off lets anything pass."""
    wanted = sorted(triggers)
    found = {
        (table, trigger)
        for table, trigger in rows(
            "SELECT c.relname, t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid "
            "WHERE t.tgenabled IN ('O', 'A') AND c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%s)",
            [[table for table, _trigger in wanted]],
        )
    }
    missing = [f"{table}.{trigger}" for table, trigger in wanted if (table, trigger) not in found]
    if missing:
        return Finding(
            name,
            False,
            _("The database does not guard its own rules: %(triggers)s missing or switched off.")
            % {"triggers": ", ".join(missing)},
            _("As the owner: ALTER TABLE … ENABLE TRIGGER …; then `assidu rebuild --verify`."),
        )
    tables = ", ".join(dict.fromkeys(table for table, _trigger in wanted))
    return Finding(name, True, _("The database guards its own rules on %(tables)s.") % {"tables": tables})


def not_allowed(name: str, verbs: Sequence[str], tables: Iterable[str]) -> Finding:
    """What the server's role must not be able to do with these tables."""
    wanted = list(tables)
    found = rows(
        "SELECT t.name, v.verb FROM unnest(%s::text[]) AS t (name), unnest(%s::text[]) AS v (verb) "
        "WHERE has_table_privilege(current_user, 'public.' || t.name, v.verb) ORDER BY 1, 2",
        [wanted, list(verbs)],
    )
    if found:
        can = ", ".join(f"{verb} {table}" for table, verb in found)
        return Finding(
            name,
            False,
            _("The server may do what it must not: %(verbs)s.") % {"verbs": can},
            _(
                "As the owner: REVOKE these from assidu_app, and give the server a role that does not own the "
                "tables."
            ),
        )
    return Finding(
        name, True, _("The server has no right to change %(tables)s.") % {"tables": ", ".join(wanted)}
    )
