"""Good ssh signatures told and made in this process: another one costs a hundred times as much.

Only "good" is ever answered here, and only of what stands exactly as OpenSSH writes it; of anything
else `ssh-keygen` is asked, so what is bad, and why, is its word. Keys in hardware (``sk-…``) and
certificates are its matter too. Format: PROTOCOL.sshsig of OpenSSH, RFC 4253 §6.6, RFC 5656 §3.1.2,
RFC 8709 §6; what is accepted of RSA is what ``ssh-keygen -Y verify`` accepts.
"""

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

Verify = Callable[[bytes, bytes], None]
"""Takes a signature and what was signed; raises `InvalidSignature` or `ValueError`."""

_MAGIC = b"SSHSIG"
_VERSION = 1
_WIDTH = 70
_OTHERS = 0o077
_ARMOUR = re.compile(
    rb"-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/]{70}\n)*[A-Za-z0-9+/]{1,70}={0,2})\n"
    rb"-----END SSH SIGNATURE-----\n?"
)
_HASHES: Mapping[bytes, Callable[[bytes], "hashlib._Hash"]] = {
    b"sha256": hashlib.sha256,
    b"sha512": hashlib.sha512,
}
_OF_RSA: Mapping[bytes, HashAlgorithm] = {b"rsa-sha2-256": SHA256(), b"rsa-sha2-512": SHA512()}
_RSA_BITS = 2048
"""OpenSSH takes keys of 1024 bits too; it is asked about those."""
_CURVES: Mapping[bytes, tuple[type[ec.EllipticCurve], HashAlgorithm]] = {
    b"nistp256": (ec.SECP256R1, SHA256()),
    b"nistp384": (ec.SECP384R1, SHA384()),
    b"nistp521": (ec.SECP521R1, SHA512()),
}


def is_good(armoured: bytes, signed: bytes, *, key: bytes, namespace: str) -> bool:
    """Whether this is beyond doubt a signature by the key (wire form) over what was signed.

    False says nothing: `ssh-keygen` may still find it good.
    """
    try:
        blob = _blob(armoured)
        if blob[:6] != _MAGIC or struct.unpack(">I", blob[6:10]) != (_VERSION,):
            return False
        by, stated, reserved, hashing, signature = _strings(blob[10:], 5)
        if (by, stated, reserved) != (key, namespace.encode(), b"") or hashing not in _HASHES:
            return False
        sort, made = _strings(signature, 2)
        digest = _HASHES[hashing](signed).digest()
        whole = _MAGIC + b"".join(map(_string, (stated, b"", hashing, digest)))
        _verifier(key, sort)(made, whole)
    except (ValueError, struct.error, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A plain Ed25519 key that is at hand; it signs as `ssh-keygen` would.

    This sort of key has but one signature for each text (RFC 8032 §5.1.6).
    """

    _key: Ed25519PrivateKey

    @classmethod
    def of(cls, file: Path) -> "Signer | None":
        """The key in a file; nothing for one of another sort or with a passphrase.

        Nor for one that others may read: OpenSSH refuses it, and that is for it to say.
        """
        try:
            if file.stat().st_mode & _OTHERS:
                return None
            key = load_ssh_private_key(file.read_bytes(), password=None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
            return None
        return cls(key) if isinstance(key, Ed25519PrivateKey) else None

    def sign(self, text: bytes, *, namespace: str) -> str:
        """The armoured signature of a text for one purpose."""
        head = (_string(namespace.encode()), _string(b""), _string(b"sha512"))
        whole = _MAGIC + b"".join((*head, _string(hashlib.sha512(text).digest())))
        sort = _string(b"ssh-ed25519")
        public = sort + _string(self._key.public_key().public_bytes_raw())
        made = sort + _string(self._key.sign(whole))
        parts = (struct.pack(">I", _VERSION), _string(public), *head, _string(made))
        coded = base64.b64encode(_MAGIC + b"".join(parts)).decode()
        lines = (coded[at : at + _WIDTH] for at in range(0, len(coded), _WIDTH))
        return "\n".join(("-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----"))


def _blob(armoured: bytes) -> bytes:
    found = _ARMOUR.fullmatch(armoured)
    if found is None:
        raise ValueError("not as OpenSSH writes it")
    text = found[1].replace(b"\n", b"")
    blob = base64.b64decode(text, validate=True)
    if binascii.b2a_base64(blob, newline=False) != text:
        raise ValueError("bits behind the end")
    return blob


def _strings(blob: bytes, count: int) -> list[bytes]:
    """So many strings and nothing after them."""
    found: list[bytes] = []
    for _ in range(count):
        (length,) = struct.unpack(">I", blob[:4])
        if len(blob) < 4 + length:
            raise ValueError("cut off")
        found.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    if blob:
        raise ValueError("more behind the end")
    return found


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _whole(data: bytes) -> int:
    """A number as RFC 4251 writes it: shortest, and never negative."""
    number = int.from_bytes(data)
    if number <= 0 or data != number.to_bytes(number.bit_length() // 8 + 1):
        raise ValueError("not a plain number")
    return number


def _verifier(key: bytes, sort: bytes) -> Verify:
    """What checks signatures of this sort by a key in its wire form."""
    (length,) = struct.unpack(">I", key[:4])
    match key[4 : 4 + length]:
        case b"ssh-ed25519" if sort == b"ssh-ed25519":
            _, point = _strings(key, 2)
            return Ed25519PublicKey.from_public_bytes(point).verify
        case b"ssh-rsa" if sort in _OF_RSA:
            return _rsa(key, _OF_RSA[sort])
        case kind if kind == sort and kind.startswith(b"ecdsa-sha2-"):
            return _ecdsa(key)
        case _:
            raise ValueError("another sort of key")


def _rsa(key: bytes, hashing: HashAlgorithm) -> Verify:
    _, exponent, modulus = _strings(key, 3)
    public = rsa.RSAPublicNumbers(_whole(exponent), _whole(modulus)).public_key()
    if public.key_size < _RSA_BITS:
        raise ValueError("short")
    return lambda made, whole: public.verify(made, whole, padding.PKCS1v15(), hashing)


def _ecdsa(key: bytes) -> Verify:
    kind, curve, point = _strings(key, 3)
    if curve not in _CURVES or kind != b"ecdsa-sha2-" + curve:
        raise ValueError("another curve")
    sort, hashing = _CURVES[curve]
    public = ec.EllipticCurvePublicKey.from_encoded_point(sort(), point)

    def verify(made: bytes, whole: bytes) -> None:
        first, second = map(_whole, _strings(made, 2))
        public.verify(encode_dss_signature(first, second), whole, ec.ECDSA(hashing))

    return verify
