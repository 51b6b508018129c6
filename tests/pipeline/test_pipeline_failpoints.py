"""Every effect is between two failpoints: an effect of a port that has none fails here."""

import ast
import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
from pipeline_bench import Bench, Points

from reconciler import ports
from reconciler.drivers.memory import MemoryDriver

EFFECTS = {
    "Driver": {"prepare", "apply", "maintain", "cleanup", "supervise", "stop"},
    "Commands": {"run", "end"},
    "Backups": {"begin", "keep", "drop"},
    "Branches": {"advance"},
    "Artifacts": {"fetch"},
    "Journal": {"append"},
    "Forge": {"comment"},
    "Cutter": {"tag", "add"},
    "ProposalBranches": {"propose", "withdraw"},
    "LogBranches": {"keep"},
}
QUESTIONS = {
    "Clock": {"now", "monotonic", "sleep"},
    "Failpoints": {"reach"},
    "Driver": {"observe", "address", "rollout", "folder"},
    "Probe": {"check"},
    "Ended": {"returncode", "timed_out", "gist", "output"},
    "Backups": {"find"},
    "Journal": {"events"},
    "Sources": {"look", "repositories"},
    "ProvenFiles": {"newest"},
    "Forge": {"open_requests", "request_of", "weaknesses"},
    "Tracker": {"column_of", "check"},
}
ELSEWHERE = {
    "Driver.supervise": "starts what should run anyway; killed before or after, the next look does",
    "Driver.stop": "is asked by people and tests, never by a deployment",
    "Artifacts.fetch": "fills a folder that is nobody's until it is renamed (driver-local.prepare)",
    "Forge.comment": "replaces its own comment, found by its marker; no deployment waits for it",
    "Cutter.tag": "the deciding thread's, between train.tag.before and after",
    "Cutter.add": "the deciding thread's, between train.push.before and after",
    "ProposalBranches.propose": "the deciding thread's, between proposal.push or return.push",
    "ProposalBranches.withdraw": "the deciding thread's, between return.drop.before and after",
    "LogBranches.keep": "a thread's of its own, between history.logs.before and after",
    "Commands.end": "ends what a kill has left; killed itself, the next start does it",
}


def test_every_method_of_a_port_is_known_as_an_effect_or_a_question():
    for name, port in inspect.getmembers(ports, inspect.isclass):
        if port.__module__ != ports.__name__:
            continue
        methods = {each for each in vars(port) if not each.startswith("_")}
        known = EFFECTS.get(name, set()) | QUESTIONS.get(name, set())
        assert methods == known, f"say whether {name}.{methods ^ known} is an effect"


class Log(Points):
    """Points and effects in the order in which they come."""

    def reach(self, name: str) -> None:
        super().reach(name)

    def around(self, name: str, effect: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **more: object) -> object:
            self.names.append(f"effect {name}")
            return effect(*arguments, **more)

        return call


def watched(bench: Bench, log: Log) -> Bench:
    driver = MemoryDriver(places=bench.places, failing=bench.failing)
    for each in EFFECTS["Driver"]:
        setattr_(driver, each, log.around(f"Driver.{each}", getattr(driver, each)))
    bench.driver = driver
    for port, thing in (("Commands", bench.programs), ("Branches", bench.branches)):
        for each in EFFECTS[port]:
            setattr_(thing, each, log.around(f"{port}.{each}", getattr(thing, each)))
    return bench


def setattr_(thing: object, name: str, value: object) -> None:
    object.__setattr__(thing, name, value)


@pytest.mark.parametrize("failing", [set(), {"2.0.0"}])
def test_between_two_effects_there_is_always_a_failpoint(make_bench, failing):
    log = Log()
    bench = watched(make_bench(), log)
    bench.answers.no = failing
    bench.carry(log)
    told = [each for each in log.names if each.removeprefix("effect ") not in ELSEWHERE]
    effects = [number for number, each in enumerate(told) if each.startswith("effect ")]
    assert len(effects) > 8
    for number in effects:
        assert told[number - 1].endswith(".before"), told[number - 2 : number + 2]
        after = told[number + 1]
        assert after.endswith((".after", ".before")), told[number - 1 : number + 3]
        assert not after.startswith("effect "), told[number - 1 : number + 3]


def test_effects_on_files_are_made_by_modules_that_have_failpoints():
    root = Path(ports.__file__).parent
    words = (".rename(", ".replace(kept", ".unlink(", "push_leased(", "symlink_to(", "rmtree(")
    exempt = {
        "drivers/keeper": "a process of its own: killed with its place in the tests of the keeper",
        "system": "caches, sites and locks: not part of a deployment, but for backups",
        "repository": "its pushes are around history.* and step.advance; artifacts see above",
        "daemon/claims.py": "",
    }
    for path in sorted(root.rglob("*.py")):
        about = str(path.relative_to(root))
        if about.split("/", maxsplit=1)[0] not in {"daemon", "drivers", "journal"} or any(
            about.startswith(each) for each in exempt
        ):
            continue
        text = path.read_text()
        if any(each in text for each in words):
            assert ".reach(" in text or about == "drivers/keeper_client.py", about


OUTWARD = {
    *("append_facts", "append", "remove_requests", "answer", "keep", "push_leased"),
    *("tag", "add", "propose", "withdraw"),
}
"""What writes to a remote or to a file that others read, wherever the daemon calls it."""
OWNERS = {
    "append": "history",
    "answer": "spool",
    "keep": "branches",
    "tag": "cutter",
    "add": "cutter",
}
"""Of whom, where other things have a method of the same name."""


def outward(node: ast.AST) -> str:
    """The name of what a call does to the world; empty for nothing."""
    if not isinstance(node, ast.Call):
        return ""
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    owner = ast.unparse(called.value) if isinstance(called, ast.Attribute) else ""
    wanted = OWNERS.get(name, "")
    return name if name in OUTWARD and owner.endswith(wanted) else ""


def test_every_push_and_every_shared_file_of_the_daemon_is_between_failpoints():
    found = []
    for path in sorted(Path(ports.__file__).parent.joinpath("daemon").glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if not isinstance(function, ast.FunctionDef):
                continue
            points = {
                node.lineno: ast.unparse(node.args[0])
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("reach")
            }
            for node in ast.walk(function):
                name = outward(node)
                if not name:
                    continue
                found.append(f"{path.name} {function.name} {name}")
                earlier = [points[each] for each in sorted(points) if each < node.lineno]
                later = [points[each] for each in sorted(points) if each > node.lineno]
                around = [
                    each.strip("'\"").rpartition(".")[2] for each in (*earlier[-1:], *later[:1])
                ]
                assert around == ["before", "after"], found[-1]
    assert len(found) >= 8, found
