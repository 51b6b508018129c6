"""One's word for a release, and offering a held file again: the commands, with real keys."""

import json

import pytest


def gate(call, place, name):
    _, out, _ = call("plan", "-o", "json")
    for each in json.loads(out)["decisions"]:
        if each["place"] == place:
            found = {reason["gate"]: reason for reason in each["reasons"]}
            return found.get(name, {"state": "open", "why": "", "remedy": ""})
    raise AssertionError(out)


def test_D16_a_no_closes_the_gate_and_whoever_brings_it_lends_it_nothing(call, example):
    code, line, err = call("reject", "shop@1.2.0", "--to", "dev", "--role", "developer")
    assert code == 0, err
    assert "engineer rejected shop 1.2.0 in dev as developer" in err
    # The engineer wrote it and brings it too: it is its own proof.
    example.shell(line, clone=example.engineer)
    example.promote("shop@1.2.0", "dev", merged_in=example.approver)
    found = gate(call, "dev/shop", "approvals")
    assert found["state"] == "closed"
    assert "engineer rejected shop 1.2.0" in found["why"]


def test_X12_a_word_that_is_edited_after_it_was_signed_is_held(call, example):
    _, line, _ = call("reject", "blog@2026.45.1", "--to", "dev", "--role", "developer")
    example.shell(line, clone=example.engineer)
    path = "releases/blog/2026.45.1/approvals/dev/engineer.yaml"
    file = example.engineer / path
    file.write_text(file.read_text().replace("rejected", "approved"))
    example.git("commit", "-q", "-S", "-am", "Edit")
    example.git("push", "-q", "origin", "main")
    example.promote("blog@2026.45.1", "dev", merged_in=example.approver)
    assert "TB471" in gate(call, "dev/blog", "sign-off")["why"]
    assert "engineer rejected" in gate(call, "dev/blog", "approvals")["why"]


def test_a_held_file_is_offered_again_as_it_is_and_comes_into_force(call, example):
    path = "environments/staging/blog.yaml"
    example.git("pull", "-q", "--ff-only", "origin", "main")
    file = example.engineer / path
    file.write_text(f"{file.read_text()}# Pushed in a hurry.\n")
    example.git("commit", "-q", "-S", "-am", "Fix")
    example.git("push", "-q", "origin", "main")
    why = gate(call, "staging/blog", "sign-off")
    assert "TB450" in why["why"]
    assert f"tagboat reaffirm {path}" in why["remedy"]
    code, line, err = call("reaffirm", path)
    assert code == 0, err
    example.shell(line, clone=example.approver)
    assert gate(call, "staging/blog", "sign-off")["state"] == "open"
    code, out, err = call("reaffirm", path)
    assert (code, out) == (0, "")
    assert err == f"{path} is in force as it is: nothing to do\n"
    code, _, err = call("reaffirm", path.replace(".yaml", ".yml"))
    assert (code, "there is no file" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("shop@1.0.9", "--to", "dev"), 2, "there is no release shop 1.0.9"),
        (("shop@1.1.0", "--to", "prod"), 2, "there is no environment prod"),
        (("shop@1.1.0", "--to", "dev", "--on-behalf", "approver"), 5, "engineer may not record"),
    ],
)
def test_a_word_about_nothing_or_for_somebody_else_is_refused(call, words, code, said):
    got, out, err = call("approve", *words)
    assert (got, out) == (code, "")
    assert said in err
