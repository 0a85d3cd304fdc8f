"""A county between its townships and its city: it joins with what it has, hands up, takes in from both sides."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from app.ledgers.catalogue import LEDGERS
from app.sync import peers
from app.sync.intake import take_in
from app.sync.outgoing import export
from app.workspace import Workspace
from db.ids import seeded_id
from tests.helpers.enrolling import unsealed_enrolment
from tests.ui.wizards.conftest import TOWN, World, changes, press, said, settle, show, value
from ui.background import Desk
from ui.pages.enrol import EnrolDialog
from ui.pages.exchange import ExchangePage
from ui.pages.join import JoinDialog
from ui.pages.overview import OverviewPage
from ui.pages.settings import SettingsPage
from ui.pages.workbench import WorkbenchPage
from ui.shell.status import StatusBar
from ui.shell.window import Desktop, entries
from ui.wizards.hand_over import HandOver
from ui.wizards.take_in import TakeIn

OpenDesk = Callable[[Path], Desk]
CITY, COUNTY = "532000", "532900"


@dataclass(frozen=True)
class Paper:
    """The enrolment file for the county on the stick, and its passphrase."""

    city: Path
    file: Path
    passphrase: str


@pytest.fixture
def paper(world: World) -> Paper:
    folder, file = world.root / "city", world.stick / f"{COUNTY}-登记.dzb"
    with Workspace.create(folder, code=CITY, name="云溪市委组织部", level="city") as city:
        return Paper(folder, file, peers.enrol(city, COUNTY, "云溪县委组织部", file).passphrase)


@pytest.fixture
def joined(world: World, paper: Paper) -> Paper:
    """The county has joined, and nothing has gone up yet."""
    with Workspace.open(world.county) as county:
        peers.join_with(county, paper.file, paper.passphrase)
    paper.file.unlink()
    return paper


@pytest.fixture
def answered(world: World, joined: Paper) -> Paper:
    """The city has the county's first package, and the county its receipt."""
    with Workspace.open(world.county) as county, Workspace.open(joined.city) as city:
        for giver, taker in ((county, city), (city, county)):
            sent = export(giver, world.stick, code=taker.office.code)
            assert take_in(taker, sent.file).status == "applied"
            sent.file.unlink()
    return joined


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    with unsealed_enrolment():
        yield


def page_of(qtbot: QtBot, desk: Desk, world: World) -> ExchangePage:
    page = ExchangePage(desk, world.drives)
    qtbot.addWidget(page)
    page.resize(1170, 740)
    page.show()
    settle(qtbot, desk)
    return page


# ---------------------------------------------------------------- joining


def test_a_county_joins_from_its_settings(world: World, paper: Paper, open_desk: OpenDesk, qtbot: QtBot) -> None:
    world.edit(world.county, seeded_id("policy", "monthly.due_day/2012-01-01"), "policy", value="18")
    world.edit(world.county, seeded_id("policy", "plan.venue.new/2012-01-01"), "policy", value="12")
    desk = open_desk(world.county)
    page, bar = SettingsPage(desk), StatusBar(desk)
    for one in (page, bar):
        qtbot.addWidget(one)
        one.show()
    settle(qtbot, desk)
    assert page.superior.text().startswith("还没有加入市里。")
    assert not bar.pending.isVisible()
    before = changes(desk, qtbot)
    dialog = JoinDialog(page, desk, world.drives)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.file.editor.path() == paper.file, "the file on the stick is proposed"
    dialog.try_it()
    assert dialog.told.sentence() == "请填写登记口令；没有收到时，请打电话问市里"
    dialog.told.editor.setText(paper.passphrase)
    dialog.try_it()
    settle(qtbot, desk)
    assert dialog.trial is not None
    assert [one.changes for one in dialog.trial.replaced] == [(("值", "18", "25"),)]
    assert changes(desk, qtbot) == before, "a trial writes nothing"
    with qtbot.waitSignal(dialog.done) as told:
        dialog.go.click()
    assert told.args == ["已加入“云溪市委组织部”。请到“数据交换”上报一次，市里收到才认得这台电脑。"]
    settle(qtbot, desk)
    settle(qtbot, desk)
    assert page.superior.text().startswith("已加入“云溪市委组织部”。还没有收到它的回执。")
    assert desk.here is not None
    assert desk.here.superior == "云溪市委组织部"
    kept = OverviewPage(desk)
    qtbot.addWidget(kept)
    kept.show()
    settle(qtbot, desk)
    rows = kept.lines.sheet.rows
    assert next(one.cells[2].text for one in rows if one.cells[0].text == "新建活动场所") == "12 个"
    assert bar.pending.isVisible()
    assert bar.sent.text() == "还没有上报过"


def test_a_file_for_another_office_is_refused_in_the_window(
    world: World, paper: Paper, open_desk: OpenDesk, qtbot: QtBot
) -> None:
    with Workspace.open(paper.city) as city:
        other = peers.enrol(city, "532800", "梅岭县委组织部", world.stick / "别的.dzb")
    desk = open_desk(world.county)
    before = changes(desk, qtbot)
    dialog = JoinDialog(SettingsPage(desk), desk, list)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.try_it()
    assert dialog.file.sentence() == "请选择登记文件"
    dialog.file.editor.edit.setText(str(other.file))
    dialog.told.editor.setText(other.passphrase)
    dialog.try_it()
    settle(qtbot, desk)
    assert dialog.trial is None
    assert dialog.message.text.text().startswith("这个登记文件是给“梅岭县委组织部”（县，代码 532800）的，本单位是")
    assert dialog.go.isEnabled()
    assert changes(desk, qtbot) == before


def test_a_township_that_began_alone_joins_from_the_exchange(
    world: World, open_desk: OpenDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    Workspace.create(tmp_path / "独", code="532903", name="清水乡", level="township").close()
    with Workspace.open(world.county) as county:
        enrolled = peers.enrol(county, "532903", "清水乡", world.stick / "532903-登记.dzb")
    desk = open_desk(tmp_path / "独")
    page = page_of(qtbot, desk, world)
    assert not page.give_button.isEnabled()
    assert "现有的数据都会保留" in page.waiting.itemAt(0).widget().text.text()
    page.ask_join()
    (dialog,) = page.findChildren(JoinDialog)
    dialog.file.editor.edit.setText(str(enrolled.file))
    dialog.told.editor.setText(enrolled.passphrase)
    dialog.try_it()
    settle(qtbot, desk)
    with qtbot.waitSignal(dialog.done):
        dialog.go.click()
    settle(qtbot, desk)
    settle(qtbot, desk)
    assert page.give_button.isEnabled()
    assert page.header.subtitle.text().endswith("还没有上报过")


# ---------------------------------------------------------------- handing up


def test_a_county_hands_up_to_its_city(world: World, joined: Paper, open_desk: OpenDesk, qtbot: QtBot) -> None:
    desk = open_desk(world.county)
    page = page_of(qtbot, desk, world)
    assert page.strip.isVisible()
    assert page.superior.text() == "云溪市委组织部"
    assert page.upward.text().startswith("未上报变更 ")
    assert "还没有上报过" in page.upward.text()
    assert page.up_button.text() == "上报市里…"
    page.up_button.click()
    wizard = page.wizard()
    assert isinstance(wizard, HandOver)
    settle(qtbot, desk)
    assert [one.name for one in wizard.chosen()] == ["云溪市委组织部"]
    assert not wizard.whom_row.isVisible()
    assert wizard.header.title.text() == "上报市里"
    press(qtbot, wizard)
    press(qtbot, wizard)
    (file,) = world.stick.iterdir()
    assert file.name == f"{COUNTY}-up-1.dzb"
    (made,) = wizard.sheets
    for words in ("数据上报交接单", f"云溪县委组织部（{COUNTY}）", "云溪市委组织部（"):
        assert words in made.html
    page.leave_wizard()
    settle(qtbot, desk)
    assert page.upward.text().startswith("未上报变更 0 条 · 上次上报 第 1 号（还没有回执）")
    with Workspace.open(joined.city) as city:
        assert take_in(city, file).status == "applied"


def test_its_receipts_still_go_to_its_townships_alone(
    world: World, answered: Paper, open_desk: OpenDesk, qtbot: QtBot
) -> None:
    wizard = HandOver(open_desk(world.county), world.drives)
    show(qtbot, wizard)
    assert [one.name for one in wizard.chosen()] == ["石桥镇", "梅岭镇"]
    press(qtbot, wizard)
    press(qtbot, wizard)
    assert all("-down-" in one.name for one in world.stick.iterdir())


def test_the_window_says_how_the_county_stands_to_its_city(
    world: World, answered: Paper, open_desk: OpenDesk, qtbot: QtBot
) -> None:
    world.edit(world.county, world.members[0], phone="13912345678")
    desk = open_desk(world.county)
    bar, bench, page = StatusBar(desk), WorkbenchPage(desk), SettingsPage(desk)
    for one in (bar, bench, page):
        qtbot.addWidget(one)
        one.show()
    settle(qtbot, desk)
    assert bar.pending.text() == "未上报变更 1 条"
    assert bar.sent.text().startswith("上次上报 第 1 号 · ")
    assert bar.sent.text().endswith("（市里已接收）")
    assert bar.received.text() == "最近接收 梅岭镇 第 1 号"
    assert page.superior.text() == "已加入“云溪市委组织部”。"
    assert not page.join_button.isVisible()
    assert bench.up_button.isVisible()
    with qtbot.waitSignal(bench.hand_up):
        bench.up_button.click()


# ---------------------------------------------------------------- taking in from both sides


def test_packages_from_both_sides_are_taken_in_together(
    world: World, answered: Paper, open_desk: OpenDesk, qtbot: QtBot
) -> None:
    member = world.members[0]
    world.edit(world.county, member, phone="13900000001")
    world.edit(world.county, world.members[1], phone="13900000011")
    world.edit(answered.city, member, phone="13900000002")
    world.edit(world.town, world.members[1], phone="13900000012")
    with Workspace.open(answered.city) as city:
        export(city, world.stick, code=COUNTY)
    world.hand_over(world.town)
    desk = open_desk(world.county)
    wizard = TakeIn(desk, world.drives)
    show(qtbot, wizard)
    assert wizard.header.title.text() == "接收上报和下发"
    press(qtbot, wizard)
    press(qtbot, wizard)
    above, below = sorted(wizard.parcels, key=lambda one: one.trial.from_code)
    assert (above.trial.from_code, above.trial.from_above) == (CITY, True)
    assert (below.trial.from_code, below.trial.from_above) == (TOWN, False)
    assert (above.open, below.open) == (0, 1), "the superior's value is proposed"
    table = wizard.trial.package_table
    for parcel, words in (
        (above, ["市里", "本单位", "另填", "以后再定"]),
        (below, ["县里", "乡镇", "另填", "退回核实", "以后再定"]),
    ):
        table.selectRow(wizard.parcels.index(parcel))
        ((choices, _),) = wizard.trial.decisions.rows.values()
        assert [one.text() for one in choices.buttons.values()] == words
    choices.buttons["theirs"].click()
    press(qtbot, wizard)
    press(qtbot, wizard)
    assert [one.code for one in wizard.receipts.owed] == [TOWN], "the city has its receipt with what goes up next"
    assert value(desk, qtbot, member, "phone") == "13900000002"
    assert value(desk, qtbot, world.members[1], "phone") == "13900000012"
    shown = [one.text() for one in wizard.findChildren(QLabel) if one.isVisible()]
    assert "市里对以前上报的答复" in shown
    assert said(wizard) == ""


# ---------------------------------------------------------------- the city's own desk


def texts(page: QWidget) -> list[str]:
    """Everything that is written on a page and can be seen, without what tables hold."""
    found = [one.text() for one in page.findChildren(QLabel) if one.isVisible()]
    found += [one.text() for one in page.findChildren(QAbstractButton) if one.isVisible()]
    found += [one.placeholderText() for one in page.findChildren(QLineEdit) if one.isVisible()]
    for one in page.findChildren(QTableView):
        model = one.model()
        across = Qt.Orientation.Horizontal
        found += [str(model.headerData(at, across)) for at in range(model.columnCount()) if one.isVisible()]
    return found


SPEAKING = {
    "branches": {"乡镇"},
    "recruitment": {"乡镇"},
    "pay_sheet": {
        "报酬按县里登记的标准和村干部的任期、档次计算。先看看这一年有没有报酬标准，再登记村干部。",
        "县里还没有下发这一年的报酬标准，应发算不出来",
    },
    "villages": {"县上报以后，这里按乡镇列出每个村的情况。"},
}
"""What pages of a city do say of counties and townships themselves."""


def test_every_page_of_a_city_opens_and_speaks_of_counties(
    world: World, answered: Paper, open_desk: OpenDesk, qtbot: QtBot
) -> None:
    desk = open_desk(answered.city)
    window = Desktop(desk)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    settle(qtbot, desk)
    seen = [one.id for one in entries("city") if one.id]
    assert not {"duties", "month", "scoring", "draw"} & set(seen)
    assert "全市总览" in [one.title for one in entries("city")]
    wrong = {}
    for place in seen:
        page = window.go(place)
        settle(qtbot, desk)
        if place not in LEDGERS:
            said_ = {one for one in texts(page) if any(word in one for word in ("乡镇", "县里", "全县"))}
            wrong[place] = said_ - SPEAKING.get(place, set())
    assert {place: left for place, left in wrong.items() if left} == {}


def test_the_wizards_of_a_city_speak_of_counties(
    world: World, answered: Paper, open_desk: OpenDesk, qtbot: QtBot
) -> None:
    world.edit(world.county, world.members[0], phone="13912345678")
    with Workspace.open(world.county) as county:
        export(county, world.stick, code=CITY)
    desk = open_desk(answered.city)
    wizard = TakeIn(desk, world.drives)
    show(qtbot, wizard)
    assert wizard.header.title.text() == "接收县上报"
    said_ = texts(wizard)
    for _ in range(4):
        press(qtbot, wizard)
        said_ += texts(wizard)
    assert any(one.startswith("回执告诉县：") for one in said_)
    page = page_of(qtbot, desk, world)
    dialog = EnrolDialog(page, desk)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.windowTitle() == "登记县"
    said_ += texts(dialog) + texts(page)
    assert [one for one in said_ if "乡镇" in one or "县里" in one] == []
    assert "登记县…" in said_
