"""One branch, one remedy: what is told of each branch, what is due, and the page that shows it."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app import editing, reminders
from app.ledgers.catalogue import LEDGERS
from app.method import remedies
from app.place import Place
from app.reminders import Urgency
from app.workspace import Workspace
from db import clock
from tests.helpers import office
from ui.background import Desk
from ui.pages.branches import BranchesPage

TODAY = date(2012, 9, 12)


def save(workspace: Workspace, ledger: str, **typed: str) -> str:
    return editing.save(workspace, LEDGERS[ledger], typed)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A county that graded three branches of its own: a weak one with two problems, a fair one, a good one."""
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    with Workspace.create(
        tmp_path / "云溪县", code="430599", name="云溪县", level="county", cost=office.CHEAP
    ) as county:
        weak, fair, good = (office.branch(county, f"{name}村党支部") for name in ("柳溪", "枫树", "观音"))
        for branch, grade, decided in ((weak, "较差", ""), (fair, "较好", "较好"), (good, "好", "好")):
            save(county, "rating", party_org_id=branch, year="2012", township_grade=grade, county_grade=decided)
        save(county, "rating", party_org_id=weak, year="2011", township_grade="一般", county_grade="一般")
        item = {"party_org_id": weak, "source": "自查", "measure": "限期整改", "responsible": "王小明"}
        save(
            county, "rectification", problem="村务财务管理混乱", description="没有公开", opened_on="2012-5-1",
            due_on="2012-9-11", percent="60", **item,
        )  # fmt: skip
        save(
            county, "rectification", problem="班子不团结", description="常有争执", opened_on="2012-5-1",
            due_on="2012-12-1", percent="100", evidence="会议记录", claimed_on="2012-6-1", verified_by="李核验",
            verified_on="2012-6-2", closed_on="2012-6-3", **item,
        )  # fmt: skip
        yield county


def test_the_weakest_comes_first_with_its_problems(workspace: Workspace) -> None:
    with workspace.read() as session:
        found = remedies.branches(session, 2012, TODAY)
    assert [(one.name, one.grade, one.before, one.open, one.late) for one in found] == [
        ("柳溪村党支部", "较差", "一般", 1, 1),
        ("枫树村党支部", "较好", "", 0, 0),
        ("观音村党支部", "好", "", 0, 0),
    ]
    assert [(one.problem, one.state.value, one.tone) for one in found[0].items] == [
        ("村务财务管理混乱", "整改中", "wrong"),
        ("班子不团结", "已销号", "good"),
    ]
    assert remedies.summary(found) == "好 1 · 较好 1 · 较差 1 · 待县里审定 1 · 未销号 1 项 · 超期 1 项"


def test_what_is_late_undecided_and_without_help_is_due(workspace: Workspace) -> None:
    with workspace.read() as session:
        due = reminders.reminders(session, workspace.office, TODAY)
    said = [(one.urgency, one.title, one.detail) for one in due]
    assert (Urgency.WRONG, "整改超期 1 项", "最早的一项 9月11日到期，请抓紧整改、申请销号") in said
    assert (Urgency.ATTENTION, "待审定的定级 1 个", "乡镇已经初定，等县里审定") in said
    assert (Urgency.WRONG, "薄弱支部没有第一书记 1 个", "柳溪村党支部") in said


def test_who_was_sent_owes_a_log_of_last_month(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with workspace.read() as session:
        weak = remedies.branches(session, 2012, TODAY)[0].id
    sent = save(
        workspace, "dispatch", name="刘下派", from_unit="县财政局", kind="第一书记", to_org_id=weak, since="2012-3-1"
    )
    with workspace.read() as session:
        (told,) = reminders.missing_logs(session, TODAY)
        assert (told.title, told.detail) == ("选派干部没有登记 2012-08 驻点日志 1 人", "刘下派")
        assert list(reminders.missing_logs(session, date(2012, 3, 20))) == []
        assert remedies.branches(session, 2012, TODAY)[0].sent == (("刘下派", "第一书记"),)
    save(workspace, "dispatch_log", dispatch_id=sent, month="2012-08", days="21")
    with workspace.read() as session:
        assert list(reminders.missing_logs(session, TODAY)) == []


def test_the_page_puts_problems_and_remedies_beside_the_branch(
    open_desk: Callable[[Path], Desk], workspace: Workspace, qtbot: QtBot
) -> None:
    folder = workspace.folder
    workspace.close()
    page = BranchesPage(open_desk(folder))
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: len(page.rows.rows) == 3)
    assert page.header.subtitle.text() == "好 1 · 较好 1 · 较差 1 · 待县里审定 1 · 未销号 1 项 · 超期 1 项"
    assert [page.year.itemText(place) for place in range(page.year.count())] == ["2012 年", "2011 年"]
    gone: list[Place] = []
    page.go.connect(gone.append)

    def ways() -> list[QPushButton]:
        return [one for one in page.findChildren(QPushButton) if one.text() == "打开 ›"]

    qtbot.waitUntil(lambda: len(ways()) == 2)  # those of an earlier answer go a moment later
    ways()[0].click()
    assert gone == [Place("rectification", ids=(page.rows.rows[0].items[0].id,))]
    page.year.setCurrentIndex(1)
    page.year.activated.emit(1)
    qtbot.waitUntil(lambda: [one.grade for one in page.rows.rows] == ["一般"])
