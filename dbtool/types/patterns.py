"""portable(pattern) -> the same regular expression for JavaScript (with the flag u) and for Rust's engine. Pure.

PostgreSQL's are those of section 9.7.3 of the manual: `.` and `[^...]` match a line's end, ^ and $ are those of the
whole text, and there are classes by name. What means something else elsewhere gives None.
"""

from dbtool.types.limits import Pattern

# Which letters there are beyond ASCII, a locale says. So all may be one, or, where a class is excluded, none.
_BEYOND = r"\u{80}-\u{10FFFF}"
_NARROW = {
    "alpha": "A-Za-z",
    "alnum": "0-9A-Za-z",
    "digit": "0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r" \t\n\r\f\v",
    "xdigit": "0-9A-Fa-f",
    "blank": r" \t",
    "punct": r"!-\/:-@\[-`{-~",
}
_WIDE = {name: ascii if name == "xdigit" else ascii + _BEYOND for name, ascii in _NARROW.items()} | {
    "digit": r"\p{Nd}",
    "space": r"\s",
}
_SHORT = {"d": "digit", "w": "alnum", "s": "space"}
_CONTROLS = {"n": r"\n", "r": r"\r", "t": r"\t", "f": r"\f", "v": r"\v"}
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
_ANY = r"[\s\S]"


class _OtherElsewhereError(Exception):
    pass


def portable(pattern: Pattern) -> str | None:
    r"""Return the regular expression, for the flags u, and i where the pattern ignores case; None for none.

    >>> portable(Pattern("^[A-Z][A-Z0-9]{1,15}$")), portable(Pattern("^[[:digit:]]+[.]x"))
    ('^[A-Z][A-Z0-9]{1,15}$', '^[\\p{Nd}]+[.]x')
    >>> portable(Pattern(r"^[^\s@]+@\S+$"))
    '^[^ \\t\\n\\r\\f\\v@]+@[^ \\t\\n\\r\\f\\v]+$'
    >>> portable(Pattern("a%b_", like=True)), portable(Pattern(r"\m[a-z]+\M"))
    ('^a[\\s\\S]*b[\\s\\S]$', None)
    """
    if pattern.like:
        return _like(pattern.text)
    try:
        return _Reader(pattern.text).whole()
    except (_OtherElsewhereError, IndexError):
        return None


def _like(text: str) -> str | None:
    found: list[str] = []
    characters = iter(text)
    for char in characters:
        if char == "\\":
            found.append(_literal(next(characters, "\\")))
        else:
            found.append({"%": f"{_ANY}*", "_": _ANY}.get(char) or _literal(char))
    return f"^{''.join(found)}$"


def _literal(char: str) -> str:
    controls = {"\n": r"\n", "\r": r"\r", "\t": r"\t", "\u2028": r"\u2028", "\u2029": r"\u2029"}
    return "\\" + char if char in _SYNTAX else controls.get(char, char)


class _Reader:
    """Reads a regular expression once, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.repeats = ""  # what may stand here: "": no quantifier; "*": one; "?": only that it is not greedy

    def whole(self) -> str:
        if self.text.startswith("***"):
            raise _OtherElsewhereError
        found: list[str] = []
        while self.at < len(self.text):
            found.append(self._one())
        if self.depth:
            raise _OtherElsewhereError
        return "".join(found)

    def _one(self) -> str:
        char = self._next()
        if char in "*+?{":
            return self._quantifier(char)
        self.repeats = "" if char in "^(|" else "*"
        match char:
            case "\\":
                return self._escape()
            case "[":
                return self._bracket()
            case "(":
                return self._open()
            case ")":
                self.depth -= 1
                if self.depth < 0:
                    raise _OtherElsewhereError
                return ")"
            case ".":
                return _ANY
            case "^" | "$" | "|":
                self.repeats = ""
                return char
            case _:
                return _literal(char)

    def _next(self) -> str:
        self.at += 1
        return self.text[self.at - 1]

    def _rest(self) -> str:
        return self.text[self.at :]

    def _quantifier(self, char: str) -> str:
        if char == "{" and not self._rest()[:1].isdigit():  # a brace like any other
            self.repeats = "*"
            return _literal("{")
        if not self.repeats or (self.repeats == "?" and char != "?"):
            raise _OtherElsewhereError
        self.repeats = "?" if self.repeats == "*" else ""
        if char != "{":
            return char
        inside, _, _ = self._rest().partition("}")
        if not inside.replace(",", "", 1).isdigit():
            raise _OtherElsewhereError
        self.at += len(inside) + 1
        return f"{{{inside}}}"

    def _escape(self) -> str:
        char = self._next()
        if char.lower() in _SHORT:
            name, more = _SHORT[char.lower()], "_" if char in "wW" else ""
            return f"[{_WIDE[name]}{more}]" if char.islower() else f"[^{_NARROW[name]}{more}]"
        if char in ("A", "Z"):
            self.repeats = ""
            return "^" if char == "A" else "$"
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char.isalnum():
            raise _OtherElsewhereError
        return _literal(char)

    def _open(self) -> str:
        self.depth += 1
        if self._rest().startswith("?:"):
            self.at += 2
        elif self._rest().startswith("?"):  # what looks ahead or behind, and options
            raise _OtherElsewhereError
        return "(?:"

    def _bracket(self) -> str:
        opening = "[^" if self._rest().startswith("^") else "["
        self.at += len(opening) - 1
        members: list[str] = []
        while (char := self._next()) != "]" or not members:
            members.append(self._member(char, _NARROW if opening == "[^" else _WIDE, first=not members))
        return f"{opening}{''.join(members)}]"

    def _member(self, char: str, classes: dict[str, str], *, first: bool) -> str:
        if char == "[" and self._rest()[:1] in (":", ".", "="):
            name, closed, _ = self._rest()[1:].partition(":]")
            if not self._rest().startswith(":") or not closed or name not in classes:
                raise _OtherElsewhereError
            self.at += len(name) + 3
            return classes[name]
        if char == "\\":
            following = self._next()
            if following in _SHORT:
                return classes[_SHORT[following]] + ("_" if following == "w" else "")
            if following in _CONTROLS:
                return _CONTROLS[following]
            if following.isalnum():
                raise _OtherElsewhereError
            return _inside(following)
        if char == "-" and not first and not self._rest().startswith("]"):
            return "-"
        return _inside(char)


def _inside(char: str) -> str:
    if char in "&~":  # twice, they are operators within a class of Rust's
        return "\\x" + f"{ord(char):02x}"
    return "\\" + char if char in "\\]^-[/" else _literal(char) if char in "\n\r\t\u2028\u2029" else char
