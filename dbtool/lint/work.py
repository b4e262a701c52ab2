"""One file under way: its text, what is known of it already, and what was found."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from dbtool.errors import BadFile
from dbtool.finding import Finding, Severity
from dbtool.lint.allow import Allow, allows_of, foreign_ignores
from dbtool.lint.cache import Cache, code_version, from_row, key_of, to_row
from dbtool.lint.chosen import LintFile
from dbtool.lint.context import Context
from dbtool.lint.source import Role, Source, source_of
from dbtool.lint.told import Told, located, number_at, of_file
from dbtool.migration_header import transactional_said
from dbtool.script import Script, examine_script

if TYPE_CHECKING:
    from dbtool.lint.rule import Rule

_OF_MIGRATIONS = ("missing-rollback", "empty-rollback")  # a file of another place needs none


class Work:
    """One file under way. Its findings are in ``own``, ``squawk`` and ``style``, its allows in ``allows``."""

    def __init__(self, file: LintFile, context: Context, kept: Cache) -> None:
        """Read the file."""
        self.file, self.context = file, context
        self.own: list[Told] = []
        self.squawk: list[Told] = []
        self.style: list[Told] = []
        self.allows: list[Allow] = []
        self.is_bad = False  # it cannot be split into statements
        self.own_known = self.squawk_known = False
        self._kept, self._keys = kept, {"own": "", "squawk": "", "style": ""}
        self._script: Script | None = None
        self._text = b""
        try:
            self._text = file.path.read_bytes()
            context.digests[file.path] = sha256(self._text).digest()
        except OSError as error:
            self._give_up([Finding(id="unreadable-file", message=f"the file cannot be read: {error.strerror}")])

    # ---- what was found in the same text before

    def recall(self, squawk: str) -> None:
        """Take what is known; *squawk* says which squawk it is, and what it is asked."""
        if self.is_bad:
            return
        asked = (code_version(), self._digest, self.file.role, self._said(), self.context.version)
        self._keys["own"] = key_of("own", *asked, self.file.ours, self._way_back(), self.context.fingerprint)
        self._keys["squawk"] = key_of("squawk", *asked, squawk)
        if (own := self._kept.get(self._keys["own"])) is not None:
            self.own_known = True
            self._take(own)
        if self.is_bad:
            self.squawk_known = True
        elif (rows := self._kept.get(self._keys["squawk"])) is not None:
            self.squawk_known, self.squawk = True, [from_row(row) for row in rows]

    def recall_style(self, version: str) -> bool:
        """Return whether the style is known, and take what was found."""
        self._keys["style"] = key_of("style", code_version(), self._digest, version)
        if (rows := self._kept.get(self._keys["style"])) is None:
            return False
        self.style = [from_row(row) for row in rows]
        return True

    @property
    def _digest(self) -> bytes:
        return self.context.digests[self.file.path]

    def _said(self) -> bool | None:
        """Return what the header says of the transaction; a rollback goes the way of the file that it undoes."""
        if self.file.migration and self.file.role is Role.ROLLBACK:
            return self.file.migration.transactional
        return transactional_said(self._text)

    def _way_back(self) -> bytes | None:
        back = self.file.rollback
        return back.read_bytes() if back and back.is_file() else None

    # ---- what is looked for

    def source(self) -> Source | None:
        """Return the file as the rules see it, parsed when it is first asked for; None where it cannot be split."""
        if self._source is None and not self.is_bad:
            try:
                trees = dict[int, Any]()
                script, refused = examine_script(self.file.path, trees)
            except BadFile as bad:
                self._give_up(bad.findings)
                self._kept.put(self._keys["own"], self._row())
                return None
            source = source_of(script, self.file.role, rollback=self.file.rollback, refused=refused, trees=trees)
            self._source = replace(source, transactional=self._is_transactional(script))
            self.context.read[self.file.path] = self._source
        return self._source

    _source: Source | None = None

    def _is_transactional(self, script: Script) -> bool:
        said = self._said()
        if self.file.role not in (Role.MIGRATION, Role.ROLLBACK) or said is not None:
            return said is not False
        return not any(kind.outside for _, kind in script.kinds())

    def look(self) -> None:
        """Try dbtool's own rules. Reads what they want to know of other files."""
        from dbtool.lint.rule import look

        source = self.source()
        if source is None:
            return
        script = source.script
        self.own = [_refused(script, finding, ours=self.file.ours) for finding in source.refused]
        for rule, seen in look(rules_loaded(), source, self.context):
            if self.file.ours or rule.id not in _OF_MIGRATIONS:
                self.own.append(located(
                    script, id=rule.id, message=seen.message, help=seen.help or rule.help,
                    severity=seen.severity or rule.severity, source="dbtool", start=seen.start, end=seen.end,
                ))  # fmt: skip
        self.own += [_ignored(script, start, end) for start, end in foreign_ignores(script)]
        self.allows = list(allows_of(script))
        self._kept.put(self._keys["own"], self._row())

    def take_squawk(self, told: Sequence[Told]) -> None:
        """Take what squawk says, and keep it."""
        self.squawk = list(told)
        self._kept.put(self._keys["squawk"], [to_row(one) for one in told])

    def found(self) -> dict[str, Any]:
        """Return what was found, but for the style, in JSON's types: for adopt() in another process."""
        return self._row() | {"squawk": [to_row(told) for told in self.squawk]}

    def adopt(self, found: dict[str, Any]) -> None:
        """Take what another process has found, and keep it."""
        squawk = found.pop("squawk")
        self._take(found)
        self.squawk = [from_row(row) for row in squawk]
        self._kept.put(self._keys["own"], found)
        if not self.is_bad:
            self._kept.put(self._keys["squawk"], squawk)

    def _take(self, own: dict[str, Any]) -> None:
        self.is_bad, self.own = own["bad"], [from_row(row) for row in own["told"]]
        self.allows = [Allow(**allow) for allow in own["allows"]]

    def style_text(self) -> str | None:
        """Return the text as sqlfluff is to see it; None where it is not shown it, which is noted."""
        from dbtool.lint.style import skipped

        source = self.source()
        if source is None:
            return None
        data = any(statement.data for statement in source.script.statements)
        if note := skipped(self._text, has_data=data):
            self.style = [note]
            return None
        return self._text.decode("utf-8-sig").replace("\r\n", "\n")

    def take_style(self, told: Sequence[Told]) -> None:
        """Take what sqlfluff says, and keep it."""
        source = self.source()
        assert source
        self.style = [replace(one, statement=number_at(source.script, one.line, one.column)) for one in told]
        self._kept.put(self._keys["style"], [to_row(one) for one in self.style])

    def _give_up(self, findings: Sequence[Finding]) -> None:
        self.is_bad = self.own_known = self.squawk_known = True
        self.own = [of_file(finding) for finding in findings]

    def _row(self) -> dict[str, Any]:
        allows = [asdict(allow) for allow in self.allows]
        return {"bad": self.is_bad, "told": [to_row(told) for told in self.own], "allows": allows}


@cache
def rules_loaded() -> "tuple[Rule, ...]":
    """Return dbtool's own rules, imported at the first call."""
    from dbtool.lint.rules import RULES

    return tuple(RULES.values())


def _refused(script: Script, finding: Finding, *, ours: bool) -> Told:
    """Return why dbtool would not run a statement: a note where the file may not be meant for it."""
    told = of_file(finding if ours else replace(finding, severity=Severity.NOTE))
    number = number_at(script, told.line, told.column)
    end = script.place(script.statements[number].end)
    return replace(told, statement=number, end_line=end.line, end_column=end.column)


def _ignored(script: Script, start: int, end: int) -> Told:
    return located(
        script, id="allow-without-reason", message="squawk-ignore hides what squawk finds, and nobody says why",
        help="-- dbtool: allow <hazard> because <why it is harmless here>", severity=Severity.WARNING,
        source="dbtool", start=start, end=end,
    )  # fmt: skip
