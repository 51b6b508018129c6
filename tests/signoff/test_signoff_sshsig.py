"""Whatever is found good in this process, the real ssh-keygen finds good too."""

import base64
import random
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.repository.signatures import SignedText, check_words
from reconciler.repository.sshsig import is_good
from reconciler.signoff.facts import Bad, Signed, Unlisted

NAMESPACE = "tagboat-approval"
TEXT = b"a statement\n"
SORTS = {
    "ed25519": ("-t", "ed25519"),
    "rsa-2048": ("-t", "rsa", "-b", "2048"),
    "rsa-3072": ("-t", "rsa", "-b", "3072"),
    "ecdsa-256": ("-t", "ecdsa", "-b", "256"),
    "ecdsa-384": ("-t", "ecdsa", "-b", "384"),
    "ecdsa-521": ("-t", "ecdsa", "-b", "521"),
}
ORDER_OF_25519 = 2**252 + 27742317777372353535851937790883648493
ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sorts")
    for name, flags in {**SORTS, "rsa-1024": ("-t", "rsa", "-b", "1024")}.items():
        made = ["ssh-keygen", "-q", *flags, "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(made, check=True)
    return folder


def line(folder: Path, name: str) -> str:
    return " ".join((folder / f"{name}.pub").read_text().split()[:2])


def wire(folder: Path, name: str) -> bytes:
    return base64.b64decode(line(folder, name).split()[1])


def sign(folder: Path, name: str, *more: str, namespace: str = NAMESPACE) -> bytes:
    command = ["ssh-keygen", "-Y", "sign", "-n", namespace, *more, "-f", str(folder / name)]
    return subprocess.run(command, input=TEXT, capture_output=True, check=True).stdout.strip()


def keygen_says(folder: Path, name: str, armoured: bytes, text: bytes = TEXT) -> bool:
    """The referee: whether the real program finds it good."""
    (folder / "allowed").write_text(f'any@body namespaces="{NAMESPACE}" {line(folder, name)}\n')
    (folder / "sig").write_bytes(armoured + b"\n")
    command = ["ssh-keygen", "-Y", "verify", "-f", str(folder / "allowed"), "-I", "any@body"]
    command += ["-n", NAMESPACE, "-s", str(folder / "sig")]
    return subprocess.run(command, input=text, capture_output=True).returncode == 0


def string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def number(value: int, *, pad: int = 0) -> bytes:
    return string(b"\0" * pad + value.to_bytes(value.bit_length() // 8 + 1))


def strings(blob: bytes) -> Iterator[bytes]:
    while blob:
        (length,) = struct.unpack(">I", blob[:4])
        yield blob[4 : 4 + length]
        blob = blob[4 + length :]


def blob_of(armoured: bytes) -> bytes:
    return base64.b64decode(b"".join(armoured.split(b"\n")[1:-1]))


def armour(blob: bytes, *, width: int = 70, end: bytes = b"\n") -> bytes:
    text = base64.b64encode(blob)
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    return end.join([b"-----BEGIN SSH SIGNATURE-----", *lines, b"-----END SSH SIGNATURE-----"])


def parts(armoured: bytes) -> list[bytes]:
    """Key, namespace, reserved, hash, and the sort and the bytes of the signature."""
    *head, signature = strings(blob_of(armoured)[10:])
    return [*head, *strings(signature)]


def put_together(fields: list[bytes], *, version: int = 1, behind: bytes = b"") -> bytes:
    *head, sort, made = fields
    signature = string(string(sort) + string(made))
    inside = b"".join(map(string, head)) + signature
    return armour(b"SSHSIG" + struct.pack(">I", version) + inside + behind)


@pytest.mark.parametrize("hashing", ["sha256", "sha512"])
@pytest.mark.parametrize("name", SORTS)
def test_what_ssh_keygen_signs_is_good_without_asking_it(
    folder: Path, name: str, hashing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    armoured = sign(folder, name, "-O", f"hashalg={hashing}")
    assert keygen_says(folder, name, armoured)
    monkeypatch.setenv("PATH", "")
    found = check_words(
        {"a": SignedText(TEXT, armoured)}, [line(folder, name)], scratch=folder / "scratch"
    )
    assert found == {"a": Signed(line(folder, name))}


@pytest.mark.parametrize("name", SORTS)
def test_B73_another_text_key_or_purpose_is_bad_as_ssh_keygen_says(folder: Path, name: str) -> None:
    armoured, other = sign(folder, name), sign(folder, name, namespace="git")
    mine = line(folder, name)
    texts = {
        "text": SignedText(b"another\n", armoured),
        "purpose": SignedText(TEXT, other),
        "right": SignedText(TEXT, armoured),
    }
    found = check_words(texts, [mine], scratch=folder / "scratch")
    assert found == {"text": Bad(mine), "purpose": Bad(mine), "right": Signed(mine)}
    assert not keygen_says(folder, name, armoured, b"another\n")
    assert not keygen_says(folder, name, other)


def test_B72_B74_a_key_that_is_not_listed_or_not_any_more_leads_to_nobody(folder: Path) -> None:
    texts = {"a": SignedText(TEXT, sign(folder, "ed25519"))}
    others = [line(folder, "ecdsa-256"), line(folder, "rsa-2048")]
    assert check_words(texts, others, scratch=folder / "scratch") == {"a": Unlisted()}


def test_a_short_key_and_odd_lines_are_left_to_ssh_keygen(folder: Path) -> None:
    short = sign(folder, "rsa-1024")
    odd = armour(blob_of(sign(folder, "ed25519")), width=64)
    for name, armoured in (("rsa-1024", short), ("ed25519", odd)):
        assert not is_good(armoured, TEXT, key=wire(folder, name), namespace=NAMESPACE)
        texts = {"a": SignedText(TEXT, armoured)}
        found = check_words(texts, [line(folder, name)], scratch=folder / "scratch")
        assert found == {"a": Signed(line(folder, name))}
        assert keygen_says(folder, name, armoured)


def oddities(name: str, good: bytes) -> Iterator[bytes]:
    """Signatures that are good but for one thing in how they are written."""
    fields = parts(good)
    key, namespace, _, hashing, sort, made = fields
    yield put_together(fields, version=2)
    yield put_together(fields, behind=b"\0\0\0\0")
    yield put_together([key, namespace, b"more", hashing, sort, made])
    yield put_together([key, namespace, b"", b"sha1", sort, made])
    yield put_together([key, namespace, b"", b"sha256\0", sort, made])
    yield put_together([key, namespace + b"\0", b"", hashing, sort, made])
    yield put_together([key, namespace, b"", hashing, sort, made + b"\0"])
    yield put_together([key, namespace, b"", hashing, sort, b""])
    yield armour(blob_of(good), end=b"\r\n")
    yield armour(blob_of(good), end=b" \n")
    yield b"before\n" + good
    yield good + b"\nafter"
    yield good[:-1]
    yield good.replace(b"=\n", b"\n") if b"=\n" in good else good.replace(b"\n--", b"=\n--")
    for other in (b"ssh-rsa", b"rsa-sha2-256", b"ecdsa-sha2-nistp256", b"ssh-ed25519", b""):
        if other != sort:
            yield put_together([key, namespace, b"", hashing, other, made])
    match name:
        case "ed25519":
            scalar = int.from_bytes(made[32:], "little") + ORDER_OF_25519
            yield put_together([*fields[:5], made[:32] + scalar.to_bytes(32, "little")])
        case "ecdsa-256":
            first, second = (int.from_bytes(each) for each in strings(made))
            for twisted in (
                number(first) + number(ORDER_OF_P256 - second),
                number(first, pad=1) + number(second),
                number(first + ORDER_OF_P256) + number(second),
                string(first.to_bytes(32)) + number(second),
                number(0) + number(second),
            ):
                yield put_together([*fields[:5], twisted])
        case "rsa-2048":
            yield put_together([*fields[:5], b"\0" + made])
            yield put_together([*fields[:5], made.lstrip(b"\0")])
        case _:
            pass


@pytest.mark.parametrize("name", SORTS)
def test_nothing_oddly_written_is_good_that_ssh_keygen_does_not_find_so(
    folder: Path, name: str
) -> None:
    good = sign(folder, name)
    key = wire(folder, name)
    for each in oddities(name, good):
        said = keygen_says(folder, name, each)
        assert said or not is_good(each, TEXT, key=key, namespace=NAMESPACE), each


@pytest.mark.parametrize("name", SORTS)
def test_no_changed_bit_of_a_signature_is_good(folder: Path, name: str) -> None:
    good, draw, key = sign(folder, name), random.Random(name), wire(folder, name)
    blob = blob_of(good)
    changes: list[Callable[[bytearray], None]] = []
    for at in range(len(blob)):
        bit = 1 << draw.randrange(8)
        changes.append(lambda some, at=at, bit=bit: some.__setitem__(at, some[at] ^ bit))
    for _ in range(300):
        at, size = draw.randrange(len(blob)), draw.randrange(1, 9)
        fill = draw.randbytes(draw.randrange(9))
        changes.append(
            lambda some, at=at, to=at + size, fill=fill: some.__setitem__(slice(at, to), fill)
        )
    for change in changes:
        other = bytearray(blob)
        change(other)
        each = armour(bytes(other))
        if is_good(each, TEXT, key=key, namespace=NAMESPACE):
            assert keygen_says(folder, name, each), each
            assert bytes(other) == blob
