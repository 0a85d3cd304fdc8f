"""Key slots: the random key of `records.db`, wrapped once for each user's passphrase (`keys.json`)."""

import secrets
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from app.files import write_whole
from db.errors import Refusal


class Cost(msgspec.Struct, frozen=True):
    """What one guess at a passphrase costs: Argon2id's own three numbers (RFC 9106)."""

    memory_kib: int
    passes: int
    lanes: int


STANDARD = Cost(64 * 1024, 3, 4)
"""RFC 9106 §4, second recommended setting."""

SHORTEST = 6
"""How many characters a passphrase has at least."""


class Slot(msgspec.Struct, frozen=True):
    """One user's way to the key. Salt, nonce and the wrapped key are hex."""

    user: str
    salt: str
    nonce: str
    wrapped: str
    cost: Cost = STANDARD


class Slots(msgspec.Struct, frozen=True):
    """The file `keys.json`."""

    format: str = "siji-keys/1"
    slots: tuple[Slot, ...] = ()

    def users(self) -> tuple[str, ...]:
        """Who can open the store."""
        return tuple(slot.user for slot in self.slots)

    def without(self, user: str) -> "Slots":
        """The slots of the others."""
        return Slots(self.format, tuple(slot for slot in self.slots if slot.user != user))

    def with_slot(self, new: Slot) -> "Slots":
        """The slots with this one, in place of the same user's former one if there was one."""
        if new.user not in self.users():
            return Slots(self.format, (*self.slots, new))
        return Slots(self.format, tuple(new if slot.user == new.user else slot for slot in self.slots))

    def renamed(self, user: str, new: Slot) -> "Slots":
        """The slots with this one in place of the user's."""
        return Slots(self.format, tuple(new if slot.user == user else slot for slot in self.slots))


DAMAGED = "口令文件 keys.json 已损坏。请从备份恢复这个文件"


def new_key() -> bytes:
    """A fresh random key for a store."""
    return secrets.token_bytes(32)


def wrap(key: bytes, user: str, passphrase: str, cost: Cost = STANDARD) -> Slot:
    """A slot from which this passphrase unwraps the key again."""
    if len(passphrase) < SHORTEST:
        raise Refusal(f"口令太短，至少要 {SHORTEST} 个字符。请换一个长些的", "weak-passphrase")
    slot = Slot(user, secrets.token_hex(16), secrets.token_hex(12), "", cost)
    sealed = ChaCha20Poly1305(_derive(slot, passphrase)).encrypt(bytes.fromhex(slot.nonce), key, user.encode())
    return msgspec.structs.replace(slot, wrapped=sealed.hex())


def unwrap(slots: Slots, passphrase: str) -> tuple[bytes, str]:
    """(key, user) of the first slot that the passphrase opens. Raises `Refusal` when none does."""
    for slot in slots.slots:
        try:
            opened = ChaCha20Poly1305(_derive(slot, passphrase))
            return opened.decrypt(bytes.fromhex(slot.nonce), bytes.fromhex(slot.wrapped), slot.user.encode()), slot.user
        except InvalidTag:
            continue
        except ValueError as error:
            raise Refusal(DAMAGED, "damaged") from error
    raise Refusal("口令不对。请再试一次；忘记口令时，请上级重新发一份登记文件", "wrong-passphrase")


def _derive(slot: Slot, passphrase: str) -> bytes:
    cost = slot.cost
    kdf = Argon2id(
        salt=bytes.fromhex(slot.salt), length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
    )
    return kdf.derive(passphrase.encode())


def read(file: Path) -> Slots | None:
    """The slots in a file, None when there is no file: then the store is not encrypted."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Slots)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, OSError) as error:
        raise Refusal(DAMAGED, "damaged") from error


def write(file: Path, slots: Slots) -> None:
    """Replaces the file in one step."""
    write_whole(file, msgspec.json.format(msgspec.json.encode(slots), indent=1))
