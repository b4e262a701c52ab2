"""A regular expression that is translated takes all that PostgreSQL's takes, and of ASCII texts the same."""

import json
import subprocess
from pathlib import Path

import pytest

from dbtool.types.limits import Pattern
from dbtool.types.patterns import portable
from tests.conftest import Database
from tests.types.conftest import Npm

PATTERNS = [
    "^a", "a$", "^a.b$", "a|b", "^(a|b)+$", "^[a-z]+$", "^[^a-z]+$", "^[[:alpha:]]+$", "^[[:alnum:]_-]+$", "^[[:space:]]*$", "[[:punct:]]",
    "^[^[:space:]]+$", r"^\d+$", r"^\w+$", r"^\s+$", r"^\S+$", r"^\D+$", r"^\W+$", r"^[\d.]+$", r"^[\w-]+$", r"^[^\s@]+@[^\s@]+\.[a-z]{2,}$",
    "^a{2}$", "^a{1,2}$", "^a{2,}$", "^(?:a|b)c$", "^a*?b$", "^[]a]+$", "^[^]a]+$", "^[a\\]b]+$", "^[-a]+$", "^[a-]+$", r"^a\.b$", r"^a\/b$", "a/b",
    r"\Aab\Z", "^[A-Fa-f0-9]{2}$", "^$", "^ü+$", "^[ü-ý]+$", "^.$", "^..$", "^a{,2}$", "^a{x}$", r"^\t\n$", "^[a&&b~~]+$", "^[[:upper:]][[:lower:]]+$",
    "^[[:xdigit:]]+$", "^[[:blank:]]+$", "}", "]", "a b", "^[.]$", "^[*+?{}()|^$]+$", "(a)(b)?", "", "^😀$", "[/]",
]  # fmt: skip
TEXTS = [
    "", "a", "b", "ab", "aab", "aa", "aaa", "abc", "ac", "a b", "a.b", "a/b", "a\nb", "A", "Ab", "AB", "0", "12", "1.5", "a1", "_", "-", "a-b", "]", "]a", "[", "{", "}",
    " ", "\t", "\n", "\t\n", "x@y.zz", "x@y.z", "a@b@c.de", "ü", "üý", "ß", "Über", "é", "表", "😀", "😀😀", "a{,2}", "a{x}", "&", "~", "*+", "^$", "()", "\\", "/", "af", "FF",
    "a&b", "ab\n", "'", '"', ".", "!", "Straße", "٣", "\u00a0", "\u2028",
]  # fmt: skip
LIKES = ["a%", "%b", "_", "a_c", "%", "", r"a\%b", "a.b", "%😀%", "__", "A%"]
KNOWN_ELSEWHERE = [r"\ma", r"(a)\1", "(?i)a", "(?=a)", "***=a", "[[=a=]]", r"\x41", "a**"]


def _matches(rows: list[tuple[str, str]], folder: Path) -> list[list[bool]]:
    script = (
        "const [p, t] = JSON.parse(require('fs').readFileSync('cases.json'));"
        "console.log(JSON.stringify(p.map(([s, f]) => t.map((x) => new RegExp(s, f).test(x)))))"
    )
    (folder / "cases.json").write_text(json.dumps([rows, TEXTS]))
    done = subprocess.run(["node", "-e", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.usefixtures("npm")
def test_patterns_match_as_in_postgresql(database: Database, tmp_path: Path, npm: Npm) -> None:
    patterns = [Pattern(p) for p in PATTERNS] + [Pattern(p, ignores_case=True) for p in PATTERNS]
    patterns += [Pattern(p, like=True) for p in LIKES] + [Pattern(p, like=True, ignores_case=True) for p in LIKES]
    translated = [portable(pattern) for pattern in patterns]
    assert [p.text for p, t in zip(patterns, translated, strict=True) if t is None] == []
    rows = [(t or "", "iu" if p.ignores_case else "u") for p, t in zip(patterns, translated, strict=True)]
    found = _matches(rows, tmp_path)
    wrong: list[tuple[str, str, bool]] = []
    with database.connect() as conn:
        for pattern, matches in zip(patterns, found, strict=True):
            operator = ("~~" if pattern.like else "~") + ("*" if pattern.ignores_case else "")
            asked = f"SELECT array_agg(t {operator} %s ORDER BY n) FROM unnest(%s::text[]) WITH ORDINALITY AS u (t, n)"
            ((taken,),) = conn.execute(asked, [pattern.text, TEXTS]).fetchall()  # type: ignore[arg-type]
            for text, theirs, ours in zip(TEXTS, taken, matches, strict=True):
                if theirs != ours and (theirs or text.isascii()):
                    wrong.append((pattern.text, text, theirs))
    assert wrong == []


@pytest.mark.parametrize("text", KNOWN_ELSEWHERE)
def test_what_means_something_else_is_left_out(text: str) -> None:
    assert portable(Pattern(text)) is None
