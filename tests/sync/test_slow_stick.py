"""What happens at the office while a package is being copied to a slow stick: nobody waits, no number is used twice."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from app.sync import outgoing, peers, stick
from app.sync.intake import take_in
from app.sync.outgoing import export
from app.sync.register import packages
from app.workspace import Workspace
from db import server
from db.errors import Refusal
from db.models.handoff import PackageLine
from tests.sync.conftest import TOWN, Pair, edit, row

pytestmark = pytest.mark.both_stores


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PATIENCE", "0.05")


@contextmanager
def while_copying(pair: Pair, *works: Callable[[], object]) -> Iterator[None]:
    """The first copies to the stick take long enough for these works to be done, one in each."""
    left, real = list(works), stick.shutil.copyfileobj

    def slow(source: object, target: object, length: int) -> None:
        if left:
            left.pop(0)()
        real(source, target, length)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stick.shutil, "copyfileobj", slow)
        yield
    assert left == []


def sent_numbers(ws: Workspace) -> list[int]:
    return [line.sequence for line in reversed(packages(ws)) if line.sent]


def archive(ws: Workspace) -> set[str]:
    return {one.name for one in (ws.folder / "packages").iterdir()}


def all_remembered(ws: Workspace) -> None:
    """What lies in the archive is what the store knows, no more and no less."""
    with ws.read() as session:
        known = set(session.scalars(select(PackageLine.file)))
    assert archive(ws) == known


def test_colleagues_go_on_saving(pair: Pair) -> None:
    with while_copying(pair, lambda: edit(pair.county, pair.member, phone="13800000009")):
        sent = pair.down()
    assert row(pair.county, pair.member)["phone"] == "13800000009"
    assert take_in(pair.town, sent.file).status == "applied"
    assert row(pair.town, pair.member)["phone"] is None, "it was saved after the package had been composed"
    assert pair.to_town().status == "applied"
    assert row(pair.town, pair.member)["phone"] == "13800000009"


def test_a_number_that_a_colleague_was_quicker_to_take_is_not_used_twice(pair: Pair) -> None:
    edit(pair.county, pair.member, phone="13800000009")
    others = pair.root / "另一个U盘"
    others.mkdir()
    with while_copying(pair, lambda: export(pair.county, others, code=TOWN)):
        slow = pair.down()
    numbers = sent_numbers(pair.county)
    assert numbers == list(range(1, len(numbers) + 1))
    assert slow.sequence == numbers[-1]
    assert [one.name for one in others.iterdir()] == [f"{TOWN}-down-{slow.sequence - 1}.dzb"]
    assert sorted(one.name for one in pair.stick.iterdir()) == sorted(["登记.dzb", f"{TOWN}-down-{slow.sequence}.dzb"])
    all_remembered(pair.county)
    (quick,) = others.iterdir()
    assert [take_in(pair.town, file).status for file in (quick, slow.file)] == ["applied", "applied"]


def test_what_came_from_the_peer_meanwhile_is_acknowledged(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    theirs = pair.up()
    with while_copying(pair, lambda: take_in(pair.county, theirs.file)):
        answer = pair.down()
    outcome = take_in(pair.town, answer.file)
    assert [result.sequence for result in outcome.results] == [theirs.sequence]
    all_remembered(pair.county)


def test_a_peer_whose_keys_were_revoked_meanwhile_gets_nothing(pair: Pair) -> None:
    before, kept = sent_numbers(pair.county), archive(pair.county)
    with (
        while_copying(pair, lambda: peers.revoke(pair.county, TOWN)),
        pytest.raises(Refusal, match="还没有交来第一个包，或者已被作废"),
    ):
        pair.down()
    assert (sent_numbers(pair.county), archive(pair.county)) == (before, kept)
    assert [one.name for one in pair.stick.iterdir()] == ["登记.dzb"]


def test_a_copy_that_became_another_replica_meanwhile_composes_anew(pair: Pair) -> None:
    def renewed() -> None:
        with pair.town.write() as session:
            pair.town.become_new_replica(session)

    edit(pair.town, pair.member, phone="13800000001")
    with while_copying(pair, renewed):
        sent = pair.up()
    assert (sent.sequence, sent.kind) == (1, "snapshot")
    assert take_in(pair.county, sent.file).status == "applied"
    all_remembered(pair.town)


def test_an_archived_package_that_nobody_remembers_leaves_no_gap(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The computer lost power while it was copying: the archive has a file more, and its number is still free."""
    edit(pair.town, pair.member, phone="13800000001")

    def pulled() -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(outgoing, "discard", lambda ws, archived: None)
        with while_copying(pair, pulled), pytest.raises(Refusal, match="U盘断开或出错"):
            pair.up()
    assert len([one for one in archive(pair.town) if one.startswith(f"{TOWN}-up-2-")]) == 1
    edit(pair.town, pair.member, phone="13800000002")
    sent = pair.up()
    assert sent.sequence == 2
    assert take_in(pair.county, sent.file).status == "applied"
    assert row(pair.county, pair.member)["phone"] == "13800000002"
    edit(pair.town, pair.member, phone="13800000003")
    assert pair.to_county().status == "applied"
