"""Views, plain and materialized: made, altered in place where PostgreSQL can, dropped. Pure."""

from collections.abc import Mapping, Sequence

from dbtool.schema.catalog import Record
from dbtool.schema.kinds.definitions import option_changes, option_words
from dbtool.schema.kinds.kind import Kind, named
from dbtool.schema.names import quoted
from dbtool.schema.statement import Hazard, Statement, statements
from dbtool.schema.whole import Schema


def _create_view(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    return statements(_view_text(record, "CREATE VIEW"))


def _view_text(record: Record, verb: str) -> str:
    check = record.is_.get("check option")
    return (
        f"{verb} {named(record)}{_with(option_words(record.is_.get('options', {})))} AS\n{record.is_['definition']}"
        + (f"\n  WITH {check.upper()} CHECK OPTION" if check else "")
    )


def _with(options: Sequence[str]) -> str:
    return f" WITH ({', '.join(options)})" if options else ""


def _alter_view(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    columns = old.is_["columns"]
    if new.is_["columns"][: len(columns)] != columns:
        return None  # CREATE OR REPLACE VIEW can add columns at the end, and nothing else
    if (new.is_["definition"], new.is_["columns"]) != (old.is_["definition"], columns):
        return statements(_view_text(new, "CREATE OR REPLACE VIEW"))  # which sets the options to what it says
    return _alter_options("VIEW", new, [option_changes(_all_options(old), _all_options(new))])


def _all_options(record: Record) -> dict[str, str]:
    check = {"check_option": record.is_["check option"]} if "check option" in record.is_ else {}
    return {**record.is_.get("options", {}), **check}


def _alter_options(word: str, record: Record, changes: Sequence[tuple[list[str], list[str]]]) -> list[Statement]:
    given = [option for set_, _ in changes for option in set_]
    taken = [option for _, reset in changes for option in reset]
    said = [f"{verb} ({', '.join(options)})" for verb, options in (("RESET", taken), ("SET", given)) if options]
    return [Statement(f"ALTER {word} {named(record)} {what}") for what in said]


def _create_materialized_view(record: Record, wanted: Schema, parts: Sequence[Record]) -> list[Statement]:
    is_ = record.is_
    options = [*option_words(is_.get("options", {})), *option_words(is_.get("toast options", {}), "toast.")]
    return statements(
        f"CREATE MATERIALIZED VIEW {named(record)}"
        + (f" USING {quoted(is_['access method'])}" if "access method" in is_ else "")
        + _with(options)
        + (f" TABLESPACE {quoted(is_['tablespace'])}" if "tablespace" in is_ else "")
        + f" AS\n{is_['definition']}"
        + ("\n  WITH NO DATA" if "populated" in is_ else "")
    )


def _alter_materialized_view(old: Record, new: Record, current: Schema, wanted: Schema) -> list[Statement] | None:
    if old.is_["definition"] != new.is_["definition"]:
        return None
    if old.is_.get("access method") != new.is_.get("access method") and wanted.version < 150000:
        return None  # ALTER MATERIALIZED VIEW SET ACCESS METHOD came with 15
    options = [
        option_changes(old.is_.get("options", {}), new.is_.get("options", {})),
        option_changes(old.is_.get("toast options", {}), new.is_.get("toast options", {}), "toast."),
    ]
    return [
        *_moved(old, new, "access method", "heap"),
        *_moved(old, new, "tablespace", "pg_default"),
        *_alter_options("MATERIALIZED VIEW", new, options),
        *_refreshed(old, new),
    ]


def _moved(old: Record, new: Record, attribute: str, default: str) -> list[Statement]:
    if old.is_.get(attribute) == new.is_.get(attribute):
        return []
    place = f"{attribute.upper()} {quoted(new.is_.get(attribute, default))}"
    hazard = Hazard("rewrite-table", f"{named(new)} is written anew, and nobody reads it meanwhile")
    return [Statement(f"ALTER MATERIALIZED VIEW {named(new)} SET {place}", (hazard,))]


def _refreshed(old: Record, new: Record) -> list[Statement]:
    if old.is_.get("populated") == new.is_.get("populated"):
        return []
    refresh = f"REFRESH MATERIALIZED VIEW {named(new)}"
    if "populated" in new.is_:
        hazard = Hazard("empty-materialized-view", f"{named(new)} cannot be read until it is refreshed")
        return [Statement(f"{refresh} WITH NO DATA", (hazard,))]
    hazard = Hazard("refresh-materialized-view", f"nobody reads {named(new)} while its query runs")
    return [Statement(refresh, (hazard,))]


KINDS: Mapping[str, Kind] = {
    "view": Kind(word="VIEW", create=_create_view, alter=_alter_view, grant_word="TABLE"),
    "materialized view": Kind(
        word="MATERIALIZED VIEW",
        create=_create_materialized_view,
        alter=_alter_materialized_view,
        grant_word="TABLE",
    ),
}
