"""A real age file under a passphrase whose scrypt costs next to nothing.

The program's own seal takes a second or more of one core to write and as long to open, because the library measures the
computer; no test but those of that seal has to wait for it. What is made here is opened by the program as any other.
https://age-encryption.org/v1 is the format.
"""

import base64
import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 64 * 1024
WORK = 1
"""The base-2 logarithm of scrypt's N; the library takes 18 or more."""


def sealed(plain: bytes, passphrase: str) -> bytes:
    """What `age --passphrase` would write, but for the work factor."""
    key, salt, nonce = secrets.token_bytes(16), secrets.token_bytes(16), secrets.token_bytes(16)
    label = b"age-encryption.org/v1/scrypt" + salt
    wrapping = hashlib.scrypt(passphrase.encode(), salt=label, n=1 << WORK, r=8, p=1, dklen=32)
    body = ChaCha20Poly1305(wrapping).encrypt(bytes(12), key, None)
    header = f"age-encryption.org/v1\n-> scrypt {_letters(salt)} {WORK}\n{_letters(body)}\n---"
    mac = hmac.new(_derived(key, b"", b"header"), header.encode(), hashlib.sha256).digest()
    sealing = ChaCha20Poly1305(_derived(key, nonce, b"payload"))
    starts = range(0, max(len(plain), 1), CHUNK)
    chunks = (
        sealing.encrypt(
            place.to_bytes(11, "big") + bytes([start == starts[-1]]), bytes(plain[start : start + CHUNK]), None
        )
        for place, start in enumerate(starts)
    )
    return f"{header} {_letters(mac)}\n".encode() + nonce + b"".join(chunks)


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, purpose).derive(key)


def _letters(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")
