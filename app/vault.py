"""Key slots: the random key of `records.db`, wrapped once for each user's passphrase (`keys.json`)."""

import os
import secrets
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from db.errors import Refusal

MEMORY_KIB, PASSES, LANES = 64 * 1024, 3, 4  # RFC 9106 §4, second recommended setting


class Slot(msgspec.Struct):
    """One user's way to the key. Salt, nonce and the wrapped key are hex; the cost is Argon2id's own."""

    user: str
    salt: str
    nonce: str
    wrapped: str
    memory_kib: int = MEMORY_KIB
    passes: int = PASSES
    lanes: int = LANES


class Slots(msgspec.Struct):
    """The file `keys.json`."""

    format: str = "siji-keys/1"
    slots: list[Slot] = []


def new_key() -> bytes:
    """A fresh random key for a store."""
    return secrets.token_bytes(32)


def wrap(key: bytes, user: str, passphrase: str) -> Slot:
    """A slot from which this passphrase unwraps the key again."""
    if len(passphrase) < 6:
        raise Refusal("口令太短，至少要 6 个字符", "wrong-passphrase")
    slot = Slot(user, secrets.token_hex(16), secrets.token_hex(12), "")
    sealed = ChaCha20Poly1305(_derive(slot, passphrase)).encrypt(bytes.fromhex(slot.nonce), key, user.encode())
    return msgspec.structs.replace(slot, wrapped=sealed.hex())


def unwrap(slots: Slots, passphrase: str) -> tuple[bytes, str]:
    """(key, user) of the first slot that the passphrase opens. Raises `Refusal` when none does."""
    for slot in slots.slots:
        try:
            sealed = bytes.fromhex(slot.wrapped)
            key = ChaCha20Poly1305(_derive(slot, passphrase)).decrypt(
                bytes.fromhex(slot.nonce), sealed, slot.user.encode()
            )
        except InvalidTag:
            continue
        return key, slot.user
    raise Refusal("口令不对。请再试一次；忘记口令时，请县里重新发一份登记文件", "wrong-passphrase")


def _derive(slot: Slot, passphrase: str) -> bytes:
    kdf = Argon2id(
        salt=bytes.fromhex(slot.salt), length=32, iterations=slot.passes, lanes=slot.lanes, memory_cost=slot.memory_kib
    )
    return kdf.derive(passphrase.encode())


def read(file: Path) -> Slots | None:
    """The slots in a file, None when there is no file: then the store is not encrypted."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Slots)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, OSError) as error:
        raise Refusal(f"口令文件 {file.name} 已损坏。请从备份恢复这个文件", "damaged") from error


def write(file: Path, slots: Slots) -> None:
    """Replaces the file in one step."""
    temporary = file.with_suffix(".tmp")
    with temporary.open("wb") as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(slots), indent=1))
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)
