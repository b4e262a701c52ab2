"""What the facts of a database become: checks, names, collisions, and the same on every version."""

from decimal import Decimal

import pytest

from dbtool.errors import BadFile
from dbtool.types.checks import read_limits, trees_of
from dbtool.types.facts import Facts
from dbtool.types.limits import Bound, Limits, Pattern
from dbtool.types.names import singular
from tests.servers import Server
from tests.types.conftest import HERE, facts_of, text_of

PLURALS = """
    workflows workflow; execution_steps execution_step; statuses status; addresses address; classes class; processes process;
    databases database; cases case; releases release; houses house; invoices invoice; boxes box; taxes tax; branches branch;
    batches batch; caches cache; axes axis; analyses analysis; people person; children child; categories category;
    movies movie; queries query; series series; news news; data data; metadata metadata; settings setting; heroes hero;
    archives archive; leaves leaf; sizes size; buses bus; viruses virus; menus menu; licenses license; responses response;
    phases phase; courses course; uses use; causes cause; media media; indexes index; indices index; aliases alias;
    status status; address address; process process; business business; access access; bases base; keys key; days day;
    companies company; matches match; hashes hash; pushes push; expenses expense; purchases purchase; bonuses bonus;
    dishes dish; glasses glass; losses loss; passes pass; bus bus; os os; gas gas; types type; files file; sms sms
"""


@pytest.mark.parametrize(("plural", "one"), [pair.split() for pair in PLURALS.split(";")])
def test_the_singular_of_what_tables_are_called(plural: str, one: str) -> None:
    *_, last = plural.split("_")
    assert singular(last) == one.split("_")[-1]


def over(number: str, *, inclusive: bool = False) -> Bound:
    return Bound(Decimal(number), inclusive)


# What a CHECK says, as pg_get_expr() has it, and what is made of it; None for nothing.
CHECKS = [
    ("(a > 0)", Limits(lowest=over("0"))),
    ("(0 <= a)", Limits(lowest=over("0", inclusive=True))),
    ("(a >= '-5'::integer)", Limits(lowest=over("-5", inclusive=True))),
    ("(a >= (0)::numeric)", Limits(lowest=over("0", inclusive=True))),
    ("((a >= 1) AND (a < 5))", Limits(lowest=over("1", inclusive=True), highest=over("5"))),
    ("((a > 1) AND (a >= 1) AND (a < 5) AND (a <= 5))", Limits(lowest=over("1"), highest=over("5"))),
    ("((a IS NULL) OR (a > 0))", Limits(lowest=over("0"))),
    ("((a = 'x'::text) OR (a = 'y'::text))", Limits(values=("x", "y"))),
    ("((a IS NULL) OR (a = ANY (ARRAY['x'::text])))", Limits(values=("x",))),
    ("(a = ANY (ARRAY['x'::text, 'y'::text]))", Limits(values=("x", "y"))),
    ("((a)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]))", Limits(values=("x", "y"))),
    ("(a = ANY (ARRAY[1, 2]))", Limits(values=(1, 2))),
    ("(a IS NOT NULL)", Limits(not_null=True)),
    ("(char_length((a)::text) <= 9)", Limits(longest=9)),
    ("((length(a) > 1) AND (length(a) < 9))", Limits(shortest=2, longest=8)),
    ("(length(a) = 3)", Limits(shortest=3, longest=3)),
    ("(a <> ''::text)", Limits(shortest=1)),
    ("(btrim(a) <> ''::text)", Limits(patterns=(Pattern("[^ ]"),))),
    ("(a ~ 'x'::text)", Limits(patterns=(Pattern("x"),))),
    ("(a ~~* 'x%'::text)", Limits(patterns=(Pattern("x%", ignores_case=True, like=True),))),
    ("(jsonb_typeof(a) = 'object'::text)", Limits(json="object")),
    ("(cardinality(a) <= 3)", Limits(most=3)),
    ("(array_length(a, 1) <= 3)", Limits(most=3)),
    ("(array_length(a, 1) >= 3)", None),  # NULL for an empty one, which passes
    ("(a = ANY (ARRAY['x'::text, NULL::text]))", None),  # NULL for what is not in it, which passes
    ("((a IS NULL) OR (a IS NOT NULL))", None),
    ("(length(btrim(a)) > 0)", None),
    ("(a <> ALL (ARRAY['x'::text]))", None),
    ("(a > b)", None),
    ("((a > 0) OR (b > 0))", None),
    ("((a > 0) OR (a < '-5'::integer))", None),
    ("((a > 0) = (b IS NULL))", None),
    ("(NOT (a > 0))", None),
    ("(lower(a) = a)", None),
    ("(public.length(a) > 3)", None),
    ("(a >= '2024-01-01'::date)", None),
    ("((a)::integer > 3)", None),
    ("(a = 'x'::public.status)", None),
    ("(length(a) > 2.5)", None),
    ("(a > 'NaN'::numeric)", None),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "limits"), CHECKS, ids=[c[0] for c in CHECKS])
def test_what_a_check_says(expression: str, limits: Limits | None) -> None:
    read = read_limits([expression], trees_of([expression]))
    assert read.limits == ({} if limits is None else {"a": limits})
    assert read.left_out == ((expression,) if limits is None else ())


def test_what_cannot_be_parsed_leaves_the_rest() -> None:
    assert sorted(trees_of(["a > 1", "of the future", "b ~ 'x'"])) == ["a > 1", "b ~ 'x'"]


def test_every_version_gives_the_same(each_server: Server, nasty: Facts) -> None:
    facts = facts_of(each_server, "nasty_too", (HERE / "nasty.sql").read_text())
    for kind in ("typescript", "zod", "python"):
        assert text_of(facts, kind=kind) == text_of(nasty, kind=kind)


def test_two_of_one_name_are_an_error_that_says_what_to_do(server: Server) -> None:
    facts = facts_of(
        server, "collide",
        "CREATE SCHEMA audit; CREATE TABLE users (id int); CREATE TABLE audit.users (id int); CREATE TABLE new_users (id int);",
    )  # fmt: skip
    with pytest.raises(BadFile) as raised:
        text_of(facts)
    messages = [finding.message for finding in raised.value.findings]
    assert messages == [
        "two types would be called NewUser: table audit.users (a new row) and table public.new_users",
        "two types would be called User: table audit.users and table public.users",
    ]
    assert raised.value.findings[1].help.endswith('names = { "audit.users" = "AuditUser" }')
    names = {"audit.users": "AuditUser", "public.new_users": "NewbieUser"}
    assert "export type NewNewbieUser = {" in text_of(facts, names=names)
    with pytest.raises(BadFile, match="no name of one's own"):
        text_of(facts, names=names | {"public.users": "a b"})


def test_what_is_not_asked_for_is_not_there(nasty: Facts) -> None:
    text = text_of(nasty, schemas=("audit",))
    assert "export type Entry = {" in text and "export type WeirdTable" not in text
    assert "export type PersonName = {" in text and "export type Person = {" in text, "what a column needs"
    assert "export type NewPerson = " not in text and "OuterJoined" not in text and "WithArguments" not in text


def test_a_mapping_goes_before_all(nasty: Facts) -> None:
    mapping = {"bigint": "Long", "public.person_name": "Name", "interval": "Duration"}
    text = text_of(nasty, mapping=mapping)
    assert "  id: Long;\n" in text and "  name: Name | null;" in text and "took: Duration | null" in text
    text = text_of(nasty, kind="python", mapping={"point": "numpy.ndarray"})
    assert "\nimport numpy\n" in text and "    place: numpy.ndarray | None\n" in text


def test_what_an_extension_has_is_a_text_and_none_of_its_own_types_are_told(server: Server) -> None:
    facts = facts_of(
        server, "extended",
        """
        CREATE EXTENSION citext;
        CREATE EXTENSION hstore;
        CREATE DOMAIN handle AS citext CHECK (VALUE ~ '^[a-z]+$');
        CREATE TABLE people (handle handle, mail citext CHECK (mail ~ '^.+@' AND mail <> ''), more hstore, all_of citext[]);
        """,
    )  # fmt: skip
    text = text_of(facts)
    assert "hstore" not in text and "Functions: {};" in text and "export type Handle = string;" in text
    assert "  mail: string | null;\n  more: string | null;\n  all_of: string[] | null;\n" in text
    assert ".min(1).regex(/^[\\s\\S]+@/iu)" in text_of(facts, kind="zod")
    assert "z.array(z.number())" in text_of(facts, kind="zod", mapping={"public.hstore": "number[]"})
