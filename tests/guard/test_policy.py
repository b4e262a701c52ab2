"""A project's safety/policy.toml tightens and never loosens; a policy that says nothing refuses."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbtool.address import Address, Host
from dbtool.config import Project, load_project
from dbtool.errors import BadFile, UsageError
from dbtool.guard.decide import Allow, Ask, Reason, Refuse, Verdict, decide
from dbtool.guard.facts import Activity, Facts, read_facts
from dbtool.guard.mark import Mark
from dbtool.guard.policy import Answer, Limit, Policy, Standing, built_in, read_policy, tightened
from dbtool.target import load_target
from tests.conftest import clean_environment
from tests.guard.cases import Case, read_cases
from tests.guard.test_cases import SERVICES

BUILT_IN = built_in()
COMMANDS = sorted({command for _, command in BUILT_IN.answers})
STANDINGS = {standing.name.lower(): standing for standing in Standing}


def project(root: Path, policy: str | bytes | None = None) -> Project:
    """A project in *root*, with this safety/policy.toml."""
    if policy is not None:
        (root / "safety").mkdir(exist_ok=True)
        (root / "safety" / "policy.toml").write_bytes(policy.encode() if isinstance(policy, str) else policy)
    return load_project(root)


def facts(host: str = "localhost", database: str = "app", mark: str = "", **others: object) -> Facts:
    """A target that was said to be development."""
    address = Address(hosts=(Host(name=host),), database=database, user="me")
    known = Mark(database=database, environment=mark, system="7", oid=5)
    return replace(
        Facts(environment="development", why="a test", named=True, addresses=(address,), url_from="--url", mark=known),
        **others,  # type: ignore[arg-type]
    )


def strictness(verdict: Verdict) -> int:
    """How hard it is to get past: not at all, by saying a name, by an override, never."""
    match verdict:
        case Allow():
            return 0
        case Ask():
            return 1
        case Refuse(overridable=lifted):
            return 2 if lifted else 3


def quiet(**others: object) -> Activity:
    """A database that nobody else uses, with nothing in it."""
    nothing = Activity(
        standby=False, replicas=0, slots=0, sessions=0, writers=0, applications={}, size=8_000_000, tables=0, rows=0,
        last_commit=None,
    )  # fmt: skip
    return replace(nothing, **others)  # type: ignore[arg-type]


# ---- nothing is looser


# The file, the line that is told, the key that is told.
LOOSER = {
    "a looser answer": ('[production]\nreset = "allow"', 2, "production.reset"),
    "asked instead of refused": ('[production]\nreset = "ask"', 2, "production.reset"),
    "allowed instead of asked": ('[uncertain]\nnuke = "allow"', 2, "uncertain.nuke"),
    "in capitals": ('[uncertain]\nnuke = "ALLOW"', 2, "uncertain.nuke"),
    "the key in quotes": ('[uncertain]\n"nuke" = "allow"', 2, "uncertain.nuke"),
    "after an entry that is fine": ('# ours\n\n[production]\nmigrate = "refuse"\ndrop = "ask"', 5, "production.drop"),
    "a section with blanks": ('[ production ]\nseed = "allow"', 2, "production.seed"),
    "a rule more that is overridden": ('[override]\nrules = ["public-host", "variable"]', 2, "override.rules"),
    "the mark overridden": ('[override]\nrules = ["mark"]', 2, "override.rules"),
    "all overridden": ('[override]\nrules = ["*"]', 2, "override.rules"),
    "a limit raised": ("[facts]\nsessions = { ask = 21 }", 2, "facts.sessions"),
    "the other limit raised": ("[facts]\nsize = { ask = 1, refuse = 200_000_000_001 }", 2, "facts.size"),
    "a limit put off": ("[facts.standby]\nask = 2", 1, "facts.standby"),
    "development's words": ('[variables]\ndevelopment = ["staging"]', 2, "variables.development"),
    "production is development": ('[variables]\ndevelopment = ["production"]', 2, "variables.development"),
    "private hosts": ('[hosts]\nprivate = ["*.com"]', 2, "hosts.private"),
    "what only reads": ('[commands]\nread = ["nuke"]', 2, "commands.read"),
    "what touches no database": ('[commands]\nfiles = ["nuke"]', 2, "commands.files"),
    "words of negation": ('[names]\nnegation = ["eu"]', 2, "names.negation"),
}
WRONG = {
    "an unknown section": ('[prodution]\nreset = "refuse"', 2, "prodution.reset"),
    "an unknown command": ('[production]\nrest = "refuse"', 2, "production.rest"),
    "an unknown key": ('[hosts]\nmanged = ["*.example.net"]', 2, "hosts.manged"),
    "an unknown fact": ("[facts]\nmoon = { ask = 1 }", 2, "facts.moon"),
    "an unknown limit": ("[facts]\nsize = { warn = 1 }", 2, "facts.size"),
    "no limit": ("[facts]\nsize = {}", 2, "facts.size"),
    "an unknown override": ("[override]\nnever = true", 2, "override.never"),
    "a number": ("[production]\nreset = 1", 2, "production.reset"),
    "a boolean": ("[production]\nreset = true", 2, "production.reset"),
    "a list": ('[production]\nreset = ["refuse"]', 2, "production.reset"),
    "another word": ('[production]\nreset = "never"', 2, "production.reset"),
    "an empty word": ('[production]\nreset = ""', 2, "production.reset"),
    "hazards that are no list": ('[production]\nrefuse = "drop-table"', 2, "production.refuse"),
    "hazards that are numbers": ("[production]\nrefuse = [1]", 2, "production.refuse"),
    "a text where a list is": ('[hosts]\nmanaged = "*.example.net"', 2, "hosts.managed"),
    "a list of numbers": ("[variables]\nnames = [1, 2]", 2, "variables.names"),
    "an empty pattern": ('[nuke]\nhosts = [""]', 2, "nuke.hosts"),
    "a limit that is a text": ('[facts]\nrows = { ask = "1" }', 2, "facts.rows"),
    "a limit that is a boolean": ("[facts]\nrows = { ask = true }", 2, "facts.rows"),
    "a limit that is a fraction": ("[facts]\nrows = { ask = 0.5 }", 2, "facts.rows"),
    "a limit below nothing": ("[facts]\nrows = { ask = -1 }", 2, "facts.rows"),
    "limits that are a number": ("[facts]\nrows = 5", 2, "facts.rows"),
    "a key of no section": ('reset = "refuse"', 1, "reset"),
    "a section that is a text": ('# ours\nproduction = "refuse"', 2, "production"),
    "a list of sections": ('[[production]]\nreset = "refuse"', 1, "production"),
    "a section below a section": ('[production]\nmigrate = "ask"\n[production.deep]\nreset = "refuse"', 3, "production.deep"),
}  # fmt: skip


@pytest.mark.parametrize("which", [*LOOSER, *WRONG])
def test_what_would_loosen_or_is_wrong_is_refused_with_its_line(which: str, tmp_path: Path) -> None:
    text, line, key = {**LOOSER, **WRONG}[which]
    with pytest.raises(BadFile) as refused:
        read_policy(project(tmp_path, text))
    (finding,) = refused.value.findings
    assert finding.place
    assert (finding.place.path, finding.place.line) == (tmp_path / "safety" / "policy.toml", line), finding
    assert finding.message.startswith(key), finding
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('production.reset = "allow"', 1),
        ('# ours\nproduction.reset = "allow"', 2),
        ('# ours\nproduction = { reset = "allow" }', 2),
        ("# ours\nfacts.sessions.ask = 500", 2),
        ("[facts]\n# more\nsessions.ask = 500", 3),
        ("[facts]\nsize = { ask = 1 }\n[facts.sessions]\nask = 500", 3),
        ('["production"]\nreset = "allow"', 2),
        ('[production] # not ["uncertain"]\nreset = "allow"', 2),
        ('[uncertain]\nreset = "ask"\n[production]\n"reset"="allow"', 4),
    ],
)
def test_the_line_is_right_in_each_form_that_toml_has(text: str, line: int, tmp_path: Path) -> None:
    with pytest.raises(BadFile) as refused:
        read_policy(project(tmp_path, text))
    assert [finding.place.line for finding in refused.value.findings if finding.place] == [line]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"[production]\nreset = refuse", 2),
        (b"[production]\nreset = ", 2),
        (b"\n\n[production\n", 3),
        (b'[production]\nreset = "refuse"\nreset = "ask"', 3),
        (b'[production]\nreset = "refuse"\n[production]\ndrop = "refuse"', 3),
        ('[production]\n# gr\u00fcn\nreset = "refuse"'.encode("latin-1"), 2),
    ],
)
def test_a_file_that_is_no_toml_is_refused_with_its_line(text: bytes, line: int, tmp_path: Path) -> None:
    with pytest.raises(BadFile) as refused:
        read_policy(project(tmp_path, text))
    (finding,) = refused.value.findings
    assert finding.place
    assert finding.place.path == tmp_path / "safety" / "policy.toml"
    assert finding.place.line == line, finding


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = '[production]\nreset = "allow"\nnuke = 7\n[hosts]\nprivate = ["*"]\n[facts]\nrows = { ask = 10_000_000_000 }'
    with pytest.raises(BadFile) as refused:
        read_policy(project(tmp_path, text))
    assert [finding.place.line for finding in refused.value.findings if finding.place] == [2, 3, 5, 7]


def test_a_policy_that_cannot_be_read_stops_the_commands_that_need_it(tmp_path: Path, monkeypatch) -> None:
    from dbtool.commands.guard import explain

    project(tmp_path, '[production]\nreset = "allow"')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadFile):
        explain(["reset"], url="postgresql://localhost/app")


@pytest.mark.parametrize("how", ["nowhere", "folder"])
def test_a_policy_that_is_there_and_is_no_file_is_not_passed_over(how: str, tmp_path: Path) -> None:
    (tmp_path / "safety").mkdir()
    file = tmp_path / "safety" / "policy.toml"
    if how == "folder":
        file.mkdir()
    else:
        file.symlink_to(tmp_path / "our-policy-that-was-moved.toml")
    with pytest.raises((UsageError, OSError)):
        read_policy(project(tmp_path))


def test_a_built_in_policy_of_no_project() -> None:
    assert read_policy(project(Path("/nonexistent"))) == BUILT_IN


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert read_policy(project(tmp_path, "")) == BUILT_IN
    assert read_policy(project(tmp_path, "# nothing\n[production]\n")) == BUILT_IN


def test_what_is_as_strict_already_changes_nothing(tmp_path: Path) -> None:
    text = '[production]\nreset = "refuse"\n[uncertain]\nnuke = "ask"\n[hosts]\nmanaged = ["*.neon.tech"]'
    assert read_policy(project(tmp_path, text)) == BUILT_IN


# ---- tighter works


def tight(root: Path, text: str) -> Policy:
    return read_policy(project(root, text))


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("standing", STANDINGS)
def test_each_answer_can_be_made_refuse(standing: str, command: str) -> None:
    policy, wrong = tightened(BUILT_IN, {standing: {command: "refuse"}}, "ours")
    assert not wrong
    assert policy.answer(STANDINGS[standing], command) is Answer.REFUSE
    changed = {place for place in policy.answers if policy.answers[place] != BUILT_IN.answers[place]}
    assert changed <= {(STANDINGS[standing], command)}


def test_a_stricter_answer_is_in_force(tmp_path: Path) -> None:
    policy = tight(tmp_path, '\ufeff[development]\nnuke = "ask"\ndrop = "Refuse"\n')
    marked = facts(mark="development")
    assert isinstance(decide(policy, "nuke", marked), Ask)
    assert isinstance(decide(policy, "reset", marked), Allow)
    refused = decide(policy, "drop", marked)
    assert isinstance(refused, Refuse)
    assert not refused.overridable


def test_where_an_answer_comes_from_is_kept(tmp_path: Path) -> None:
    policy = tight(tmp_path, '[development]\nnuke = "ask"')
    assert policy.sources[Standing.DEVELOPMENT, "nuke"] == "safety/policy.toml"
    assert policy.sources[Standing.DEVELOPMENT, "drop"] == "the built-in policy"


def test_another_variable_and_another_word_of_production(tmp_path: Path) -> None:
    policy = tight(tmp_path, '[variables]\nnames = ["OUR_ENV"]\nproduction = ["echt"]')
    for name in ("OUR_ENV", "NODE_ENV"):
        with patch.dict(os.environ, clean_environment() | {name: "Echt"}, clear=True):
            found = read_facts(load_target(project(tmp_path), "test", url="postgresql://localhost/app"), policy)
        marked = replace(found, mark=facts(mark="development").mark)
        assert isinstance(decide(policy, "reset", marked), Refuse), name


@pytest.mark.parametrize("word", ["Echt", "main-1", "blue green", "eu_1", "P1"])
def test_a_word_of_production_counts_as_it_is_written(word: str, tmp_path: Path) -> None:
    policy = tight(tmp_path, f'[variables]\nproduction = ["{word}"]')
    for value in (word, word.upper(), f" '{word.lower()}' "):
        with patch.dict(os.environ, clean_environment() | {"RAILS_ENV": value}, clear=True):
            found = read_facts(load_target(project(tmp_path), "development", url="postgresql://localhost/app"), policy)
        marked = replace(found, mark=facts(mark="development").mark)
        assert isinstance(decide(policy, "reset", marked), Refuse), value


@pytest.mark.parametrize("word", ["test", "Testing", "local"])
def test_a_word_of_development_can_be_made_one_of_production(word: str, tmp_path: Path) -> None:
    policy = tight(tmp_path, f'[variables]\nproduction = ["{word}"]')
    with patch.dict(os.environ, clean_environment() | {"RAILS_ENV": word}, clear=True):
        found = read_facts(load_target(project(tmp_path), "development", url="postgresql://localhost/app"), policy)
    marked = replace(found, mark=facts(mark="development").mark)
    assert isinstance(decide(policy, "reset", marked), Refuse)


@pytest.mark.parametrize(
    ("text", "host", "database", "expected"),
    [
        ('[names]\nproduction = ["Echt"]', "localhost", "app_echt", Refuse),
        ('[names]\nproduction = ["echt"]', "db.echt.lan", "app", Refuse),
        ('[names]\nproduction = ["echt"]', "localhost", "echtheit", Allow),
        ('[names]\nbeside = ["shop"]', "localhost", "shopprod", Refuse),
        ('[names]\ndoubtful = ["main"]', "localhost", "main", Ask),
        ('[hosts]\nmanaged = ["*.corp"]', "db.corp", "app", Ask),
        ('[hosts]\nmanaged = ["*.Corp"]', "db.corp", "app", Ask),
    ],
)
def test_more_names_and_hosts(text: str, host: str, database: str, expected: type, tmp_path: Path) -> None:
    assert isinstance(decide(tight(tmp_path, text), "reset", facts(host, database, "development")), expected)


@pytest.mark.parametrize("pattern", ["*.corp", "*.CORP", "db.*"])
def test_more_hosts_that_nuke_is_never_for(pattern: str, tmp_path: Path) -> None:
    policy = tight(tmp_path, f'[nuke]\nhosts = ["{pattern}"]')
    marked = facts("db.corp", "app", "development")
    refused = decide(policy, "nuke", marked)
    assert isinstance(refused, Refuse)
    assert not refused.overridable
    assert isinstance(decide(policy, "reset", marked), Allow)


def test_a_lower_limit_and_one_more(tmp_path: Path) -> None:
    policy = tight(tmp_path, "[facts]\nsessions = { ask = 1, refuse = 2 }\nslots = { refuse = 5 }")
    assert policy.limits["slots"] == Limit(ask=1, refuse=5)
    marked, unmarked = facts(mark="development"), facts()
    one, two = (quiet(sessions=number) for number in (1, 2))
    assert isinstance(decide(policy, "reset", replace(marked, activity=quiet())), Allow)
    assert isinstance(decide(policy, "reset", replace(marked, activity=one)), Ask)
    assert isinstance(decide(policy, "reset", replace(unmarked, activity=one)), Ask)
    assert isinstance(decide(policy, "reset", replace(unmarked, activity=two)), Refuse)


def test_facts_weigh_for_one_command_more(tmp_path: Path) -> None:
    policy = tight(tmp_path, '[commands]\ndestroy = ["rollback"]')
    busy = replace(facts(mark="development"), activity=quiet(writers=3))
    assert isinstance(decide(policy, "rollback", busy), Ask)
    assert isinstance(decide(BUILT_IN, "rollback", busy), Allow)


def test_overrides_can_be_taken_away(tmp_path: Path) -> None:
    far = facts("db.example.net")
    refused = decide(BUILT_IN, "reset", far)
    assert isinstance(refused, Refuse)
    assert refused.overridable
    for rules in ("[]", '["size"]'):
        without = decide(tight(tmp_path, f"[override]\nrules = {rules}"), "reset", far)
        assert isinstance(without, Refuse)
        assert not without.overridable


def test_hazards_are_kept_for_those_who_lint(tmp_path: Path) -> None:
    policy = tight(tmp_path, '[production]\nrefuse = ["drop-table"]')
    assert policy.hazards == {Standing.PRODUCTION: frozenset({"drop-table"})}
    assert replace(policy, hazards={}) == BUILT_IN


def test_another_automation_is_not_asked(tmp_path: Path) -> None:
    policy = tight(tmp_path, '[asking]\nautomation = ["OUR_CI"]\nagents = ["OUR_AGENT"]')
    assert policy.automation == (*BUILT_IN.automation, "OUR_CI")
    assert policy.agents == (*BUILT_IN.agents, "OUR_AGENT")


# ---- a policy that says nothing


@pytest.mark.parametrize("command", [*COMMANDS, *sorted(BUILT_IN.read), "env mark", "seed dev", "", "no-such-command"])
def test_an_empty_policy_refuses_all_that_touches_a_database(command: str) -> None:
    for known in (facts(mark="development"), facts(), replace(facts(), embedded=True, addresses=(), mark=None)):
        refused = decide(Policy(), command, known)
        assert isinstance(refused, Refuse)
        assert not refused.overridable
        assert all(isinstance(reason, Reason) and reason.message for reason in refused.reasons)


def test_what_the_policy_does_not_name_is_refused() -> None:
    for command in ("explode", "", "  ", "nuke everything", "RESET", "reset;"):
        assert isinstance(decide(BUILT_IN, command, facts(mark="development")), Refuse), command


def test_a_word_of_production_does_not_reconcile_a_name_with_the_mark(tmp_path: Path) -> None:
    said = replace(facts(mark="production"), environment="staging")
    for policy in (BUILT_IN, tight(tmp_path, '[variables]\nproduction = ["staging"]')):
        refused = decide(policy, "migrate", said)
        assert isinstance(refused, Refuse)
        assert refused.reasons[0].rule == "mark-contradicted"


# ---- the property: whatever stands in the file, no verdict is laxer

CASES = read_cases()
_word = st.sampled_from(
    ["allow", "ask", "refuse", "ALLOW", "production", "staging", "test", "dev", "app", "db", "*", "*.net", "localhost",
     "10.*", "eu", "pre", "", "mark", "variable", "public-host", "size", "nuke", "reset", "status", "migrate", "CI"]
)  # fmt: skip
_value = st.recursive(
    _word | st.integers(-1, 300_000_000_000) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["ask", "refuse", "reset"]), inner, max_size=2),
    max_leaves=5,
)  # fmt: skip
_keys = {
    **{name: [*COMMANDS, "refuse", "status"] for name in STANDINGS},
    "commands": ["destroy", "read", "files"],
    "variables": ["names", "production", "development"],
    "names": ["production", "beside", "negation", "doubtful"],
    "hosts": ["private", "managed"],
    "nuke": ["hosts"],
    "facts": [*BUILT_IN.limits],
    "override": ["rules"],
    "asking": ["automation", "agents"],
    "nonsense": ["reset"],
}
_words = st.lists(_word, max_size=4)
_limits = st.fixed_dictionaries({}, optional={"ask": st.integers(0, 300), "refuse": st.integers(0, 300)})


def _entries(section: str) -> st.SearchStrategy[object]:
    likely = {"facts": _limits, **dict.fromkeys(STANDINGS, _word)}.get(section, _words)
    return st.dictionaries(st.sampled_from(_keys[section]), likely | _value, max_size=4) | _value


PROJECT_FILES = st.fixed_dictionaries({}, optional={section: _entries(section) for section in _keys})
_activities = st.none() | st.builds(
    quiet,
    standby=st.booleans(),
    replicas=st.integers(0, 2),
    slots=st.integers(0, 2),
    sessions=st.sampled_from([0, 1, 19, 20, 100]),
    writers=st.integers(0, 1),
    size=st.sampled_from([0, 10_000_000_000, 300_000_000_000]),
    rows=st.sampled_from([0, 20_000_000, 2_000_000_000]),
)


@contextmanager
def standing_in(folder: Path, case: Case) -> Iterator[None]:
    """In the folder and the environment that a case is about."""
    services = folder / "pg_service.conf"
    services.write_text(SERVICES)
    environment = clean_environment() | {"PGSERVICEFILE": str(services), "HOME": str(folder)} | case.environment
    with patch.dict(os.environ, environment, clear=True):
        yield


def facts_of(case: Case, folder: Path, policy: Policy) -> Facts:
    """What `guard explain` knows in a case."""
    with standing_in(folder, case):
        try:
            found = read_facts(load_target(project(folder), case.env, url=case.url or None, any_word=True), policy)
        except UsageError as error:
            found = Facts(environment=case.env or "", why="", unreadable=error.message)
    if case.mark == "none":
        return found
    return replace(found, mark=Mark(database=found.database, environment=case.mark, system="7", oid=5))


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=PROJECT_FILES, cases=st.lists(st.sampled_from(CASES), min_size=1, max_size=6), activity=_activities)
def test_whatever_a_project_says_no_verdict_is_laxer(
    raw: dict[str, object], cases: list[Case], activity: Activity | None, tmp_path: Path
) -> None:
    policy, _ = tightened(BUILT_IN, raw, "ours")
    for case in cases:
        before = decide(BUILT_IN, case.command, replace(facts_of(case, tmp_path, BUILT_IN), activity=activity))
        after = decide(policy, case.command, replace(facts_of(case, tmp_path, policy), activity=activity))
        assert strictness(after) >= strictness(before), f"{case}\n{json.dumps(raw, default=str)}\n{before}\n{after}"


@settings(deadline=None, max_examples=100)
@given(first=PROJECT_FILES, second=PROJECT_FILES)
def test_what_is_tightened_twice_keeps_what_it_had(first: dict[str, object], second: dict[str, object]) -> None:
    once, _ = tightened(BUILT_IN, first, "first")
    twice, _ = tightened(once, second, "second")
    assert all(twice.answers[place] >= once.answers[place] for place in BUILT_IN.answers)
    assert twice.overridable <= once.overridable <= BUILT_IN.overridable
    assert (twice.read, twice.files, twice.private_hosts, twice.development_values, twice.words.negation) == (
        BUILT_IN.read, BUILT_IN.files, BUILT_IN.private_hosts, BUILT_IN.development_values, BUILT_IN.words.negation
    )  # fmt: skip
    for name in ("destroy", "variables", "production_values", "managed_hosts", "nuke_hosts", "automation", "agents"):
        assert set(getattr(BUILT_IN, name)) <= set(getattr(once, name)) <= set(getattr(twice, name)), name
