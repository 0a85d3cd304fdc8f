"""Keys and seals, all from public libraries: Ed25519 signs, age encrypts, HMAC answers an enrolment.

Keys live in the store's settings, so they are as safe as the records themselves and come back with a backup.
"""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy.orm import Session

from db import settings

_SIGNING, _RECEIVING = "key/signing", "key/receiving"
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class OwnKeys:
    """An office's two private keys."""

    signing: Ed25519PrivateKey
    receiving: pyrage.x25519.Identity

    @property
    def signing_public(self) -> str:
        """The public half for signatures, 64 hex digits."""
        return self.signing.public_key().public_bytes_raw().hex()

    @property
    def receiving_public(self) -> str:
        """The public half for sealing, an age recipient."""
        return str(self.receiving.to_public())

    def sign(self, data: bytes) -> bytes:
        """The signature, 64 bytes."""
        return self.signing.sign(data)


def own_keys(session: Session) -> OwnKeys:
    """The office's keys, None of which ever travels; made in this transaction when it has none yet."""
    signing, receiving = settings.get(session, _SIGNING), settings.get(session, _RECEIVING)
    if signing is None or receiving is None:
        signing = Ed25519PrivateKey.generate().private_bytes_raw().hex()
        receiving = str(pyrage.x25519.Identity.generate())
        settings.put(session, _SIGNING, signing)
        settings.put(session, _RECEIVING, receiving)
    return OwnKeys(
        Ed25519PrivateKey.from_private_bytes(bytes.fromhex(signing)), pyrage.x25519.Identity.from_str(receiving)
    )


def has_keys(session: Session) -> bool:
    """Whether the office has made its keys."""
    return settings.get(session, _SIGNING) is not None


def signed_by(public: str, signature: bytes, data: bytes) -> bool:
    """Whether this key made the signature over the data."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def recipient(public: str) -> pyrage.x25519.Recipient:
    """An age recipient. Raises ValueError for what is none."""
    try:
        return pyrage.x25519.Recipient.from_str(public)
    except pyrage.RecipientError as error:
        raise ValueError(str(error)) from None


def new_secret() -> str:
    """The one-time secret of an enrolment: 32 random bytes in hex."""
    return secrets.token_hex(32)


def answer(secret: str, signing: str, receiving: str) -> str:
    """The HMAC-SHA-256 under the one-time secret over a township's public keys."""
    return hmac.new(bytes.fromhex(secret), f"{signing}\n{receiving}".encode(), hashlib.sha256).hexdigest()


def answers(secret: str, signing: str, receiving: str, given: str) -> bool:
    """Whether the keys come from whoever opened the enrolment file."""
    return hmac.compare_digest(answer(secret, signing, receiving), given)


def new_passphrase() -> str:
    """A passphrase to read over the telephone: four groups of five letters and digits, 98 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def read_passphrase(typed: str) -> str:
    """The passphrase that a person meant: blanks, small letters, full-width characters and dashes do not matter."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    letters = "".join(character for character in plain if character.isalnum())
    return "-".join(letters[start : start + 5] for start in range(0, len(letters), 5))
