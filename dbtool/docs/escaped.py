"""Text in Markdown: whatever an identifier or a comment has in it is shown, and means nothing. Pure."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&@$^])")
_URL = re.compile(r"https?://[^\s<>|\\`\"']*[^\s<>|\\`\"'.,;:!?)]")
_LIST = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$|=|-)")


def text(said: str) -> str:
    """Return *said* as Markdown on one line, line breaks as <br>; addresses of pages stay links.

    >>> text("a|b *c*\\nsee https://example.org/a_b.")
    'a\\\\|b \\\\*c\\\\*<br>see <https://example.org/a_b>.'
    """
    return "<br>".join(_line(line) for line in said.strip().splitlines())


def paragraphs(said: str) -> str:
    """Return *said* as Markdown paragraphs, its lines kept apart.

    >>> paragraphs("one\\ntwo\\n\\n- three")
    'one  \\ntwo\\n\\n\\\\- three'
    """
    blocks = re.split(r"\n[ \t]*\n", said.strip())
    return "\n\n".join(
        "  \n".join(_LIST.sub(_mark, _line(line.strip())) for line in block.splitlines()) for block in blocks
    )


def _mark(found: re.Match[str]) -> str:
    mark = found[2]
    return f"{found[1]}{mark[:-1]}\\{mark[-1]}"


def _line(line: str) -> str:
    made: list[str] = []
    end = 0
    for found in _URL.finditer(line):
        made += [_SPECIAL.sub(r"\\\1", line[end : found.start()]), f"<{found[0]}>"]
        end = found.end()
    return "".join([*made, _SPECIAL.sub(r"\\\1", line[end:])])


def code(said: str) -> str:
    """Return *said* as code: as HTML where Markdown's own form cannot say it in a table. "" for nothing.

    >>> code("now()"), code("a || `b`")
    ('`now()`', '<code>a &#124;&#124; &#96;b&#96;</code>')
    """
    if not said:
        return ""
    if not re.search(r"[`|\n\r\\]|^\s|\s$", said):
        return f"`{said}`"
    marked = re.sub(r"[^\w\s(),.:;=/'+-]|_", _numbered, said)
    return "<code>" + re.sub(r"\r?\n|\r", "<br>", marked) + "</code>"


def _numbered(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def block(said: str, language: str = "sql") -> str:
    """Return *said* as a block of code, fenced by more backticks than are in it.

    >>> block("select 1")
    '```sql\\nselect 1\\n```'
    """
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`{3,}", said))])
    lines = said.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return f"{fence}{language}\n{lines}\n{fence}"


def link(label: str, target: str) -> str:
    """Return a link with code as its label."""
    return f"[{code(label)}]({target})"


def table(columns: list[str], rows: list[list[str]]) -> str:
    """Return a table; columns without any cell are left out. "" where there are no rows.

    >>> print(table(["a", "b"], [["1", ""]]))
    | a |
    |---|
    | 1 |
    """
    if not rows:
        return ""
    shown = [n for n in range(len(columns)) if n == 0 or any(row[n] for row in rows)]
    lines = [[columns[n] for n in shown], *([row[n] for n in shown] for row in rows)]
    drawn = ["| " + " | ".join(cells) + " |" for cells in lines]
    return "\n".join([drawn[0].replace("|  |", "| |"), "|" + "---|" * len(shown), *drawn[1:]])
