"""Which functions give a new value for each row: as a new column's default they rewrite the table. Pure."""

from typing import Any

from dbtool.lint.known import Known
from dbtool.lint.tree import Name, functions_in

# provolatile = 'v' in pg_proc of 18 and of contrib, as far as one would write it into a default.
VOLATILE = frozenset(
    (
        "random", "random_normal", "gen_random_uuid", "gen_random_bytes", "gen_salt", "uuidv4", "uuidv7",
        "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "uuid_generate_v7", "clock_timestamp",
        "timeofday", "nextval", "setval", "lastval", "currval", "pg_current_xact_id", "txid_current", "pg_sleep",
        "pg_notify", "pg_backend_pid",
    )
)  # fmt: skip

# Those in the core that are not volatile and stand in defaults; what is in neither list is a project's own.
STEADY = frozenset(
    (
        "now", "transaction_timestamp", "statement_timestamp", "current_setting", "current_database",
        "current_schema", "lower", "upper", "initcap", "trim", "btrim", "ltrim", "rtrim", "concat", "concat_ws",
        "format", "left", "right", "repeat", "replace", "substr", "substring", "length", "char_length", "md5",
        "sha256", "sha512", "encode", "decode", "digest", "hmac", "to_char", "to_date", "to_number", "to_timestamp",
        "to_json", "to_jsonb", "to_tsvector", "to_tsquery", "date_trunc", "date_part", "extract", "age", "timezone",
        "make_date", "make_time", "make_timestamp", "make_timestamptz", "make_interval", "justify_days",
        "json_build_object", "json_build_array", "jsonb_build_object", "jsonb_build_array", "json_object",
        "jsonb_object", "array_fill", "array_append", "array_cat", "array_remove", "array_to_string",
        "string_to_array", "cardinality", "abs", "ceil", "ceiling", "floor", "round", "trunc", "power", "sqrt",
        "mod", "sign", "greatest", "least", "coalesce", "nullif", "int4range", "int8range", "numrange", "tsrange",
        "tstzrange", "daterange", "point", "box", "circle", "line", "polygon", "inet_client_addr", "pg_catalog",
        "setweight", "hashtext", "row_to_json", "chr", "ascii", "lpad", "rpad", "reverse", "translate",
        "split_part", "quote_literal", "session_user", "version", "pg_typeof", "int8", "int4", "text", "numeric",
        "st_setsrid", "st_makepoint", "st_point", "st_geomfromtext", "normalize", "strpos", "position", "overlay",
        "to_hex", "hstore", "jsonb_set", "array_length", "bit_length", "octet_length", "convert_to", "convert_from",
        "starts_with", "regexp_replace", "date", "isfinite", "num_nulls", "num_nonnulls", "crc32",
    )
)  # fmt: skip


def volatile_call(expression: Any, *known: Known) -> str:
    """Return the name of a function in *expression* that is volatile, or that nobody says is not; "" for none."""
    for name in functions_in(expression):
        if name.name in VOLATILE or (name.name not in STEADY and _own_volatility(name, known) == "volatile"):
            return name.name
    return ""


def _own_volatility(name: Name, known: tuple[Known, ...]) -> str:
    routine = next((r for k in known if (r := k.routine(name))), None)
    return (routine.volatility or "volatile") if routine else "volatile"
