"""Smart tags in comments: what is one, and what is told of those that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbtool.tags import CATEGORIES, Tags, read_tags


@pytest.mark.parametrize(
    ("comment", "tags"),
    [
        (None, Tags()),
        ("A person.", Tags(text="A person.")),
        ("A person. @category domain", Tags(text="A person.", category="domain")),
        ("@category system A person.", Tags(text="A person.", category="system")),
        ("A person.\n@category domain\n@server-only", Tags(text="A person.", category="domain", server_only=True)),
        ("Only here. @client-only", Tags(text="Only here.", client_only=True)),
        ("@renamed-from people", Tags(renamed_from="people")),
        ('@renamed-from "Old ""P"""', Tags(renamed_from='Old "P"')),
        ("@renamed-from app.people.", Tags(text=".", renamed_from="app.people")),
        ('JSON. @type import("./x").Y', Tags(text="JSON.", type='import("./x").Y')),
        ('@type import("@a/b").Y<"@z"> @server-only', Tags(type='import("@a/b").Y<"@z">', server_only=True)),
        ("@type Foo\nand more", Tags(text="and more", type="Foo")),
        ("Log. @partitions-unmanaged", Tags(text="Log.", partitions_unmanaged=True)),
        ("@Category domain", Tags(category="domain")),
        ("anna@example.org, a@category.org", Tags(text="anna@example.org, a@category.org")),
        ("@category domain @category domain", Tags(category="domain")),
    ],
)
def test_what_a_comment_says(comment: str | None, tags: Tags) -> None:
    assert read_tags(comment) == tags


@pytest.mark.parametrize(
    ("comment", "mistake"),
    [
        ("@categroy domain", "@categroy is no tag; did you mean @category?"),
        ("@server_only", "@server_only is no tag; did you mean @server-only?"),
        ("ask @anna", "@anna is no tag: there are @category, @server-only, @client-only, @renamed-from, @type, "
         "@partitions-unmanaged"),
        ("@category domian", "@category domian is none; did you mean domain?"),
        ("@category xyz", "@category xyz is none: there are domain, system, utility"),
        ("@category", "@category says nothing: a value follows it"),
        ("@renamed-from", "@renamed-from says nothing: a value follows it"),
        ("@category domain @category system", "@category stands twice, as domain and system"),
        ("@server-only @client-only", "@server-only and @client-only: it would be nowhere"),
    ],
)  # fmt: skip
def test_mistakes(comment: str, mistake: str) -> None:
    assert read_tags(comment).mistakes == (mistake,)


def test_a_category_that_is_none_is_none() -> None:
    assert read_tags("@category domian").category == ""


words = st.lists(
    st.sampled_from([*CATEGORIES, "a", "b.", "@category", "@server-only", "@type", "x@y", "\n"]), max_size=8
)


@given(words)
def test_text_without_tags_stays_as_it_is(parts: list[str]) -> None:
    """Reading the free text again finds no tag that was not there, and changes nothing."""
    text = read_tags(" ".join(parts)).text
    again = read_tags(text)
    assert again.text == text or "@" in text
    assert not (again.server_only or again.client_only)
