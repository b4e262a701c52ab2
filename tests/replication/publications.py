"""Scenarios of what is published: tables whose UPDATE or DELETE fails, or ships no key. Each is tried before it is shown."""

import psycopg
import pytest

from tests.replication.bed import Bed, Node
from tests.replication.scene import Scene, says, scenario

_ORDERS = "CREATE TABLE orders (id int PRIMARY KEY, status text NOT NULL, note text)"


def _refused(node: Node, table: str = "orders") -> None:
    """See that the server refuses to change a row of this table."""
    with pytest.raises(psycopg.Error, match=r"replica identity|publish"):
        node.run(f"UPDATE {table} SET note = 'changed'")
    with pytest.raises(psycopg.Error, match=r"replica identity|publish"):
        node.run(f"DELETE FROM {table}")


def _published(bed: Bed, *statements: str, refused: bool = True, table: str = "orders") -> Node:
    primary = bed.primary(max_slot_wal_keep_size="64MB")
    for statement in statements:
        primary.run(statement)
    if refused:
        _refused(primary, table)
    else:
        primary.run(f"UPDATE {table} SET note = 'changed'")
        primary.run(f"DELETE FROM {table}")
    return primary


def _bad(node: Node, code: str = "publication-without-replica-identity", subject: str = "orders") -> Scene:
    return Scene(url=node.url("postgres"), subject=subject, expected=says(f"{code} error"))


@scenario()
def healthy_publication(bed: Bed) -> Scene:
    node = _published(bed, _ORDERS, "CREATE PUBLICATION shop FOR TABLE orders", refused=False)
    return Scene(url=node.url("postgres"))


@scenario()
def healthy_publication_of_full_rows(bed: Bed) -> Scene:
    full = "ALTER TABLE orders REPLICA IDENTITY FULL"
    node = _published(
        bed, "CREATE TABLE orders (id int, note text)", full, "CREATE PUBLICATION shop FOR TABLE orders", refused=False
    )
    return Scene(url=node.url("postgres"))


@scenario()
def healthy_publication_of_inserts(bed: Bed) -> Scene:
    """Without a key, and only what is inserted is published: nothing fails."""
    published = "CREATE PUBLICATION shop FOR TABLE orders WITH (publish = 'insert')"
    node = _published(bed, "CREATE TABLE orders (id int, note text)", published, refused=False)
    return Scene(url=node.url("postgres"))


@scenario()
def healthy_publication_of_a_unique_index(bed: Bed) -> Scene:
    index = "CREATE UNIQUE INDEX orders_id ON orders (id)"
    node = _published(
        bed, "CREATE TABLE orders (id int NOT NULL, note text)", index, "ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_id",
        "CREATE PUBLICATION shop FOR TABLE orders", refused=False,
    )  # fmt: skip
    return Scene(url=node.url("postgres"))


@scenario()
def healthy_publication_of_partitions(bed: Bed) -> Scene:
    node = _published(
        bed, "CREATE TABLE orders (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)",
        "CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (100)",
        "CREATE PUBLICATION shop FOR TABLE orders WITH (publish_via_partition_root)", refused=False,
    )  # fmt: skip
    return Scene(url=node.url("postgres"))


@scenario()
def publication_without_primary_key(bed: Bed) -> Scene:
    return _bad(_published(bed, "CREATE TABLE orders (id int, note text)", "CREATE PUBLICATION shop FOR TABLE orders"))


@scenario()
def publication_of_all_tables_without_primary_key(bed: Bed) -> Scene:
    return _bad(
        _published(
            bed, _ORDERS, "CREATE TABLE bare (note text)", "CREATE PUBLICATION shop FOR ALL TABLES", table="bare"
        ),
        subject="bare",
    )


@scenario(since=15)
def publication_of_a_schema_without_primary_key(bed: Bed) -> Scene:
    node = _published(
        bed, "CREATE SCHEMA sales", "CREATE TABLE sales.bare (note text)", "CREATE PUBLICATION shop FOR TABLES IN SCHEMA sales", table="sales.bare"
    )  # fmt: skip
    return _bad(node, subject="sales.bare")


@scenario()
def publication_identity_nothing(bed: Bed) -> Scene:
    return _bad(
        _published(
            bed, _ORDERS, "ALTER TABLE orders REPLICA IDENTITY NOTHING", "CREATE PUBLICATION shop FOR TABLE orders"
        )
    )


@scenario()
def publication_deferrable_key(bed: Bed) -> Scene:
    table = "CREATE TABLE orders (id int PRIMARY KEY DEFERRABLE, note text)"
    return _bad(_published(bed, table, "CREATE PUBLICATION shop FOR TABLE orders"))


@scenario()
def publication_identity_index_dropped(bed: Bed) -> Scene:
    node = _published(
        bed, _ORDERS, "CREATE UNIQUE INDEX orders_key ON orders (id)", "ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_key",
        "DROP INDEX orders_key", "CREATE PUBLICATION shop FOR TABLE orders",
    )  # fmt: skip
    return _bad(node)


@scenario()
def publication_of_a_partition_without_identity(bed: Bed) -> Scene:
    """The key is the parent's as well; the identity is each partition's own."""
    node = _published(
        bed, "CREATE TABLE orders (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)",
        "CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (100)",
        "ALTER TABLE orders_1 REPLICA IDENTITY NOTHING", "INSERT INTO orders VALUES (1)",
        "CREATE PUBLICATION shop FOR TABLE orders",
    )  # fmt: skip
    return _bad(node, subject="orders_1")


@scenario(since=15)
def publication_row_filter_outside_identity(bed: Bed) -> Scene:
    node = _published(bed, _ORDERS, "CREATE PUBLICATION shop FOR TABLE orders WHERE (status = 'open')")
    return _bad(node, "publication-row-filter-outside-identity")


@scenario(since=15)
def healthy_row_filter_on_the_key(bed: Bed) -> Scene:
    node = _published(bed, _ORDERS, "CREATE PUBLICATION shop FOR TABLE orders WHERE (id > 100)", refused=False)
    return Scene(url=node.url("postgres"))


@scenario(since=15)
def publication_column_list_lacks_identity(bed: Bed) -> Scene:
    node = _published(bed, _ORDERS, "CREATE PUBLICATION shop FOR TABLE orders (status)")
    return _bad(node, "publication-column-list-lacks-identity")


@scenario(since=15)
def healthy_column_list(bed: Bed) -> Scene:
    node = _published(bed, _ORDERS, "CREATE PUBLICATION shop FOR TABLE orders (id, status)", refused=False)
    return Scene(url=node.url("postgres"))


@scenario()
def publication_generated_columns(bed: Bed) -> Scene:
    """They arrive empty: before 18 always, since then unless they are asked for."""
    table = "CREATE TABLE orders (id int PRIMARY KEY, note text, size int GENERATED ALWAYS AS (length(note)) STORED)"
    node = _published(bed, table, "CREATE PUBLICATION shop FOR TABLE orders", refused=False)
    return Scene(url=node.url("postgres"), subject="orders", expected=says("publication-generated-columns note"))


@scenario(since=18)
def healthy_generated_columns_published(bed: Bed) -> Scene:
    table = "CREATE TABLE orders (id int PRIMARY KEY, note text, size int GENERATED ALWAYS AS (length(note)) STORED)"
    shop = "CREATE PUBLICATION shop FOR TABLE orders WITH (publish_generated_columns = stored)"
    node = _published(bed, table, shop, refused=False)
    return Scene(url=node.url("postgres"), never=frozenset({"publication-generated-columns"}))


@scenario(since=15)
def publication_column_list_of_full_rows(bed: Bed) -> Scene:
    """All columns identify a row, and not all of them are published."""
    full = "ALTER TABLE orders REPLICA IDENTITY FULL"
    node = _published(bed, _ORDERS, full, "CREATE PUBLICATION shop FOR TABLE orders (id)")
    return _bad(node, "publication-column-list-lacks-identity")


@scenario(since=15)
def healthy_row_filter_of_full_rows(bed: Bed) -> Scene:
    full = "ALTER TABLE orders REPLICA IDENTITY FULL"
    node = _published(
        bed, _ORDERS, full, "CREATE PUBLICATION shop FOR TABLE orders WHERE (status = 'x')", refused=False
    )
    return Scene(url=node.url("postgres"))


@scenario(since=15)
def publication_row_filter_of_partitions(bed: Bed) -> Scene:
    node = _published(
        bed, "CREATE TABLE orders (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)",
        "CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (100)", "INSERT INTO orders VALUES (1)",
        "CREATE PUBLICATION shop FOR TABLE orders WHERE (note = 'x') WITH (publish_via_partition_root)",
    )  # fmt: skip
    return _bad(node, "publication-row-filter-outside-identity")


@scenario(since=18)
def publication_generated_columns_of_full_rows(bed: Bed) -> Scene:
    """18 refuses changes where the identity holds a generated column that is not published; 17 does not."""
    table = "CREATE TABLE orders (id int PRIMARY KEY, note text, size int GENERATED ALWAYS AS (length(note)) VIRTUAL)"
    full = "ALTER TABLE orders REPLICA IDENTITY FULL"
    return _bad(
        _published(bed, table, full, "CREATE PUBLICATION shop FOR TABLE orders"), "publication-generated-columns"
    )


@scenario(since=18)
def publication_generated_key(bed: Bed) -> Scene:
    table = "CREATE TABLE orders (raw int, note text, id int GENERATED ALWAYS AS (raw * 2) STORED PRIMARY KEY)"
    return _bad(_published(bed, table, "CREATE PUBLICATION shop FOR TABLE orders"), "publication-generated-columns")
