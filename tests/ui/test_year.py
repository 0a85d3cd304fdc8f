"""The pages of the year's work: what is typed is kept, saved at once, refused with a sentence, and leads somewhere."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.place import Place
from app.responsibility import assessing, month
from app.responsibility.assessing import Mark
from app.workspace import Workspace
from db import clock
from db.models.organisation import Office, PartyOrg, Village
from db.models.responsibility import Duty, Inspection, MonthlyCheck, Score, Task
from tests.helpers import office as helpers
from ui.background import Desk
from ui.pages.draw import DrawPage
from ui.pages.duties import DutiesPage
from ui.pages.month import MonthPage
from ui.pages.scoring import ScoringPage, words_of

TODAY = date(2026, 11, 20)
YEAR = 2026

OpenDesk = Callable[[Path], Desk]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county with one township, and a township with two duties, to copy."""
    root = tmp_path_factory.mktemp("全年页面")
    with Workspace.create(root / "县", code="430599", name="云溪县", level="county") as county:
        with county.edit("登记") as batch:
            known = {"office_id": county.office.id, "superior_id": county.office.id}
            town = batch.add(Office(**known, code="430599101", name="石桥镇", level="township")).id
            people = {"secretary": "王小明", "organiser": "李小芳"}
            batch.add(PartyOrg(office_id=town, name="中共石桥镇委员会", kind="611", sector="03", **people))
            for number in range(3):
                batch.add(Village(office_id=town, code=f"20{number}", name=f"柳溪{number}村", kind="01"))
        month.carry_over(county, YEAR)
        month.make_duties(county, YEAR)
    with helpers.township(root / "乡镇") as workspace, workspace.edit("责任") as batch:
        own = workspace.office.id
        for number, quota in ((1, None), (2, 12)):
            about = {"title": f"实事{number}", "target": "目标", "measure": "措施"}
            task = batch.add(Task(office_id=own, year=YEAR, number=number, due_on=date(2026, 12, 31), **about))
            people = {"first_responsible": "王小明", "direct_responsible": "李小芳"}
            batch.add(Duty(office_id=own, task_id=task.id, target_office_id=own, quota=quota, **people))
    return root


@pytest.fixture
def county(offices: Path, tmp_path: Path, open_desk: OpenDesk) -> Desk:
    return open_desk(shutil.copytree(offices / "县", tmp_path / "县"))


@pytest.fixture
def town(offices: Path, tmp_path: Path, open_desk: OpenDesk) -> Desk:
    return open_desk(shutil.copytree(offices / "乡镇", tmp_path / "乡镇"))


def typed(page: MonthPage | ScoringPage, row: int, heading: str, text: str) -> None:
    """Types into the cell of a row under a heading."""
    column = next(at for at, one in enumerate(page.rows.columns) if one.title == heading)
    index = page.rows.index(row, column)
    assert index.flags() & Qt.ItemFlag.ItemIsEditable
    assert page.rows.setData(index, text)


def shown(page: MonthPage | ScoringPage, row: int, heading: str) -> str:
    column = next(at for at, one in enumerate(page.rows.columns) if one.title == heading)
    return str(page.rows.data(page.rows.index(row, column)))


def stored(desk: Desk, model: type) -> int:
    with desk.workspace.read() as session:
        return len(session.scalars(select(model.id)).all())  # type: ignore[attr-defined]


def test_a_township_fills_in_a_month_and_what_it_typed_outlives_the_page(town: Desk, qtbot: QtBot) -> None:
    page = MonthPage(town)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: len(page.rows.rows) == 2)
    QAbstractItemModelTester(page.rows)
    assert page.header.subtitle.text() == "应在 11月25日前报送 · 已填 0 / 2 项"
    typed(page, 0, "本月完成", "1")
    typed(page, 1, "本月完成", "5")
    assert (shown(page, 1, "累计完成"), shown(page, 1, "完成率")) == ("5", "41.7%")
    assert page.state.text() == "改了 2 项，还没有保存"
    qtbot.waitUntil(lambda: not town.busy)

    again = MonthPage(town)
    qtbot.addWidget(again)
    again.show()
    qtbot.waitUntil(lambda: len(again.rows.rows) == 2)
    assert shown(again, 1, "本月完成") == "5"
    again.filled_by.setText("陈桂香")
    again.save_button.click()
    qtbot.waitUntil(lambda: again.header.subtitle.text() == "应在 11月25日前报送 · 已填 2 / 2 项")
    assert again.message.text.text() == "已保存 2 项自查。填完了，到“数据交换”上报县里"
    assert again.rows.kept() == {}
    assert stored(town, MonthlyCheck) == 2


def test_a_month_that_cannot_be_kept_says_where_and_keeps_what_was_typed(town: Desk, qtbot: QtBot) -> None:
    page = MonthPage(town)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: len(page.rows.rows) == 2)
    page.save_button.click()
    assert page.message.text.text() == "没有改动。先填“本月完成”，再保存"
    typed(page, 1, "本月完成", "几个")
    page.save_button.click()
    qtbot.waitUntil(lambda: page.message.text.text().startswith("第 2 件“实事2”："))
    assert shown(page, 1, "本月完成") == "几个"
    assert stored(town, MonthlyCheck) == 0


def test_a_county_sees_who_has_not_reported_and_makes_the_bulletin(
    county: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = MonthPage(county)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: len(page.grid.rows) == 1)
    page.show_place(Place("month", title="2026-10"))
    qtbot.waitUntil(lambda: "逾期或没有报齐 1 个：石桥镇" in page.header.subtitle.text())
    asked: list[str] = []
    monkeypatch.setattr(page, "sure", lambda title, words, yes: asked.append(words) or True)
    gone: list[Place] = []
    page.go.connect(gone.append)
    page.bulletin_button.click()
    qtbot.waitUntil(lambda: bool(gone))
    assert asked == ["由 2026-10 的自查生成一期通报。还有 1 个单位没有报齐，会在通报里点名。生成后可以修改，可以撤销。"]
    assert gone[0].page == "bulletin"
    qtbot.waitUntil(lambda: page.bulletin_button.text() == "看通报")


def test_the_duty_table_of_a_county(county: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    page = DutiesPage(county)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: len(page.lines.rows) == 9)
    assert page.header.subtitle.text() == "9 件实事 · 1 个单位"
    assert [one.duty.first_responsible for one in page.lines.rows] == ["王小明"] * 9
    assert not page.make_button.isEnabled()
    gone: list[Place] = []
    page.go.connect(gone.append)
    page.lines_table.doubleClicked.emit(page.lines.index(1, 0))
    assert gone == [Place("duty", ids=(page.lines.rows[1].duty.id,))]

    monkeypatch.setattr(page, "sure", lambda *_: True)
    page.year.setCurrentIndex(page.year.findData(2027))
    page.year.activated.emit(0)
    qtbot.waitUntil(page.empty.isVisible)
    page.carry_button.click()
    qtbot.waitUntil(lambda: page.message.text.text() == "已沿用实事 9 件，考核指标 38 项")
    qtbot.waitUntil(page.make_button.isEnabled)
    page.make_button.click()
    qtbot.waitUntil(lambda: page.message.text.text() == "已分解 9 项")
    qtbot.waitUntil(lambda: len(page.lines.rows) == 9)


def test_a_county_scores_and_decides(county: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ScoringPage(county)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.now is not None and len(page.rows.rows) == 22)
    assert page.header.subtitle.text() == "1 个单位 · 没有评完 1 个"
    typed(page, 1, "县评", "7")
    page.save_button.click()
    qtbot.waitUntil(lambda: "请写明扣分事由" in page.message.text.text())
    assert stored(county, Score) == 0
    typed(page, 1, "县评事由", "一个村没有按时")
    page.save_button.click()
    qtbot.waitUntil(lambda: page.message.text.text() == "已保存 1 项评分")

    office = page.now.sheet.office  # type: ignore[union-attr]
    rest = {
        one.id: Mark(str(one.full_mark / 2), "按细则扣分")
        for one in page.rows.rows
        if one.leaf and one.number not in ("1.1", "5.1")
    }
    county.write(lambda workspace: assessing.fill(workspace, office, YEAR, rest))
    qtbot.waitUntil(lambda: page.header.subtitle.text() == "1 个单位 · 都已评完，可以审定")
    words: list[str] = []
    monkeypatch.setattr(page, "sure", lambda title, said, yes: words.append(said) or True)
    page.decide_button.click()
    qtbot.waitUntil(lambda: page.message.text.text().startswith("已审定 1 个单位，评分线以下 1 个，写出限制 4 条"))
    assert "评分线以下：石桥镇。将写出以下限制：" in words[0]
    assert "石桥镇：书面说明，王小明（至 2026-12-20）" in words[0]
    qtbot.waitUntil(lambda: not page.save_button.isEnabled())
    assert "2026-11-20 审定 53 分，第 1 名" in page.totals.text()
    assert not page.rows.takes(page.rows.index(1, 5))


def test_a_township_without_a_standing_has_nothing_to_decide(town: Desk, qtbot: QtBot) -> None:
    page = ScoringPage(town)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.now is not None)
    assert page.decide_button.isHidden()
    page.year.setCurrentIndex(page.year.findData(2012))
    page.year.activated.emit(0)
    qtbot.waitUntil(lambda: len(page.rows.rows) == 22)
    typed(page, 1, "自评", "8")
    page.save_button.click()
    qtbot.waitUntil(lambda: page.message.text.text() == "已保存 1 项评分")
    assert stored(town, Score) == 1


def test_the_same_number_draws_the_same(county: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    page = DrawPage(county)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.teams.value() == 5)
    page.seed.setText("7")
    page.draw_button.click()
    qtbot.waitUntil(lambda: page.header.subtitle.text() == "抽签号 7 · 1 个乡镇 3 个村")
    first = list(page.rows.rows)
    page.draw_button.click()
    qtbot.waitUntil(lambda: not county.busy)
    assert page.rows.rows == first
    monkeypatch.setattr(page, "sure", lambda *_: True)
    page.write_button.click()
    qtbot.waitUntil(lambda: page.message.text.text() == "已写入督查记录 3 条")
    assert stored(county, Inspection) == 3
    page.seed.setText(" ")
    page.draw_button.click()
    qtbot.waitUntil(lambda: page.message.text.text().startswith("请先定抽签号"))


def test_words_of_a_decision_without_anybody_below_the_mark() -> None:
    line = month.OfficeLine("a", "1", "石桥镇", "01")
    standing = assessing.Standing(line, assessing.Decimal("88.5"), 0, 1, True, None)
    assert words_of(assessing.Decided((standing,), ())) == "1　石桥镇　88.5 分\n\n各单位都达到评分线。"
