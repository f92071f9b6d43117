"""The server's configuration files, written anew at each start, so that an upgrade of ours takes effect."""

import os
import shutil
from pathlib import Path

import psutil

from assidu.foundation.postgres.account import Account, of_uid

SUPERUSER = "postgres"
MIB = 1024 * 1024


def write(data_dir: Path, home: Path, account: Account, *, is_durable: bool) -> None:
    """Write postgresql.conf, pg_hba.conf and pg_ident.conf."""
    _replace(data_dir / "postgresql.conf", _server(data_dir, home, is_durable=is_durable), account)
    _replace(data_dir / "pg_hba.conf", _access(), account)
    _replace(data_dir / "pg_ident.conf", _identities(account), account)


def _replace(path: Path, text: str, account: Account) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(text, encoding="utf-8")
    draft.chmod(0o600)
    account.give(draft)
    draft.replace(path)


def _server(data_dir: Path, home: Path, *, is_durable: bool) -> str:
    memory = psutil.virtual_memory().total // MIB
    free_disk = shutil.disk_usage(data_dir).free // MIB
    shared_buffers = min(max(memory // 8, 128), 2048)
    # The write-ahead log may take a quarter of what is free: on a small disk it must not be what fills it.
    wal = min(max(free_disk // 4, 128), 4096)
    values = {
        # Through its socket alone: a port of the machine could be somebody else's when a dead server comes back.
        "listen_addresses": "''",
        "port": "5432",
        "max_connections": "100",
        "unix_socket_permissions": "0700",
        "password_encryption": "'scram-sha-256'",
        "shared_buffers": f"{shared_buffers}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "random_page_cost": "1.1",
        "jit": "off",
        "max_locks_per_transaction": "256",
        "wal_buffers": "16MB",
        "max_wal_size": f"{wal}MB",
        "min_wal_size": f"{max(wal // 8, 64)}MB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "synchronous_commit": "on" if is_durable else "off",
        "fsync": "on" if is_durable else "off",
        "full_page_writes": "on" if is_durable else "off",
        "autovacuum_vacuum_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.05",
        "autovacuum_vacuum_insert_scale_factor": "0.1",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "lc_messages": "'C'",
        "datestyle": "'iso, ymd'",
        "log_line_prefix": "'%m [%p] '",
        "log_checkpoints": "off",
        # No personal data in logs: neither parameters, nor the values that details of errors quote.
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    lines = [f"{name} = {value}" for name, value in values.items()]
    mine = str(home / "postgresql.conf").replace("'", "''")
    return "\n".join(
        [
            "# Written by Assidu at each start. Your own settings go to the file included last.",
            *lines,
            f"include_if_exists = '{mine}'",
            "",
        ]
    )


def _access() -> str:
    return (
        "# Written by Assidu at each start.\n"
        f"local all {SUPERUSER} peer map=assidu\n"
        "local all all scram-sha-256\n"
        "host all all 127.0.0.1/32 scram-sha-256\n"
        "host all all ::1/128 scram-sha-256\n"
    )


def _identities(account: Account) -> str:
    """Who may act as superuser, through the socket only: the one who started the server, and its own user."""
    names = {"root", account.name, of_uid(os.geteuid()).name}
    return "".join(f'assidu "{name}" {SUPERUSER}\n' for name in sorted(names))
