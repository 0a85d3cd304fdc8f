"""Forty packages from eight sticks in one go, each on its own, and the board of townships."""

import logging
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledgers.catalogue import LEDGERS
from app.sync import afterwards, board, intake, outgoing, several
from app.sync.board import State, Step
from app.sync.choices import Choice
from app.sync.outcome import Outcome
from app.sync.outgoing import export
from app.sync.register import Counts
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.journal import Cancelled
from db.models.handoff import PackageLine, Peer
from tests.helpers.logs import LogWatch
from tests.helpers.sticks import giving_back_something_else, refusing_to_stat
from tests.helpers.townships import Many
from tests.sync.conftest import Pair, edit, everything


@pytest.fixture
def morning(forty: Many, tmp_path: Path) -> Many:
    """The forty townships with their sticks, to be changed; only the county and two of them are copied."""
    root = tmp_path / "云溪 县"
    kept = {forty.county.name, *(one.folder.name for one in forty.towns[:2])}
    others = {one.folder.name for one in forty.towns} - kept
    shutil.copytree(forty.root, root, ignore=lambda _, names: others & set(names))
    return forty.at(root)


@pytest.fixture
def county(morning: Many) -> Iterator[Workspace]:
    with Workspace.open(morning.county) as ws:
        yield ws


def files(many: Many) -> list[Path]:
    """The packages on all sticks."""
    return sorted(many.root.glob("U盘*/*.dzb"))


def damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_forty_packages_are_taken_in_each_on_its_own(morning: Many, county: Workspace) -> None:
    all_ = files(morning)
    damage(all_[7])
    stray = morning.root / "U盘3" / "说明.dzb"
    stray.write_text("不是包", encoding="utf-8")
    shutil.copy(all_[0], morning.root / "U盘8" / "再拷一份.dzb")
    wanted = files(morning)
    told: list[str] = []
    came = several.take_in_each(
        county, [several.Wanted(file) for file in wanted], after=lambda one: told.append(one.status)
    )
    statuses = {Path(file).name: one.status for file, one in zip(wanted, came, strict=True)}
    assert told == [one.status for one in came]
    assert statuses.pop("再拷一份.dzb") == "already-imported"
    assert statuses.pop("说明.dzb") == statuses.pop(all_[7].name) == "refused"
    assert set(statuses.values()) == {"applied"}
    assert len(statuses) == 39
    with county.read() as session:
        assert session.query(LEDGERS["member"].model).count() == 78

    several.remember_refused(county, came)
    found = board.board(county, clock.today())
    (late,) = found.late
    assert (late.code, late.state, late.step) == (all_[7].name[:6], State.ENROLLED, Step.MEND)
    assert late.refused is not None
    assert (late.refused.sequence, late.refused.words) == (1, "文件损坏")
    assert late.refused.tell == "文件没有拷完整，或者 U 盘坏了。请回去重新写一次包，再送来"
    assert found.townships[0] is late, "who has not reported stands first"
    assert all(one.step is Step.RECEIPT for one in found.townships[1:])

    first, *rest = several.lines(county, came)
    assert (first.office, first.claimed, first.sequence) == (late.name, True, 1)
    assert (first.state, first.tone) == ("拒收：文件损坏", "wrong")
    assert first.why.startswith("这个包已损坏或不完整")
    assert rest[0].state == "拒收：文件损坏"
    assert rest[0].office == "说明.dzb"
    assert [one.state for one in rest[1:]] == ["已写入"] * 39 + ["以前收过"]


def test_stopping_keeps_what_was_taken_in_and_leaves_the_rest(morning: Many, county: Workspace) -> None:
    wanted = [several.Wanted(file) for file in files(morning)[:6]]

    def progress(done: int, total: int, what: str) -> None:
        assert total == 6
        if done == 3 and "正在核对" in what:  # in the midst of the fourth
            raise Cancelled

    came = several.take_in_each(county, wanted, progress=progress)
    assert [one.status for one in came] == ["applied"] * 3 + ["not-tried"] * 3
    with county.read() as session:
        assert session.query(LEDGERS["member"].model).count() == 6
    assert [one.state for one in several.lines(county, came)] == ["没有写：已停止"] * 3 + ["已写入"] * 3


def test_a_fault_of_ours_in_one_package_does_not_stop_the_others(
    morning: Many, county: Workspace, monkeypatch: pytest.MonkeyPatch, logs: LogWatch
) -> None:
    wanted, taken = files(morning)[:3], several.take_in

    def faulty(ws: Workspace, file: Path, **options: object) -> Outcome:
        if file == wanted[1]:
            raise ZeroDivisionError("王小明")
        return taken(ws, file, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(several, "take_in", faulty)
    with logs.expect("ZeroDivisionError while taking in a package", logging.ERROR):
        came = several.take_in_each(county, [several.Wanted(file) for file in wanted])
    assert [(one.status, one.reason) for one in came] == [("applied", None), ("refused", "fault"), ("applied", None)]
    assert came[1].message.startswith("程序出了差错，这个包没有写入，别的照样收。")


def test_a_stick_pulled_before_its_receipt_leaves_the_others_theirs(
    morning: Many, county: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    proofs = [files(morning)[place] for place in (0, 5, 10)]
    several.take_in_each(county, [several.Wanted(file) for file in proofs])
    refusing_to_stat(proofs[1].parent, monkeypatch)
    answers = several.answer_each(county, [(file.name[:6], file.parent, file) for file in proofs])
    assert [one.sent is not None for one in answers] == [True, False, True]
    assert answers[1].why.startswith(f"写“{proofs[1].parent}”时U盘断开或出错。请插好后重新导出")
    assert len(list(proofs[2].parent.glob("*-down-*"))) == 1


def test_writing_for_all_goes_on_after_one_that_fails(
    morning: Many, county: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = ["532901", "532902", "532903"]
    several.take_in_each(county, [several.Wanted(file) for file in files(morning)[:3]])
    with monkeypatch.context() as patch:
        giving_back_something_else(tmp_path, patch, codes[1])
        answers = several.hand_over(county, tmp_path)
    assert [(one.code, one.sent is not None) for one in answers] == list(zip(codes, (True, False, True), strict=True))
    assert answers[1].why.endswith("这个U盘可能坏了。请换一个U盘重新导出")
    assert [one.file.name for one in several.written(answers)] == [f"{codes[0]}-down-2.dzb", f"{codes[2]}-down-2.dzb"]
    assert all(one.file.exists() for one in several.written(answers))
    with county.read() as session:
        sent = select(PackageLine.file).where(PackageLine.sent, PackageLine.sequence == 2).order_by(PackageLine.place)
        assert [file[:6] for file in session.scalars(sent)] == [codes[0], codes[2]]
    assert export(county, tmp_path, code=codes[1]).sequence == 2, "its number is still free"


def test_a_fault_of_ours_in_one_file_does_not_stop_the_others(
    morning: Many, county: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logs: LogWatch
) -> None:
    several.take_in_each(county, [several.Wanted(file) for file in files(morning)[:2]])
    real = outgoing.compose

    def faulty(session: Session, ws: Workspace, peer: Peer, **options: Any) -> outgoing.Composed:
        if peer.code == "532901":
            raise ZeroDivisionError("王小明")
        return real(session, ws, peer, **options)

    monkeypatch.setattr(outgoing, "compose", faulty)
    with logs.expect("ZeroDivisionError while writing a package", logging.ERROR):
        answers = several.hand_over(county, tmp_path)
    assert [one.sent is None for one in answers] == [True, False]
    assert answers[0].why.startswith("程序出了差错，这个包没有写出，别的照样写。")


def test_writing_that_is_stopped_says_what_is_written_already(morning: Many, county: Workspace, tmp_path: Path) -> None:
    several.take_in_each(county, [several.Wanted(file) for file in files(morning)[:3]])

    def progress(done: int, total: int, what: str) -> None:
        if done == 1 and "正在加密写包" in what:  # in the midst of the second
            raise Cancelled

    answers = several.hand_over(county, tmp_path, progress=progress)
    assert [one.why for one in answers if one.sent is None] == ["已经停止，没有写"] * 2
    assert [one.name for one in tmp_path.glob("*-down-*")] == ["532901-down-2.dzb"]
    with pytest.raises(Cancelled):
        several.written(answers[1:])


def test_what_comes_after_taking_in_does_not_lose_what_came(
    morning: Many, county: Workspace, monkeypatch: pytest.MonkeyPatch, logs: LogWatch
) -> None:
    three = files(morning)[:3]
    damage(three[1])
    came = several.take_in_each(county, [several.Wanted(file) for file in three])

    def full(*_: object) -> None:
        raise Refusal("磁盘已满，这一步没有保存。请清理磁盘后再试", "disk-full")

    def faulty(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch, logs.expect("ZeroDivisionError while telling of a package", logging.ERROR):
        patch.setattr(several, "remember_refused", full)
        patch.setattr(several, "_before", faulty)
        told = afterwards.told(county, came, came)
    assert [one.state for one in told.lines] == ["拒收：文件损坏", "已写入", "已写入"]
    assert told.doubts[0] == "拒收情况没有记进“数据交换”：磁盘已满，这一步没有保存。请清理磁盘后再试"
    assert told.doubts[1].startswith("没有和上次的数目比：程序出了差错，收下的包都在。")
    again = afterwards.told(county, came, came)
    assert (again.doubts, len(again.late)) == ((), 38), "the one that was refused among them"


# ---------------------------------------------------------------- one township over time


def test_the_line_of_a_township_stands_beside_its_last_package(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    edit(pair.town, None, "village", code="1", name="新村", kind="村")
    (came,) = several.take_in_each(pair.county, [several.Wanted(pair.up().file)])
    (line,) = several.lines(pair.county, [came])
    assert line.counts == Counts(created=1, updated=1)
    assert line.last == Counts(created=2)
    assert (line.state, line.tell) == ("已写入", "")


def test_conflicts_are_put_off_and_said_on_the_board(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    edit(pair.county, pair.member, phone="13800000002")
    file = pair.up().file
    (came,) = several.take_in_each(pair.county, [several.Wanted(file)])
    assert several.lines(pair.county, [came])[0].state == "没有写：1 处没有定"
    (came,) = several.take_in_each(pair.county, [several.Wanted(file, decide=lambda _: Choice.LATER)])
    (line,) = several.lines(pair.county, [came])
    assert (line.state, line.tone) == ("已写入，1 条放着以后再定", "attention")
    (town,) = board.board(pair.county, clock.today()).townships
    assert (town.parked, town.waiting, town.step) == ((("党员花名册", 1),), 1, Step.DECIDE)
    edit(pair.town, pair.member, phone="13800000003")
    pair.to_county(decide=lambda _: Choice.LATER)
    (conflict,) = intake.put_off(pair.county, pair.town.office.id)
    assert conflict.theirs == "13800000003", "their newer row replaces the one kept aside"
    assert intake.put_off(pair.county, pair.county.office.id) == []
    intake.settle(pair.county, pair.member, {"phone": Choice.THEIRS})
    (town,) = board.board(pair.county, clock.today()).townships
    assert (town.waiting, town.step) == (0, Step.RECEIPT)
    pair.to_town()
    (town,) = board.board(pair.county, clock.today()).townships
    assert (town.step, town.untold) == (Step.NONE, False)


def test_a_gap_asks_for_the_receipt_and_the_receipt_mends_it(pair: Pair) -> None:
    """The county lost a package that it had acknowledged: it was restored from a backup made before."""
    older = pair.renewed("county")
    edit(pair.town, pair.member, phone="13800000001")
    assert pair.to_county().status == "applied"
    pair.to_town()
    pair.county = older
    edit(pair.town, pair.member, phone="13800000002")
    wanted = [several.Wanted(pair.up().file)]
    (came,) = several.take_in_each(pair.county, wanted)
    assert (came.status, came.reason) == ("refused", "gap")
    before = everything(pair.county)
    several.remember_refused(pair.county, [came])
    assert everything(pair.county) == before, "only the board remembers it"
    (town,) = board.board(pair.county, clock.today()).townships
    assert (town.step, town.refused and town.refused.words) == (Step.SNAPSHOT, "中间缺了包")
    (line,) = several.lines(pair.county, [came])
    assert line.tell == "请先收下县里这次的回执，再上报一次；或者上报时勾“全部记录”"
    pair.to_town()
    (came,) = several.take_in_each(pair.county, [several.Wanted(pair.up().file)])
    assert came.status == "applied", "as the township was told"
    several.remember_refused(pair.county, [came])
    (town,) = board.board(pair.county, clock.today()).townships
    assert town.refused is None
    assert town.missing == (2, 3)


def test_the_board_says_of_a_month_who_has_not_reported(pair: Pair, second: str) -> None:
    found = board.board(pair.county, clock.today())
    assert [(one.code, one.reported, one.step) for one in found.townships] == [
        ("532902", False, Step.JOIN),
        ("532901", True, Step.NONE),
    ]
    assert found.due == 25
    next_year = date(clock.today().year + 1, 1, 5)
    assert [one.step for one in board.board(pair.county, next_year).townships] == [Step.REPORT, Step.JOIN]


@pytest.mark.parametrize(("sequences", "found"), [([], ()), ([1], ()), ([1, 2, 5, 7], (3, 4, 6)), ([4, 6], (5,))])
def test_missing_numbers(sequences: list[int], found: tuple[int, ...]) -> None:
    assert board.missing(sequences) == found


def test_a_whole_package_is_undone_and_the_board_says_so(pair: Pair) -> None:
    edit(pair.town, pair.member, phone="13800000001")
    outcome = pair.to_county()
    pair.county.undo(outcome.batch_id)
    (town,) = board.board(pair.county, clock.today()).townships
    assert town.received is not None
    assert town.received.undone
    assert export(pair.county, pair.stick, code=town.code).records == 1, "the township is told"
