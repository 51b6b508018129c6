import pytest

from reconciler.manifest.secrets import secret_named, secrets_in, shown

LONG = "a1B2c3D4e5" * 6


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----",
        "AKIA" + "ABCD" * 4,
        "ASIA" + "ABCD" * 4,
        *(f"gh{each}_{LONG[:36]}" for each in "opsur"),
        f"github_pat_{LONG}",
        *(f"{each}-{LONG[:20]}" for each in ("glpat", "glptt", "glrt", "glcbt", "gldt")),
        f"xoxb-{LONG}",
        f"AIza{LONG[:35]}",
        f"sk_live_{LONG}",
        f"rk_test_{LONG}",
        f"npm_{LONG[:36]}",
        f"pypi-{LONG}",
        f"hvs.{LONG}",
        f"SG.{LONG[:22]}.{LONG[:43]}",
        f"eyJ{LONG}.eyJ{LONG}.{LONG}",
        "https://hooks.slack.com/services/T0/B0/x",
        "https://discord.com/api/webhooks/1/x",
        "https://ana:pw@example.org",
        "https://:pw@example.org",
    ],
)
def test_b58_a_secret_is_found_and_never_shown(secret):
    assert list(secrets_in(secret)) or list(secrets_in(f"a: {secret}\n"))
    assert shown(f"x {secret} y") == "'***'"


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a:b@c",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI ana@example.org",
        "git@example.org:shop.git",
        "the private key",
        "9f1c2e0b7d3f4a5b6c7d8e9f0a1b2c3d4e5f6071",
        "eyJ",
    ],
)
def test_what_only_looks_a_little_like_a_secret_is_shown(text):
    assert list(secrets_in(text)) == []
    assert shown(text) == f"'{text}'"


@pytest.mark.parametrize(
    "name", ["DB_PASSWORD", "token", "API_KEY", "apikey", "X-Api-Key", "Cookie", "AWS_SECRET"]
)
def test_b58_values_of_secret_names_are_masked(name):
    assert secret_named(name)
    assert shown("hunter2", under=name) == "'***'"


@pytest.mark.parametrize("name", ["TOKEN_TTL", "PASSWORDLESS", "KEYBOARD", "tokens", "monkey"])
def test_other_names_are_not_secret(name):
    assert not secret_named(name)


def test_long_and_odd_values_are_shown_short_and_on_one_line():
    assert shown("x" * 100) == "'" + "x" * 59 + "…'"
    assert shown("a\nb\x1b[0m") == "'a\\nb\\x1b[0m'"
    assert [shown(each) for each in (None, True, 7, {}, ())] == [
        "nothing",
        "true",
        "'7'",
        "a mapping",
        "a list",
    ]
