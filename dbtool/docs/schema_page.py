"""The page of a schema in Markdown: its views, types, functions and sequences. Pure."""

from collections.abc import Iterator

from dbtool.docs.book import Chapter, Function, Type, View
from dbtool.docs.cells import columns, overview, parts
from dbtool.docs.escaped import block, code, paragraphs, table
from dbtool.schema.names import quoted


def chapter_page(chapter: Chapter) -> Iterator[str]:
    """Yield the blocks of a schema's page: its tables by name, and everything else that is in it."""
    yield f"# Schema {code(quoted(chapter.name))}"
    yield "[Index](../README.md)"
    yield paragraphs(chapter.comment)
    yield from _section("Tables", [overview(chapter, "../")] if chapter.tables else [])
    yield from _section("Views", [b for view in chapter.views for b in _view(view)])
    yield from _section("Types", [b for one in chapter.types for b in _type(one)])
    yield from _section("Functions", [b for one in chapter.functions for b in _function(one)])
    yield from _section("Sequences", [parts(chapter.sequences, "Sequence", "Numbers")] if chapter.sequences else [])


def _section(title: str, blocks: list[str]) -> Iterator[str]:
    if blocks:
        yield f"## {title}"
        yield from blocks


def _view(view: View) -> Iterator[str]:
    yield f"### {code(quoted(view.name))}"
    yield view.kind if view.kind != "view" else ""
    yield paragraphs(view.tags.text)
    yield columns(view.columns)
    yield block(view.definition)
    for name, those in (("Index", view.indexes), ("Trigger", view.triggers)):
        if those:
            yield parts(those, name, "Definition")


def _type(one: Type) -> Iterator[str]:
    yield f"### {code(quoted(one.name))}"
    yield f"{one.form} {code(one.text)}".strip()
    yield paragraphs(one.comment)
    yield table(["Value"], [[code(value) or "(empty)"] for value in one.values])
    yield columns(one.rows)
    if one.constraints:
        yield parts(one.constraints, "Constraint", "Definition")


def _function(one: Function) -> Iterator[str]:
    yield f"### {code(one.name)}"
    yield paragraphs(one.comment)
    name = one.name.partition("(")[0] if not one.name.startswith('"') else one.name[: one.name.rindex("(")]
    returns = f" returns {one.returns}" if one.returns else ""
    yield block(f"{one.kind} {name}({one.arguments}){returns}")
    yield ", ".join(code(trait) for trait in one.traits)
    if one.body.strip():
        yield block(one.body)
