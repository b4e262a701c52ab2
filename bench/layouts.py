"""The same migrations, written down the way each tool wants to find them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

from bench.workload import Migration

Layout = Callable[[Path, Sequence[Migration]], None]


def write_yoyo(folder: Path, migrations: Sequence[Migration]) -> None:
    """migrations/<id>.sql with its header, and <id>.rollback.sql beside it: dbtool, yoyo, psycopg. Writes."""
    target = _new(folder / "migrations")
    for migration in migrations:
        header = f"-- depends: {migration.depends}\n\n" if migration.depends else ""
        (target / f"{migration.id}.sql").write_text(header + migration.text)
        (target / f"{migration.id}.rollback.sql").write_text(migration.rollback)


def write_psql(folder: Path, migrations: Sequence[Migration]) -> None:
    """The files, and two scripts that include them: a transaction each, and one for all. Writes."""
    write_yoyo(folder, migrations)
    lines = [f"\\i migrations/{migration.id}.sql" for migration in migrations]
    (folder / "each.sql").write_text("".join(f"BEGIN;\n{line}\nCOMMIT;\n" for line in lines))
    (folder / "single.sql").write_text("\n".join(["BEGIN;", *lines, "COMMIT;", ""]))


def write_dbmate(folder: Path, migrations: Sequence[Migration]) -> None:
    """Both ways in one file. Writes."""
    target = _new(folder / "migrations")
    for migration in migrations:
        text = f"-- migrate:up\n{migration.text}\n-- migrate:down\n{migration.rollback}"
        (target / f"{migration.id}.sql").write_text(text)


def write_drizzle(folder: Path, migrations: Sequence[Migration]) -> None:
    """drizzle/<id>.sql, each sent whole, and the journal that names them. Writes."""
    target = _new(folder / "drizzle")
    entries: list[dict[str, object]] = []
    for number, migration in enumerate(migrations):
        (target / f"{migration.id}.sql").write_text(migration.text)
        moment = datetime.strptime(migration.id[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        when = int(moment.timestamp() * 1000)
        entries.append({"idx": number, "version": "7", "when": when, "tag": migration.id, "breakpoints": True})
    journal = {"version": "7", "dialect": "postgresql", "entries": entries}
    _new(target / "meta").joinpath("_journal.json").write_text(json.dumps(journal, indent=2))


def write_alembic(folder: Path, migrations: Sequence[Migration]) -> None:
    """One Python file each, with op.execute of the text. Writes."""
    target = _new(folder / "alembic" / "versions")
    # A path separator is named because alembic warns otherwise; the URL comes from the environment.
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = alembic\npath_separator = os\n")
    (folder / "alembic" / "env.py").write_text(ALEMBIC_ENVIRONMENT)
    for migration in migrations:
        text = (
            "from alembic import op\n\n"
            f"revision = {_stamp(migration.id)!r}\ndown_revision = {_stamp(migration.depends)!r}\n\n\n"
            f'def upgrade():\n    op.execute("""\n{migration.text}""")\n\n\n'
            f'def downgrade():\n    op.execute("""\n{migration.rollback}""")\n'
        )
        (target / f"{migration.id}.py").write_text(text)


def write_sqitch(folder: Path, migrations: Sequence[Migration]) -> None:
    """deploy/, revert/ and the plan. Writes."""
    deploy, revert = _new(folder / "deploy"), _new(folder / "revert")
    (folder / "sqitch.conf").write_text(
        "[core]\n    engine = pg\n[user]\n    name = Bench\n    email = bench@example.com\n"
    )
    plan = ["%syntax-version=1.0.0", "%project=bench", ""]
    for migration in migrations:
        (deploy / f"{migration.id}.sql").write_text(f"BEGIN;\n{migration.text}COMMIT;\n")
        (revert / f"{migration.id}.sql").write_text(f"BEGIN;\n{migration.rollback}COMMIT;\n")
        needs = f" [{migration.depends}]" if migration.depends else ""
        plan.append(f"{migration.id}{needs} 2024-01-01T00:00:00Z Bench <bench@example.com>")
    (folder / "sqitch.plan").write_text("\n".join([*plan, ""]))


def _stamp(id: str | None) -> str | None:
    # Alembic keeps 32 characters of a revision.
    return id[:14] if id else None


def _new(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


ALEMBIC_ENVIRONMENT = dedent('''\
    """What `alembic init` writes, without logging and offline mode."""

    import os

    from alembic import context
    from sqlalchemy import create_engine, pool

    engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        # A transaction for each file, as the others have.
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
    ''')
