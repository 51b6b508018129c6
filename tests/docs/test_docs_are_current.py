"""The documentation says what the code does: tables, verbs, settings, codes."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
import typer.main

import reconciler.planner.gates
from reconciler.cli.application import application
from reconciler.deployer.machine import TRANSITIONS
from reconciler.model.host import Host
from reconciler.planner.overrides import GATES as OVERRIDABLE

SITE = Path(__file__).parents[2] / "site"
GATES_PAGE = (SITE / "gates.md").read_text()


def test_the_machine_in_the_docs_is_the_machine_in_the_code():
    rows = re.findall(
        r"^\| ([a-z-]+) \| ([a-z-]+) \| ([a-z-]+) \|$",
        (SITE / "architecture.md").read_text(),
        re.MULTILINE,
    )
    told = {(phase, event): after for phase, event, after in rows if phase != "---"}
    assert told == {(p.value, e.value): after.value for (p, e), after in TRANSITIONS.items()}


def verbs():
    command = typer.main.get_command(application)
    for name, verb in sorted(command.commands.items()):
        inner = getattr(verb, "commands", None)
        if inner:
            yield from ((f"{name} {each}", below) for each, below in sorted(inner.items()))
        else:
            yield name, verb


@pytest.mark.parametrize(("name", "verb"), list(verbs()))
def test_every_verb_and_option_is_in_the_reference(name, verb):
    text = (SITE / "command.md").read_text()
    assert f"## tagboat {name}\n" in text
    section = text.split(f"## tagboat {name}\n", 1)[1].split("\n## ", 1)[0]
    for parameter in verb.params:
        for option in parameter.opts:
            if option.startswith("-") and option not in {"--help", "--config", "-C"}:
                assert f"`{option}" in section, option


def settings(model, prefix=""):
    for name, field in model.model_fields.items():
        kind = field.annotation
        inner = [
            each for each in (kind, *getattr(kind, "__args__", ())) if hasattr(each, "model_fields")
        ]
        if inner:
            for each in inner:
                yield from settings(each, f"{prefix}{name}.")
        else:
            yield name


@pytest.mark.parametrize("name", sorted(set(settings(Host))))
def test_every_setting_of_the_host_is_documented(name):
    assert name in (SITE / "configuration.md").read_text()


def gates(package):
    for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(each.name)
        if hasattr(module, "NAME"):
            yield module.NAME


@pytest.mark.parametrize("name", sorted(gates(reconciler.planner.gates)))
def test_every_gate_is_in_the_table_with_whether_it_can_be_overridden(name):
    rows = re.findall(r"^\| `([a-z/-]+)` \|.*\| (yes|never) \|$", GATES_PAGE, re.MULTILINE)
    assert dict(rows)[name] == ("yes" if name in OVERRIDABLE else "never")


def test_every_link_between_pages_leads_to_a_page():
    for page in SITE.rglob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+\.md)", page.read_text()):
            assert (page.parent / target).is_file(), f"{page.name} → {target}"
