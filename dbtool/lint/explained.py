"""The rules, listed and explained: lint --rules, lint --explain RULE."""

from dbtool.errors import UsageError
from dbtool.lint.hazards import OWN, REFUSED
from dbtool.lint.rules import RULES
from dbtool.lint.squawk_rules import RULES as SQUAWK
from dbtool.lint.squawk_rules import Known
from dbtool.lint.style import is_style
from dbtool.report import Report, Table, counted
from dbtool.spelling import close_words

_MANUAL = "https://www.postgresql.org/docs/current/"


def title_of(id: str) -> str:
    """Return what a hazard is called, in a few words; its id where it has no other name."""
    if id in RULES:
        return RULES[id].title
    if known := _squawk().get(id):
        return known.title[:1].upper() + known.title[1:]
    told = OWN.get(id) or REFUSED.get(id) or id
    return told[:1].upper() + told[1:] if told != id else id


def list_rules() -> Report:
    """Return the table of all rules."""
    rows = [(id, rule.severity.value, "dbtool", title_of(id)) for id, rule in RULES.items()]
    rows += [
        (id, "off" if known.optional else known.severity.value, "squawk", title_of(id))
        for id, known in _squawk().items()
        if id not in RULES
    ]
    rows += [(id, "error", "dbtool", title_of(id)) for id in (*OWN, *REFUSED) if id not in RULES]
    rows.sort()
    columns = ("rule", "severity", "source", "what it tells")
    return Report(
        command="lint",
        summary=f"{counted(len(rows), 'rule')}, and sqlfluff's; dbtool lint --explain RULE tells more",
        tables=(Table(columns=columns, rows=rows),),
        data={"rules": [dict(zip(("id", "severity", "source", "title"), row, strict=True)) for row in rows]},
    )


def explain_rule(id: str) -> Report:
    """Return what a rule is about. Raises UsageError for one that is not there."""
    if rule := RULES.get(id):
        parts = {"severity": rule.severity.value, "source": "dbtool", "why": rule.why, "instead": rule.help}
        parts["manual"] = _MANUAL + rule.page
    elif known := _squawk().get(id):
        parts = {"severity": "off" if known.optional else known.severity.value, "source": "squawk"}
        parts |= {"why": known.why, "instead": known.help}
        if known.optional:
            parts["switched on by"] = f'safety/policy.toml: [lint] on = ["{id}"]'
    elif id in OWN or id in REFUSED:
        parts = {"source": "dbtool", "why": title_of(id)}
    elif is_style(id):
        parts = {"severity": "warning", "source": "sqlfluff"}
        parts["why"] = "https://docs.sqlfluff.com/en/stable/reference/rules.html"
    else:
        close = close_words(id, (*RULES, *_squawk(), *OWN, *REFUSED))
        raise UsageError(
            f"there is no rule {id}", hint=f"did you mean {close[0]}?" if close else "dbtool lint --rules lists them"
        )
    told = {key: value for key, value in parts.items() if value}
    lines = [f"{id}: {title_of(id)}", *(f"  {key}: {value}" for key, value in told.items())]
    return Report(
        command="lint", summary="", text="\n".join(lines), data={"id": id, "title": title_of(id), **told}
    )  # fmt: skip


def _squawk() -> dict[str, Known]:
    return {known.id: known for known in SQUAWK.values()}
