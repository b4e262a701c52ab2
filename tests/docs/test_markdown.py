"""The Markdown: every link leads somewhere, every name survives, nothing in a comment means anything, the same twice."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from dbtool.docs import mermaid
from dbtool.docs.book import Book, Column, Part, Table
from dbtool.docs.chapters import book_of
from dbtool.docs.escaped import block, code, paragraphs, text
from dbtool.docs.html import page
from dbtool.docs.markdown import MARK, pages
from dbtool.docs.naming import safe, table_path
from dbtool.schema.whole import Schema
from dbtool.tags import read_tags


@pytest.fixture(scope="module")
def written(book: Book) -> Mapping[str, str]:
    return pages(book)


def test_it_is_the_same_however_the_records_come(odd: Schema, written: Mapping[str, str], book: Book) -> None:
    turned = replace(odd, parts=dict(reversed(odd.parts.items())))
    again = book_of(turned, title="The <shop>")
    assert pages(again) == written
    assert page(again) == page(book)


def test_every_table_has_a_page_and_every_link_leads_to_one(written: Mapping[str, str], book: Book) -> None:
    assert {table_path(table.key) for table in book.tables} <= written.keys()
    assert {path for path in written if path.startswith("tables/")} == {table_path(t.key) for t in book.tables}
    for path, said in written.items():
        assert said.startswith(MARK + "\n")
        assert said.endswith("\n") and not said.endswith("\n\n")
        for target in re.findall(r"\]\(([^)]*)\)", _prose(said)):
            joined = _normal(PurePosixPath(path).parent / target)
            assert joined in written, f"{path}: {target}"


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _prose(said: str) -> str:
    """The page without blocks of code."""
    return re.sub(r"^(`{3,})\w*\n.*?^\1$", "", said, flags=re.MULTILINE | re.DOTALL)


def test_every_row_of_a_table_has_as_many_cells(written: Mapping[str, str]) -> None:
    for path, said in written.items():
        lines = _prose(said).splitlines()
        for number, line in enumerate(lines):
            if re.fullmatch(r"\|(---\|)+", line):
                width = line.count("|")
                assert len(re.findall(r"(?<!\\)\|", lines[number - 1])) == width, f"{path}: {lines[number - 1]}"
                for row in lines[number + 1 :]:
                    if not row.startswith("|"):
                        break
                    assert len(re.findall(r"(?<!\\)\|", row)) == width, f"{path}: {row}"


def test_names_that_differ_in_capitals_alone_have_files_of_their_own(written: Mapping[str, str]) -> None:
    assert len({path.lower() for path in written}) == len(written)
    assert all(re.fullmatch(r"[\w./-]+", path, re.ASCII) for path in written)
    assert safe("a", "b") != safe("a-b") != safe("A", "b")
    assert len(safe("x" * 63, "é" * 31)) < 64


def test_what_a_page_tells(written: Mapping[str, str]) -> None:
    people = written["tables/public-people.md"]
    for line in (
        "A person.",
        "| `id` | `bigint` | not null | `GENERATED ALWAYS AS IDENTITY` | primary |",
        "| `nick` | `short_text` |  |  |  |",
        "| `people_nick` | `btree (lower((nick)::text)) WHERE (boss_id IS NULL)` | For the search. |",
        "| Row-level security | `on` |",
        "category domain",
        "`DEFERRABLE INITIALLY DEFERRED`",
        "also on a replica",
        "A pipe \\| in a cell.",
        "BEFORE UPDATE OF nick FOR EACH ROW",
    ):
        assert line in people, line
    assert "@category" not in "".join(written.values())
    passports = "[`public.passports`](../tables/public-passports.md)"
    assert passports in people.split("## Is referred to by")[1]
    tenants = written["tables/public-tenants.md"]
    assert "Nobody sees it. (server only)" in tenants
    assert "`GENERATED ALWAYS AS (lower((name)::text)) STORED`" in tenants
    assert "<https://example.org/a_b_c>." in tenants
    events = written["tables/public-events.md"]
    assert "| Partitioned by | `RANGE (at)` |" in events
    assert "| &nbsp;&nbsp;`public.events_2025_one` | `FOR VALUES IN ('1')` |" in events.replace("''1''", "'1'")
    assert not [path for path in written if "events_2025" in path]
    public = written["schemas/public.md"]
    for line in (
        "The shop.", "### `glad`", "What they are called.", "### `counts`", "materialized view", "### `mood`",
        "| <code>so &#124; so</code> |", "### `short_text`", "| `is_short` | `CHECK ((length(VALUE) < 10))` |",
        "### `touch()`", "function touch() returns trigger", "`security definer`", "### `longest(text)`",
        "| `numbers` | `integer from 100 by 10` |", "In metres.",
    ):  # fmt: skip
        assert line in public, line
    assert "`````sql\nBEGIN\n    -- ```` not the end" in public
    index = written["README.md"]
    assert "# The \\<shop\\>" in index
    assert "| `out_there` | `public.people, public.tenants` |" in index
    odd = written["schemas/" + safe("Odd | schema") + ".md"]
    assert "# Schema <code>&#34;Odd &#124; schema&#34;</code>" in odd
    assert "\\- no list" in odd
    assert "\\# no heading" in odd
    assert '`"Add("(integer, integer)`' in odd


@pytest.mark.parametrize(
    "said", ["a|b", "`", "``` ``", " x ", "\\", "a\\|b", "<b>&amp;", "*_~[x](y)!", "é 漢", "a\nb", "#1", "$x$", "@all"]
)
def test_code_and_text_say_what_was_said(said: str) -> None:
    """What a renderer would show: entities and escapes taken back."""
    import html

    shown = code(said)
    if shown.startswith("<code>"):
        shown = html.unescape(shown.removeprefix("<code>").removesuffix("</code>").replace("<br>", "\n"))
        assert shown == said
    else:
        assert shown == f"`{said}`"
        assert "|" not in said
    told = re.sub(r"\\(.)", r"\1", text(said).replace("<br>", "\n"))
    assert told == said.strip()
    assert not re.search(r"(?<!\\)[|*_`<]", re.sub(r"\\\\", "", text(said)).replace("<br>", ""))


def test_blocks_and_paragraphs() -> None:
    assert block("a\r\n````\nb") == "`````sql\na\n````\nb\n`````"
    assert paragraphs("1. one\n+ two") == "1\\. one  \n\\+ two"


# ---- Mermaid: as its grammar has it (erDiagram.jison of Mermaid 10 and 11)

_ID = r"t-[a-z0-9_]+(?:-[a-z0-9_]+)*"
_LABEL = r'"[^"%\\\r\n\v\b]*"'
_LINES = [
    "erDiagram",
    rf"    {_ID}\[{_LABEL}\](?: \{{)?",
    rf"        [A-Za-z_][A-Za-z0-9_()\[\]-]* [A-Za-z_][A-Za-z0-9_()\[\]-]*(?: (?:PK|FK)(?:, FK)?)?(?: {_LABEL})?",
    r"    \}",
    rf"    {_ID} (?:\|\||\|o)--(?:o\||o\{{) {_ID} : {_LABEL}",
]


def test_diagrams_are_of_mermaids_grammar(written: Mapping[str, str]) -> None:
    found = 0
    for path, said in written.items():
        for diagram in re.findall(r"^```mermaid\n(.*?)\n```$", said, re.MULTILINE | re.DOTALL):
            found += 1
            for line in diagram.splitlines():
                assert any(re.fullmatch(pattern, line) for pattern in _LINES), f"{path}: {line}"
    assert found >= 8


def test_a_diagram_has_what_the_index_promises(written: Mapping[str, str], book: Book) -> None:
    index = written["README.md"]
    public = index.split("### Schema `public`")[1].split("```")[1]
    inside = [t for t in book.tables if t.schema == "public"]
    assert public.count(" {") == len(inside)
    assert public.count(" : ") == sum(len(t.references) for t in inside)
    assert 't-public-people |o--o{ t-public-people : "boss_id"' in public
    assert 't-public-people ||--o| t-public-passports : "person_id"' in public
    assert 't-public-teams ||--o{ t-public-leads : "team_id, team_area"' in public
    assert "### Category domain" in index
    assert [t.key for t in book.tables if t.tags.category == "utility"] == mermaid.by_category(book)["utility"]


def many(number: int) -> Book:
    """A book of many tables, each of which refers to the one before and to the first."""
    from dbtool.docs.book import Chapter, Reference

    def one(n: int) -> Table:
        names = [f"t{n - 1:03}", "t000"] if n else []
        return Table(
            schema="public", name=f"t{n:03}", kind="table", tags=read_tags("@category domain"),
            columns=(Column(name="id", type="bigint", nullable=False, default="", tags=read_tags(""), primary=True),),
            constraints=(Part(name="pk", text="PRIMARY KEY (id)"),),
            references=tuple(
                Reference(name=f"{n}_{name}", table=("public", f"t{n:03}"), columns=("id",), target=("public", name),
                          target_columns=("id",), rule="", nullable=False, single=True)
                for name in names
            ),
        )  # fmt: skip

    tables = tuple(one(n) for n in range(number))
    chapter = Chapter(name="public", comment="", tables=tables, views=(), functions=(), types=(), sequences=())
    return Book(title="Many", chapters=(chapter,))


def test_what_is_too_large_for_one_diagram_is_split() -> None:
    made = pages(many(100))
    assert "[4 diagrams](diagrams/schema-public.md): 100 tables are too many for one." in made["README.md"]
    diagrams = re.findall(r"^```mermaid\n(.*?)\n```$", made["diagrams/schema-public.md"], re.MULTILINE | re.DOTALL)
    assert len(diagrams) == 4
    assert all(len(diagram) < 50_000 and diagram.count("--") < 500 for diagram in diagrams)
    assert sum(diagram.count(" {") for diagram in diagrams) == 100
