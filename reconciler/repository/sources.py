"""Looking at the apps' repositories and artifacts: what is there, without putting it anywhere."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from reconciler.canonical import canonical_json
from reconciler.changelog import changes_of
from reconciler.errors import StepErroredError, StepFailedError, TagboatError
from reconciler.model.app import App
from reconciler.model.content import Content, ContentComponent
from reconciler.model.question import Cutting, Question, Tagging
from reconciler.model.sight import Facts, Sight, Unseen
from reconciler.repository.commits import AT_MOST, read_span
from reconciler.repository.cutting import AppSource, facts_for_tags, facts_for_train
from reconciler.repository.git import Git
from reconciler.repository.mirrors import Mirrors, Refs, Tip
from reconciler.repository.tags import facts_of
from reconciler.repository.tarballs import find_tarball

_DEADLINE = 30.0


class RepositorySources:
    """The repositories of this host, asked at most once for all questions about each."""

    def __init__(self, mirrors: Mirrors) -> None:
        """Look by way of these clones."""
        self._mirrors = mirrors

    @property
    def repositories(self) -> frozenset[str]:
        """The repositories that this host can look at."""
        return self._mirrors.names

    def look(self, source: str, questions: Sequence[Question]) -> Mapping[Question, Sight]:
        """An answer to each question about one repository, or why there is none.

        One question to the remote for all of them; what it points at is fetched where it has to be
        looked into.
        """
        contents = [each for q in questions for each in (q.content, q.before) if each is not None]
        try:
            refs = self._mirrors.ask(
                source,
                tags=(each.tag for each in contents if each.tag),
                branches=(each.revision for each in questions if each.sort == "branch"),
            )
        except TagboatError as error:
            return dict.fromkeys(questions, Unseen(error.message))
        return {each: self._seen(each, refs) for each in questions}

    def _seen(  # noqa: PLR0911 - one return for each sort of question
        self, question: Question, refs: Refs
    ) -> Sight:
        try:
            if question.sort == "branch":
                return self._commit(question, refs.heads.get(question.revision))
            if question.sort == "commit":
                return self._commit(question, question.revision)
            if question.cutting is not None:
                return self._train(question, question.cutting)
            if question.tagging is not None:
                return self._tags(question, question.tagging)
            if question.app is not None and question.content is not None:
                return self._tickets(question.app, question.content, question.before, refs.tips)
            return self._facts(question, refs.tips)
        except TagboatError as error:
            return Unseen(error.message)
        except OSError as error:
            return Unseen(f"{question.source}: {error}")

    def _facts(self, question: Question, tips: Mapping[str, Tip]) -> Sight:
        content = question.content
        if content is None:
            return Unseen(f"nobody knows how to look for {question.sort} {question.about}")
        match question.sort:
            case "tag":
                return self._tag(content, tips)
            case "ancestry" if question.before is not None:
                return self._ancestry(content, question.before, tips)
            case "artifacts":
                return Facts(self._there("there", content, tips))
            case "readiness":
                return Facts(self._there("ready", content, tips))
            case (
                "ancestry"
                | "branch"
                | "commit"
                | "ticket"
                | "tickets"
                | "tracker"
                | "approval"
                | "forge"
                | "key"
                | "train"
                | "tags"
                | "return"
            ):
                return Unseen(f"this version can't look for {question.sort} {question.about}")
            case _:
                assert_never(question.sort)

    def _commit(self, question: Question, commit: str | None) -> Facts:
        """The commit and the folder of each component there; no fact if it is gone."""
        if commit is None:
            return Facts({})
        branch = question.revision if question.sort == "branch" else None
        try:
            git = self._mirrors.bring_commit(question.source, commit, branch=branch)
        except StepFailedError:
            if branch is not None:
                raise
            return Facts({})
        found = {"commit": commit}
        for component, folder in question.folders:
            tree = _folder(git, commit, folder)
            if tree:
                found[f"tree {component}"] = tree
        return Facts(found)

    def _train(self, question: Question, cutting: Cutting) -> Facts:
        """What there is to be cut from the branch as it is now, by every tag that is there."""
        git, head = self._mirrors.bring_branch(question.source, question.revision)
        return Facts(facts_for_train(self._theirs(question, git), head, cutting))

    def _tags(self, question: Question, tagging: Tagging) -> Facts:
        """What there is to be proposed of the tags that are there now."""
        git = self._mirrors.bring_tags(question.source)
        return Facts(facts_for_tags(self._theirs(question, git), tagging))

    def _theirs(self, question: Question, git: Git) -> AppSource:
        repository = self._mirrors.repository(question.source)
        return AppSource(git, repository.url, repository.artifacts)

    def _tag(self, content: Content, tips: Mapping[str, Tip]) -> Facts:
        name, tip = content.tag or "", tips.get(content.tag or "")
        if tip is None:
            return Facts({})
        if not tip.annotated:
            return Facts({"commit": tip.commit, "kind": "lightweight"})
        git = self._mirrors.bring(content.repository, name, tip=tip)
        return Facts({"commit": tip.commit, "kind": "annotated", **facts_of(git, tip.id)})

    def _ancestry(self, content: Content, before: Content, tips: Mapping[str, Tip]) -> Facts:
        git = self._with_commit(content, tips)
        self._with_commit(before, tips)
        inside = git.contains(before.commit, within=content.commit)
        return Facts({"contains": "yes" if inside else "no"})

    def _tickets(
        self, app: App, content: Content, before: Content | None, tips: Mapping[str, Tip]
    ) -> Facts:
        """The tickets that the commits name which the content has and the one before hasn't."""
        git = self._with_commit(content, tips)
        if before is not None:
            self._with_commit(before, tips)
        span = read_span(git, content.commit, before.commit if before else None)
        if span.partial:
            raise StepErroredError(f"{content.shown} has more than {AT_MOST} new commits")
        pattern = app.tracker.pattern if app.tracker else ""
        names = canonical_json(list(changes_of(app, span).tickets))
        return Facts({"tickets": names, "pattern": pattern})

    def _with_commit(self, content: Content, tips: Mapping[str, Tip]) -> Git:
        """The clone with a content's commit in it, which its tag or branch brings."""
        if content.tag is None:
            return self._mirrors.bring_commit(
                content.repository, content.commit, branch=content.branch
            )
        git, tip = self._mirrors.clone(content.repository), tips.get(content.tag)
        if git.resolve(content.commit) is None and tip is not None:
            self._mirrors.bring(content.repository, content.tag, tip=tip)
        if git.resolve(content.commit) is None:
            raise StepErroredError(
                f"{content.repository} has no commit {content.commit[:12]} that {content.tag}"
                " leads to"
            )
        return git

    def _there(self, name: str, content: Content, tips: Mapping[str, Tip]) -> dict[str, str]:
        """``yes``, or ``no`` and why; raises when nobody could tell."""
        try:
            for each in content.components:
                self._look_for(content, each, tips)
        except StepFailedError as error:
            return {name: "no", "why": error.message}
        return {name: "yes"}

    def _look_for(
        self, content: Content, component: ContentComponent, tips: Mapping[str, Tip]
    ) -> None:
        artifact = component.artifact
        if artifact.tree is not None:
            tip = tips.get(content.tag or "")
            if content.tag is not None and (tip is None or tip.commit != content.commit):
                raise StepFailedError(f"{content.tag} doesn't lead to {content.commit[:12]}")
            git = self._with_commit(content, tips)
            if artifact.tree not in _trees(git, content.commit):
                why = f"the commit {content.commit[:12]} has no folder {artifact.tree[:12]}"
                raise StepFailedError(why)
            return
        address = self._mirrors.repository(content.repository).artifacts
        if artifact.tarball is None or address is None:
            what = "artifact address" if artifact.tarball else "way to look at its artifact"
            raise StepErroredError(f"this host has no {what} for {component.name}")
        find_tarball(address, artifact.tarball, timeout=_DEADLINE)


def _trees(git: Git, commit: str) -> frozenset[str]:
    """Every folder's tree of a commit, the whole one's too."""
    whole = git.tell(["rev-parse", f"{commit}^{{tree}}"])
    said = git.tell(["ls-tree", "-r", "-d", "--format=%(objectname)", commit])
    return frozenset({whole, *said.splitlines()})


def _folder(git: Git, commit: str, folder: str) -> str:
    """The tree id of a folder in a commit; empty if there is none."""
    path = "" if folder in {".", "./"} else folder.rstrip("/")
    said = git.ask(["cat-file", "--batch-check"], stdin=f"{commit}:{path}\n".encode())
    match said.text.split():
        case [tree, "tree", _]:
            return tree
        case _:
            return ""
