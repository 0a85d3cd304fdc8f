"""The desk: reads and writes off the window's thread, what they announce, and what happens when the world refuses."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app import editing
from app.ledgers.catalogue import LEDGERS
from app.workspace import Workspace
from db.errors import Refusal
from tests.helpers.logs import LogWatch
from ui.background import PACKAGES, Changes, Desk


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    made = Desk()
    with qtbot.waitSignal(made.opened):
        made.open(
            lambda: Workspace.create(tmp_path / "张三" / "乡镇 数据", code="430581", name="石桥镇", level="township"),
            lambda _: None,
        )
    yield made
    made.close()


def test_a_write_announces_the_ledgers_it_changed_before_its_answer(desk: Desk, qtbot: QtBot) -> None:
    told: list[object] = []
    desk.changed.connect(told.append)
    typed = {"code": "01", "name": "大坪村", "kind": "村"}
    desk.write(lambda w: editing.save(w, LEDGERS["village"], typed), told.append)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told[0] == Changes(frozenset({"village"}))
    assert isinstance(told[1], str)


def test_a_write_that_was_done_is_told_as_done_though_what_it_changed_cannot_be_read(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> None:
        raise Refusal("连不上数据库服务器", "unreachable")

    told: list[object] = []
    desk.changed.connect(told.append)
    typed = {"code": "01", "name": "大坪村", "kind": "村"}
    monkeypatch.setattr("ui.background._changed_since", lost)
    desk.write(lambda w: editing.save(w, LEDGERS["village"], typed), told.append, told.append)
    qtbot.waitUntil(lambda: len(told) == 2)
    changes, saved = told
    assert isinstance(changes, Changes)
    assert changes.ledgers >= {*LEDGERS, PACKAGES}, "every page reads anew"
    assert isinstance(saved, str)


def test_a_newer_read_supersedes_an_older_one(desk: Desk, qtbot: QtBot) -> None:
    told: list[str] = []
    for word in ("w", "wx", "wxm"):
        desk.read(lambda _, word=word: word, told.append, key="search")
    qtbot.waitUntil(lambda: not desk.busy)
    assert told == ["wxm"]


def test_a_refusal_that_nobody_takes_is_told_to_the_window(desk: Desk, qtbot: QtBot) -> None:
    def full(_: Workspace) -> None:
        raise Refusal("磁盘已满", "disk-full")

    with qtbot.waitSignal(desk.refused) as told:
        desk.read(full, lambda _: None)
    assert told.args[0].message == "磁盘已满"


def test_a_fault_of_ours_is_logged_without_its_words(desk: Desk, qtbot: QtBot, logs: LogWatch) -> None:
    def broken(_: Workspace) -> None:
        raise KeyError("陈桂香 430581197803120026")

    told: list[Refusal] = []
    with logs.expect("^KeyError at .*broken$", level=40):
        desk.read(broken, lambda _: None, told.append)
        qtbot.waitUntil(lambda: bool(told))
    assert told[0].message.startswith("程序出了差错")


def test_a_cancelled_task_leaves_nothing(desk: Desk, qtbot: QtBot) -> None:
    told: list[Refusal] = []

    def work(workspace: Workspace, progress: object) -> None:
        with workspace.edit("试") as batch:
            editing.save_into(workspace, batch, LEDGERS["village"], {"code": "1", "name": "甲村", "kind": "村"})
            while True:
                progress(1, 2, "写入")  # type: ignore[operator]

    task = desk.long(work, lambda _: None, told.append)
    task.progress.connect(lambda *_: task.cancel())
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].reason == "cancelled"
    counts: list[int] = []
    desk.read(lambda w: _villages(w), counts.append)
    qtbot.waitUntil(lambda: bool(counts))
    assert counts == [0]


def _villages(workspace: Workspace) -> int:
    from app.listing import Query, count

    with workspace.read() as session:
        return count(session, LEDGERS["village"], Query())


class Listener(QWidget):
    def __init__(self, told: list[object]) -> None:
        super().__init__()
        self.told = told

    def take(self, value: object) -> None:
        self.told.append(value)


@pytest.mark.parametrize("bound", [True, False])
def test_no_callback_runs_after_its_widget_is_gone(desk: Desk, qtbot: QtBot, bound: bool) -> None:
    import shiboken6

    told: list[object] = []
    listener = Listener(told)
    desk.read(lambda _: 1, listener.take if bound else lambda value: listener.take(value))
    shiboken6.delete(listener)
    qtbot.waitUntil(lambda: not desk.busy)
    assert told == []
    assert isinstance(desk, QObject)
