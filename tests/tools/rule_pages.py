"""python -m tests.tools.rule_pages: writes docs/rules/ anew, a page for each rule from its own words and examples."""

import re
from collections.abc import Iterator
from pathlib import Path

from dbtool.lint.explained import title_of
from dbtool.lint.rule import Rule
from dbtool.lint.rules import RULES
from dbtool.lint.squawk_rules import RULES as SQUAWK
from dbtool.lint.squawk_rules import Known

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "rules"
EXAMPLES = ROOT / "tests" / "lint" / "rules"
MANUAL = "https://www.postgresql.org/docs/current/"

_for_tests = re.compile(r"^-- (?:also|rollback|role): .*\n|^[ \t]*-- expect\n|^-- transactional: true\n", re.MULTILINE)


def pages() -> dict[str, str]:
    """Return the text of each page by its file's name."""
    own = {f"{rule.id}.md": _page(rule) for rule in RULES.values()}
    return own | {f"{known.id}.md": _squawk_page(known) for known in _squawk()} | {"README.md": _index()}


def _squawk() -> list[Known]:
    """Return the rules that are squawk's alone, each id once."""
    return sorted({k.id: k for k in SQUAWK.values() if k.id not in RULES}.values(), key=lambda known: known.id)


def _squawk_page(known: Known) -> str:
    severity = "off, unless `safety/policy.toml` asks for it" if known.optional else known.severity
    parts = [f"# {known.id}\n\n{title_of(known.id)}. Severity: {severity}. Seen by squawk.\n", f"{known.why}\n"]
    if known.help:
        parts.append(f"**Instead:** {known.help}\n")
    if known.optional:
        parts.append(f'```toml\n[lint]\non = ["{known.id}"]\n```\n')
    parts.append(f"Meant so? `-- dbtool: allow {known.id} because <reason>` above the statement.\n")
    return "\n".join(parts)


def _index() -> str:
    rows = "\n".join(f"| [{r.id}]({r.id}.md) | {r.severity} | {r.title} |" for r in RULES.values())
    squawk = "\n".join(
        f"| [{k.id}]({k.id}.md) | {'off' if k.optional else k.severity} | {title_of(k.id)} |" for k in _squawk()
    )
    return (
        "# Rules\n\nWhat `dbtool lint` looks for on the parse tree, beside what squawk and sqlfluff look for. An **error** stops "
        "or breaks something, a **warning** is advice that matters, a **note** is for information. Nothing is said of a table, "
        "index or type that the same file makes.\n\n"
        f"| Rule | | |\n|---|---|---|\n{rows}\n\n"
        "squawk looks for these, each under the name that dbtool gives it:\n\n"
        f"| Rule | | |\n|---|---|---|\n{squawk}\n"
    )


def _page(rule: Rule) -> str:
    parts = [f"# {rule.id}\n\n{rule.title}. Severity: {rule.severity}.\n"]
    roles = ", ".join(sorted(role.value for role in rule.roles))
    parts.append(f"{rule.why}\n\nThe manual: [{rule.page}]({MANUAL}{rule.page}). Looked for in: {roles}.\n")
    parts.append(f"**Instead:** {rule.help}.\n")
    for word, pattern in (("Bad", "bad*.sql"), ("Good", "good*.sql")):
        parts.append(f"## {word}\n")
        parts += _examples(rule.id, pattern)
    parts.append(
        "Meant so? `-- dbtool: allow " + rule.id + " because <reason>` above the statement, or the same in "
        "`safety/policy.toml` for a path.\n"
    )
    return "\n".join(parts)


def _examples(id: str, pattern: str) -> Iterator[str]:
    for path in sorted((EXAMPLES / id).glob(pattern)):
        before = path.parent / "before.sql"
        schema = path.parent / "schema.sql"
        for other, words in ((before, "Earlier migrations say:"), (schema, "`sql/schema` says:")):
            if other.exists() and pattern == "bad*.sql":
                yield f"{words}\n\n```sql\n{other.read_text().strip()}\n```\n"
        yield f"```sql\n{_for_tests.sub('', path.read_text()).strip()}\n```\n"


def main() -> None:
    """Write the pages, and take those away whose rule is gone."""
    PAGES.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for path in PAGES.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (PAGES / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
