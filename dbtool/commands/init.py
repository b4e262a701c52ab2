"""dbtool init."""

from pathlib import Path

from dbtool import console
from dbtool.commands.options import Json
from dbtool.files import write_atomically
from dbtool.finding import Finding
from dbtool.histories import find_histories
from dbtool.report import Report, counted

_templates = Path(__file__).parents[1] / "templates" / "init"


def init(json: Json = False) -> Report:
    """Lay out a project in this folder: configuration, folders, a policy. Overwrites nothing. Writes files.

    Example: dbtool init
    """
    root = Path.cwd()
    written, kept = _copy(root)
    histories = find_histories(root)
    if not json:
        for path in written:
            console.say(f"wrote {path}")
        for path in kept:
            console.say(f"kept  {path} (it is there already)")
    return Report(
        command="init",
        findings=histories,
        summary=f"laid out a dbtool project: {counted(len(written), 'file')} written, {len(kept)} kept",
        next=(_next(histories),),
        data={"written": written, "kept": kept},
    )


def _next(histories: tuple[Finding, ...]) -> str:
    if not histories:
        return 'say in sql/schema what there is to be, then: dbtool generate "first tables"'
    return "dbtool status" if all("of yoyo" in f.message for f in histories) else "dbtool new baseline"


def _copy(root: Path) -> tuple[list[str], list[str]]:
    written: list[str] = []
    kept: list[str] = []
    for template in sorted(path for path in _templates.rglob("*") if path.is_file()):
        # a wheel may drop names with a leading dot, so a template spells it out: dot-env.example
        parts = [part.replace("dot-", ".", 1) if part.startswith("dot-") else part
                 for part in template.relative_to(_templates).parts]  # fmt: skip
        path = root.joinpath(*parts)
        if parts[-1] == ".gitignore":
            if _add_lines(path, template.read_text(encoding="utf-8")):
                written.append("/".join(parts))
            continue
        if path.exists():
            kept.append("/".join(parts))
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, template.read_text(encoding="utf-8"))
        written.append("/".join(parts))
    return written, kept


def _add_lines(path: Path, text: str) -> bool:
    """Add the lines that are missing at the end of a file; return whether there were any."""
    present = path.read_text(encoding="utf-8") if path.exists() else ""
    missing = [line for line in text.splitlines() if line.strip() and line not in present.splitlines()]
    if not [line for line in missing if not line.startswith("#")]:
        return False
    gap = "\n" if present and not present.endswith("\n") else ""
    write_atomically(path, present + gap + "\n".join(missing) + "\n")
    return True
