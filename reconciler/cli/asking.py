"""Asking the reconciler for something: made, signed, pushed, and its answer waited for."""

import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from reconciler.cli.instants import duration
from reconciler.cli.output import say
from reconciler.errors import (
    ConfigurationError,
    ExitCode,
    RefusedError,
    UnreachableError,
    UsageError,
)
from reconciler.visibility import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from reconciler.cli.knowledge import Known
    from reconciler.model.records import Answer, Inquiry, Verb
    from reconciler.model.request import Request
    from reconciler.repository.request_refs import Sealed
    from reconciler.repository.workspace import Workspace
    from reconciler.system.configuration import Configuration

GOOD_FOR = timedelta(hours=1)
"""How long a request may wait for its answer."""
_POLL = 0.3
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants, as the words of the command say it.

    ``where`` is ``ENV``, ``ENV/APP`` or a deployment. ``lasts`` is a duration and ``until`` an
    instant: one of them at most. ``question`` is the step that asks or its test, and ``said`` the
    answer.
    """

    verb: "Verb"
    where: str
    reason: str = ""
    lasts: str = ""
    content: str = ""
    question: str = ""
    said: "Literal['yes', 'no'] | None" = None
    until: "datetime | None" = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How it is asked: on the reconciler's own host, and whether the answer is waited for."""

    local: bool
    wait: bool
    config: Path | None
    folder: Path


def ask(wish: Wish, manner: Manner) -> bool:
    """Ask, wait for the answer and print it; whether it was granted, as far as is known yet.

    Raises `RefusedError` when the answer is no, and ends with 124 when none came in time.
    """
    from reconciler.system.configuration import find_configuration

    configuration = find_configuration(manner.config, start=manner.folder)
    if configuration.host.trust.root is None:
        raise ConfigurationError("this host has no trust root: it doesn't know which repository")
    if manner.local:
        return _ask_host(wish, manner, configuration)
    return _ask_remote(wish, manner)


def _ask_host(wish: Wish, manner: Manner, configuration: "Configuration") -> bool:
    from reconciler.model.records import Answer, record_of
    from reconciler.system.clock import SystemClock
    from reconciler.system.spool import Spool

    clock = SystemClock()
    request = _request(wish, configuration, now=clock.now())
    name = request.id_for("")
    spool = Spool(configuration.state)
    with _going_on(name):
        spool.ask(name, request.statement.decode())
        if not manner.wait:
            say(f"asked as {name}: the reconciler of this host answers")
            return False
        say(f"asked as {name}: waiting for the answer")
        until = clock.monotonic() + _PATIENCE
        while clock.monotonic() < until:
            if (text := spool.answered().get(name)) is not None:
                answer = record_of(text)
                assert isinstance(answer, Answer)  # noqa: S101 - nothing else is kept there
                _tell(answer)
                return True
            if name not in spool.asked():
                # Recorded between two looks: only the history has it now.
                from reconciler.cli.knowledge import known

                _tell(known(manner.config, manner.folder).view.ledger.answers[name])
                return True
            clock.sleep(_POLL)
    raise _given_up(request)


@contextmanager
def _going_on(name: str) -> "Iterator[None]":
    """Say, to somebody who won't wait any longer, that what was asked goes on without them."""
    try:
        yield
    except KeyboardInterrupt:
        say(f"it may be asked already, as {name}: tagboat history shows the answer")
        raise


def _ask_remote(wish: Wish, manner: Manner) -> bool:
    from reconciler.cli.knowledge import known
    from reconciler.repository.request_refs import sign_request
    from reconciler.repository.workspace import Workspace
    from reconciler.system.clock import SystemClock

    clock = SystemClock()
    workspace = Workspace.around(manner.folder)
    key = workspace.signing_key()
    seen = known(manner.config, manner.folder)
    if seen.silence:
        raise UnreachableError(
            f"{seen.silence.message}; nothing was asked",
            hint="ask again later, or on the reconciler's own host with --local",
        )
    request = _known_request(wish, seen, now=clock.now())
    sealed = sign_request(request, key=key)
    with _going_on(sealed.id):
        commit = workspace.post(seen.view.remote, sealed.ref, sealed.message)
        if not manner.wait:
            say(f"asked as {sealed.id}: tagboat history shows the answer")
            return False
        say(f"asked as {sealed.id}: waiting for the answer")
        until = clock.monotonic() + _PATIENCE
        while clock.monotonic() < until:
            clock.sleep(_POLL)
            seen.refresh()
            if answer := seen.view.ledger.answers.get(sealed.id):
                _tell(answer)
                return True
            commit = _keep_posted(workspace, seen, sealed, commit)
    raise _given_up(request)


def _keep_posted(workspace: "Workspace", seen: "Known", sealed: "Sealed", commit: str) -> str:
    """Post it again where somebody has overwritten or removed it unanswered; its commit."""
    there = seen.view.requests.get(sealed.ref, "")
    if seen.silence or there == commit:
        return commit
    try:
        return workspace.post(seen.view.remote, sealed.ref, sealed.message, over=there)
    except UnreachableError:
        return commit  # the next look shows what is there now


def _known_request(wish: Wish, seen: "Known", *, now: "datetime") -> "Request":
    """The request, naming what is meant by what is known now."""
    from reconciler.cli.knowledge import chosen_places

    configuration = seen.view.configuration
    environment, app, deployment = _scope(wish.where)
    if deployment and deployment not in seen.view.ledger.claims:
        raise UsageError(f"there is no deployment {deployment}", hint="tagboat history lists them")
    if app or environment not in seen.view.judged().admitted.environments:
        chosen_places(seen.places(), f"{environment}/{app}" if app else environment)
    return _request(wish, configuration, now=now, seen=seen)


def _request(
    wish: Wish,
    configuration: "Configuration",
    *,
    now: "datetime",
    seen: "Known | None" = None,
) -> "Request":
    from pydantic import ValidationError

    from reconciler.model.request import Request
    from reconciler.names import instant_text

    environment, app, deployment = _scope(wish.where)
    content, question = wish.content, wish.question
    asked = _question(wish, seen, environment, app, deployment) if seen is not None else None
    if asked is not None:
        deployment, question = asked.deployment, asked.step
    elif seen is not None and not deployment:
        deployment, content = _meant(wish, seen, environment, app)
    root = configuration.host.trust.root
    assert root is not None  # noqa: S101 - asked for before
    until = now + duration("--for", wish.lasts) if wish.lasts else wish.until
    try:
        return Request(
            repository=root,
            verb=wish.verb,
            environment=environment,
            app=app or None,
            deployment=deployment or None,
            content=content or None,
            question=question or None,
            said=wish.said,
            reason=wish.reason or None,
            until=instant_text(until) if until else None,
            at=instant_text(now),
            expires=instant_text(now + GOOD_FOR),
            nonce=secrets.token_hex(16),
        )
    except ValidationError as error:
        said = "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg'].removeprefix('Value error, ')}"
            for each in error.errors(include_url=False, include_input=False)
        )
        raise UsageError(f"that can't be asked for: {said}", hint="say it otherwise") from None


def _scope(where: str) -> tuple[str, str, str]:
    """Environment, app and deployment that the words mean; the last two may be empty."""
    if "/" not in where and where.count(".") == 2:
        environment, app, _ = where.split(".")
        return environment, app, where
    environment, _, app = where.partition("/")
    return environment, app, ""


def _question(
    wish: Wish, seen: "Known", environment: str, app: str, deployment: str
) -> "Inquiry | None":
    """The open question that is meant; raises `UsageError` where one must be, and isn't told."""
    from reconciler.model.place import Place
    from reconciler.planner.inquiries import inquiry_meant
    from reconciler.system.clock import SystemClock

    if wish.verb != "confirm" or not app or wish.content:
        return None
    place, inputs = Place(environment, app), seen.view.inputs(now=SystemClock().now())
    found = inquiry_meant(inputs, place, deployment=deployment, question=wish.question)
    if found is None and (wish.question or wish.said):
        steps = ", ".join(each.step for each in seen.view.ledger.at(place).questions)
        raise UsageError(
            f"there is no such question open in {place}" if wish.question else "which question?",
            hint=f"name one of these: {steps}" if steps else f"tagboat explain {place} says more",
        )
    return found


def _meant(wish: Wish, seen: "Known", environment: str, app: str) -> tuple[str, str]:
    """The deployment or content that is meant, as far as the verb speaks of one."""
    from reconciler.model.place import Place
    from reconciler.planner.asking import ask_of
    from reconciler.planner.permission import WIDE
    from reconciler.system.clock import SystemClock

    if wish.verb in WIDE:
        return "", ""
    if wish.verb == "adopt":
        return "", wish.content
    if wish.content:
        commit = seen.view.git.resolve(wish.content)
        if commit is None:
            raise UsageError(f"there is no commit {wish.content}")
        return "", commit
    if not app:
        raise UsageError(f"{wish.verb} is for one place", hint=f"such as {environment}/APP")
    place = Place(environment, app)
    standing = seen.view.ledger.at(place)
    if wish.verb == "confirm" and standing.open_claim is None:
        asked = ask_of(seen.view.inputs(now=SystemClock().now()), place)
        return "", asked.content.digest if asked.content else ""
    if standing.last_claim is None:
        raise RefusedError(
            f"nothing was deployed to {place} yet",
            hint=f"have something promoted: tagboat promote {app}@VERSION --to {environment}",
        )
    return standing.last_claim.deployment, ""


def _tell(answer: "Answer") -> None:
    """Print what became of it; raises `RefusedError` when the answer is no."""
    if not answer.granted:
        raise RefusedError(answer.subject, hint=answer.remedy)
    print(visible(answer.subject))


def _given_up(request: "Request") -> typer.Exit:
    say("no answer yet: is the reconciler running? It answers when it looks next")
    say(f"  hint: see tagboat history {request.scope}; the request is good until {request.expires}")
    return typer.Exit(int(ExitCode.TIMED_OUT))
