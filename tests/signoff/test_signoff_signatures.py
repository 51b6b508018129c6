"""Whose signature a commit carries, asked of the real verifier."""

import os
import shutil
import stat
from pathlib import Path

import pytest
from signoff_world import SHOP, Workshop, promotion

from reconciler.repository.arrivals import gather
from reconciler.repository.signatures import check_signatures, take_apart
from reconciler.repository.trees import entries
from reconciler.signoff import judge
from reconciler.signoff.facts import Bad, Signature, Signed, Unknown, Unlisted, Unsigned


def _check(shop: Workshop, *commits: str) -> dict[str, Signature]:
    allowed = {person: (key,) for person, key in shop.public.items()}
    return check_signatures(shop.git, commits, allowed, scratch=shop.folder.parent / "scratch")


def _raw(shop: Workshop, commit: str) -> bytes:
    return shop.git.ask(["cat-file", "commit", commit]).stdout


def _write(shop: Workshop, raw: bytes) -> str:
    return shop.git.tell(["hash-object", "-t", "commit", "-w", "--stdin"], stdin=raw)


def test_each_sort_of_signature_is_told_apart(shop: Workshop) -> None:
    signed = shop.commit("a", by="ana")
    unsigned = shop.commit("b", by="ana", key="")
    unlisted = shop.commit("c", by="ana", key="stranger")
    forged = _write(shop, _raw(shop, signed).replace(b"\n\na", b"\n\nother"))
    assert _check(shop, signed, unsigned, unlisted, forged) == {
        signed: Signed("ana"),
        unsigned: Unsigned(),
        unlisted: Unlisted(),
        forged: Bad("ana"),
    }


def test_B73_a_merge_with_a_bad_signature_signs_nothing_off(shop: Workshop) -> None:
    shop.promote("1.1.0")
    merge = shop.merge("topic", by="bob")
    forged = _write(shop, _raw(shop, merge).replace(b"Merge topic", b"Merge tropic"))
    shop.run("update-ref", "refs/heads/main", forged)
    assert shop.taint()[:2] == ("TB454", forged)


def test_a_signature_for_another_purpose_is_bad(shop: Workshop) -> None:
    signed = shop.commit("a")
    payload = take_apart(_raw(shop, signed)).payload
    text = shop.folder.parent / "payload"
    text.write_bytes(payload)
    os.spawnlp(
        os.P_WAIT, "ssh-keygen", "ssh-keygen", "-q", "-Y", "sign", "-n", "file",
        "-f", str(shop.keys / "ana"), str(text),
    )  # fmt: skip
    signature = Path(f"{text}.sig").read_bytes().rstrip(b"\n").replace(b"\n", b"\n ")
    head, _, message = payload.partition(b"\n\n")
    foreign = _write(shop, head + b"\ngpgsig " + signature + b"\n\n" + message)
    assert _check(shop, foreign) == {foreign: Bad("ana")}


def test_a_second_signature_header_is_not_what_was_signed(shop: Workshop) -> None:
    raw = _raw(shop, shop.commit("a"))
    header = b"gpgsig" + raw.partition(b"\ngpgsig")[2].partition(b"\n\n")[0]
    doubled = _write(shop, raw.replace(b"\n\na", b"\n" + header + b"\n\na"))
    other = _write(shop, raw.replace(b"\n\na", b"\ngpgsig-sha256 x\n\na"))
    assert _check(shop, doubled, other) == {doubled: Bad("ana"), other: Bad("ana")}


@pytest.mark.parametrize(
    ("signature", "verdict"),
    [
        (b"-----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----", Unlisted()),
        (b"-----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----", Bad()),
        (b"-----BEGIN SSH SIGNATURE-----\n !!!\n -----END SSH SIGNATURE-----", Bad()),
        (b"-----BEGIN SSH SIGNATURE-----", Bad()),
        (b"rubbish", Unlisted()),
    ],
)
def test_what_is_no_ssh_signature_leads_to_nobody(
    shop: Workshop, signature: bytes, verdict: Signature
) -> None:
    payload = take_apart(_raw(shop, shop.commit("a"))).payload
    commit = _write(shop, payload.replace(b"\n\n", b"\ngpgsig " + signature + b"\n\n", 1))
    assert _check(shop, commit) == {commit: verdict}


def test_a_key_of_two_persons_leads_to_neither(shop: Workshop) -> None:
    commit = shop.commit("a")
    key = shop.public["ana"]
    scratch = shop.folder.parent / "scratch"
    shared = {"ana": (key,), "bob": (key,)}
    assert check_signatures(shop.git, [commit], shared, scratch=scratch) == {commit: Unlisted()}


def test_a_key_line_with_options_or_rubbish_is_no_key(shop: Workshop) -> None:
    commit = shop.commit("a")
    scratch = shop.folder.parent / "scratch"
    allowed = {"ana": (f"cert-authority {shop.public['ana']}", "rubbish", "ssh-ed25519 AAAA")}
    assert check_signatures(shop.git, [commit], allowed, scratch=scratch) == {commit: Unlisted()}


def test_a_commit_that_is_not_there_is_unknown(shop: Workshop) -> None:
    found = _check(shop, "1" * 40)
    assert isinstance(found["1" * 40], Unknown)


def _oddly_signed(shop: Workshop, commit: str) -> str:
    """The same commit with its signature in lines of 64: good, and left to ssh-keygen to tell."""
    armour = take_apart(_raw(shop, commit)).signature
    begin, *lines, end = armour.decode().split("\n")
    text = "".join(lines)
    odd = [begin, *(text[at : at + 64] for at in range(0, len(text), 64)), end]
    raw = _raw(shop, commit).replace(armour.replace(b"\n", b"\n "), "\n ".join(odd).encode())
    return _write(shop, raw)


def _without_verifier(shop: Workshop, script: str | None) -> str:
    """A PATH with git and, if a script is given, that as ssh-keygen."""
    folder = shop.folder.parent / "bin"
    folder.mkdir()
    git = shutil.which("git")
    assert git
    (folder / "git").symlink_to(git)
    if script is not None:
        fake = folder / "ssh-keygen"
        fake.write_text(f"#!/bin/sh\n{script}\n")
        fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    return str(folder)


@pytest.mark.parametrize("script", [None, "exit 0", "echo broken >&2; exit 255", "kill -9 $$"])
def test_a_verifier_that_cannot_answer_means_unknown_and_closed(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, script: str | None
) -> None:
    shop.promote("1.1.0")
    merge = _oddly_signed(shop, shop.merge("topic", by="bob"))
    shop.run("reset", "-q", "--hard", merge)
    cache = shop.folder.parent / "cache.json"
    path = os.environ["PATH"]
    broken = _without_verifier(shop, script)
    monkeypatch.setenv("PATH", broken)
    facts = shop.git and gather(
        shop.git,
        root=shop.root,
        tip=merge,
        cache=cache,
    )
    closed = judge(facts, root=shop.root, tip=merge)
    assert closed.undecided
    assert [each.code for each in closed.taints] == ["TB455"]
    monkeypatch.setenv("PATH", path)
    again = shop.facts(cache=cache, before=facts)
    opened = judge(again, root=shop.root, tip=merge, known=closed.progress)
    assert opened.taints == ()
    assert not opened.undecided
    assert opened.admissions[SHOP].merge == merge


def test_verdicts_are_remembered_by_the_key_whosever_it_is(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.promote("1.1.0")
    merge = shop.merge("topic", by="bob")
    cache = shop.folder.parent / "deep" / "cache.json"
    first = shop.facts(cache=cache)
    stranger = shop.commit("unlisted", {"environments/x": "x"}, key="stranger")
    monkeypatch.setenv("PATH", _without_verifier(shop, None))
    assert shop_facts_without_keygen(shop, cache, merge) == first
    # A key that no people file has is never checked, so nothing is unknown of it.
    assert shop.facts(cache=cache).commits[stranger].signature == Unlisted()


def test_an_answer_of_a_checkpoint_is_not_asked_for_again(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.promote("1.1.0")
    merge = _oddly_signed(shop, shop.merge("topic", by="bob"))
    shop.run("reset", "-q", "--hard", merge)
    first = shop.facts()
    told = {each.id: each.signature for each in first.commits.values() if each.signature}
    monkeypatch.setenv("PATH", _without_verifier(shop, None))
    unanswered = shop.facts(merge)
    assert isinstance(unanswered.commits[merge].signature, Unknown)
    assert shop.facts(merge, verdicts=told) == first


def shop_facts_without_keygen(shop: Workshop, cache: Path, tip: str) -> object:
    return gather(
        shop.git,
        root=shop.root,
        tip=tip,
        cache=cache,
    )


@pytest.mark.parametrize("text", ["", "{", "[]", '{"signers": 1}', '{"verdicts": {"a": "x"}}'])
def test_a_broken_cache_is_made_anew(shop: Workshop, text: str) -> None:
    shop.promote("1.1.0")
    shop.merge("topic", by="bob")
    cache = shop.folder.parent / "cache.json"
    first = shop.facts(cache=cache)
    whole = cache.read_text()
    cache.write_text(text)
    assert shop.facts(cache=cache) == first
    assert cache.read_text() == whole


def test_names_in_commits_are_shown_without_control_characters(shop: Workshop) -> None:
    pushed = shop.commit("x", {SHOP: promotion("6.6.6")}, key="", GIT_AUTHOR_NAME="Mal\x1b[31m ice")
    assert shop.taint() == ("TB450", pushed, "Mal\\x1b[31m ice (not verified)")


def test_p3_a_calendar_file_is_judged_like_the_policy_that_it_is(shop: Workshop) -> None:
    calendar, other = "calendars/acme.ics", "calendars/acme.py"
    pushed = shop.commit("Open on Sundays", {calendar: "BEGIN:VCALENDAR\n", other: "pass\n"})
    assert shop.taint(calendar)[1] == pushed
    assert [each.path for each in shop.judge().taints] == [calendar]
    assert calendar in entries(shop.git, "main")
    assert other not in entries(shop.git, "main")
