"""Every step of every wizard, brought to the state in which a person meets it, for the pictures of the tour.

The scenes work on copies: of the open workspace and of the workspaces that lie beside it. Nothing here touches the
originals. Where the open workspace has a passphrase or is on a server, only the steps that change nothing are shown.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QWidget
from sqlalchemy import select

from app import editing
from app.ledgers.catalogue import LEDGERS
from app.place import EXCHANGE
from app.sync import outgoing
from app.workspace import CONFIG, KEYS, LOCK, RECORDS, Workspace
from db.models.organisation import PartyOrg
from db.models.team import Member
from ui.background import Desk
from ui.ledger.page import LedgerPage
from ui.pages.exchange import ExchangePage
from ui.shell.window import WORKBENCH, Desktop
from ui.wizards.first_run import FirstRun
from ui.wizards.frame import Flow
from ui.wizards.hand_over import HandOver
from ui.wizards.sticks import Drive
from ui.wizards.take_in import TakeIn

Scene = tuple[str, QWidget]
HEADER = ["序号", "姓 名", "性别", "公民身份号码", "民族", "出生年月", "文化程度", "所在党支部", "党员类别", "入党时间"]


def wizard_scenes(desk: Desk) -> Iterator[Scene]:
    """(name, widget) one after the other; draw each before asking for the next, which may bring the same widget to its
    next step."""
    assert desk.here is not None
    with TemporaryDirectory(prefix="siji-tour-") as place:
        root = Path(place)
        yield from _first_run(desk, root)
        own = _copies(desk.here.folder, root)
        stick = root / "U盘"
        stick.mkdir()

        def drives() -> list[Drive]:
            return [Drive(stick, "KINGSTON", 14_600_000_000, 15_900_000_000)]

        if own is None:
            yield from _excel(desk, root, until=2)
            yield from _in_window(desk, HandOver(desk, drives), "hand-over", until=1)
            return
        copy = Desk()
        try:
            copy.open(lambda: Workspace.open(own), lambda _: None)
            settled(copy)
            yield from _excel(copy, root, until=3)
            yield from _in_window(copy, HandOver(copy, drives), "hand-over", until=2)
            yield from _long_name(copy)
            for file in stick.iterdir():
                file.unlink()
            copy.long(lambda workspace, progress: _crossing(workspace, root, stick), lambda _: None)
            settled(copy)
            yield from _taking_in(copy, TakeIn(copy, drives))
            window = Desktop(copy, EXCHANGE)
            settled(copy)
            yield "exchange-after", window
            window.go(WORKBENCH)  # asks when it is shown
            window.show()
            settled(copy)
            yield "workbench-after", window
            window.deleteLater()
        finally:
            copy.close()
        yield from _nothing_yet(root)


def _in_window(desk: Desk, wizard: Flow, name: str, until: int) -> Iterator[Scene]:
    """A wizard of the exchange where it really stands: in the window, beside the navigation."""
    window = Desktop(desk, EXCHANGE)
    page = window.go(EXCHANGE)
    assert isinstance(page, ExchangePage)
    settled(desk)
    page.begin(wizard)
    for step, _ in _walk(name, wizard, until):
        yield step, window
    window.hide()
    window.deleteLater()


def _long_name(desk: Desk) -> Iterator[Scene]:
    """A name of twelve characters, in the table and in the panel; and a form that cannot be saved as it is."""
    made: list[str] = []

    def add(workspace: Workspace) -> str:
        with workspace.read() as session:
            branch = session.scalars(select(PartyOrg.id).where(PartyOrg.kind == "631").order_by(PartyOrg.id)).first()
        typed = {"name": "阿卜杜热合曼·买买提明江", "sex": "1", "nation": "维吾尔族", "birth": "1988-05-01",
                 "branch_id": branch, "category": "1", "standing": "01", "phone": "13900000000"}  # fmt: skip
        return editing.save(workspace, LEDGERS["member"], typed)

    desk.write(add, made.append)
    settled(desk)
    window = Desktop(desk, "member")
    settled(desk)
    if made:
        window.go_to_record("member", made[0])
    window.resize(1366, 768)
    window.show()
    for _ in range(3):  # the ids, the cells, the record
        settled(desk)
        window.grab()
    yield "member-long-name", window
    page = window.go("member")
    assert isinstance(page, LedgerPage)
    page.add()
    settled(desk)
    assert page.form is not None
    for name, typed in (("resident_id", "110101197003070011"), ("birth", "78年"), ("joined_on", "1996-07-01")):
        page.form.rows[name].editor.inner.setText(typed)
    page.form.save()
    settled(desk)
    yield "member-form-errors", window
    window.hide()
    window.deleteLater()


def _nothing_yet(root: Path) -> Iterator[Scene]:
    """An office on its first day."""
    desk = Desk()
    try:
        place = root / "空"
        desk.open(
            lambda: Workspace.create(place, code="431599199", name="新岭乡", level="township", user="党建办"),
            lambda _: None,
        )
        settled(desk)
        window = Desktop(desk)
        window.show()
        settled(desk)
        yield "empty-workbench", window
        for one in ("member", EXCHANGE):
            window.go(one)
            settled(desk)
            yield f"empty-{one}", window
        window.deleteLater()
    finally:
        desk.close()


def settled(desk: Desk) -> None:
    """Waits until the desk has answered everything."""
    loop = QEventLoop()
    desk.idle.connect(loop.quit)
    while desk.busy:
        loop.exec()
    desk.idle.disconnect(loop.quit)


def _copies(folder: Path, root: Path) -> Path | None:
    """Copies a workspace and those beside it; None where the copy could not be opened without asking."""
    plain = (folder / RECORDS).exists() and not (folder / KEYS).exists()
    if not plain:
        return None
    for one in sorted(folder.parent.iterdir()):
        if (one / CONFIG).exists() and (one / RECORDS).exists() and not (one / KEYS).exists():
            shutil.copytree(one, root / one.name, ignore=shutil.ignore_patterns(LOCK))
    return root / folder.name


def _crossing(workspace: Workspace, root: Path, stick: Path) -> None:
    """Has the neighbours edit and hand over, one of them across an edit of our own, and one file damaged."""
    county = workspace.office.is_county
    for place, folder in enumerate(sorted(one for one in root.iterdir() if (one / CONFIG).exists())):
        if folder == workspace.folder:
            continue
        with Workspace.open(folder) as other:
            lower, upper = (other, workspace) if county else (workspace, other)
            if lower.office.superior_id != upper.office.id:
                continue
            with lower.read() as session:
                members = list(session.scalars(select(Member.id).order_by(Member.id).limit(8)))
            for number, member in enumerate(members):
                editing.save(other, LEDGERS["member"], {"phone": f"139{place:04}{number:04}"}, member)
            for number, member in enumerate(members[:2] if place == 0 or not county else ()):
                editing.save(workspace, LEDGERS["member"], {"phone": f"138{place:04}{number:04}"}, member)
            outgoing.export(other, stick, code=workspace.office.code)
    files = sorted(stick.glob("*.dzb"))
    if len(files) > 1:
        content = bytearray(files[-1].read_bytes())
        content[len(content) // 2] ^= 1
        files[-1].write_bytes(content)


def _first_run(desk: Desk, root: Path) -> Iterator[Scene]:
    wizard = FirstRun(desk, root)
    yield "first-run", wizard
    for way in wizard.way_cards:
        wizard.way_cards[way].choice.setChecked(True)
        wizard.go_to(1)
        yield f"first-run-{way}", wizard
        wizard.go_to(0)
    wizard.deleteLater()


def _excel(desk: Desk, root: Path, until: int) -> Iterator[Scene]:
    """A short roster: two people of the ledger with another schooling, one new, one whose number is a number."""
    rows: list[tuple[object, ...]] = []

    def ask(workspace: Workspace) -> list[tuple[object, ...]]:
        with workspace.read() as session:
            wanted = select(Member, PartyOrg.name).join(PartyOrg, PartyOrg.id == Member.branch_id)
            found = session.execute(wanted.where(Member.deleted_at.is_(None)).order_by(Member.id).limit(3))
            sexes = LEDGERS["member"].fields["sex"]
            return [(one.name, sexes.show(one.sex), one.birth.isoformat(), branch) for one, branch in found]

    desk.read(ask, lambda found: rows.extend(found))
    settled(desk)
    book = openpyxl.Workbook()
    book.active.append(("党员花名册",))
    book.active.append(HEADER)
    for number, (name, sex, birth, branch) in enumerate(rows, start=1):
        book.active.append((number, name, sex, "", "汉族", birth, "大学本科", branch, "正式党员", ""))
    last = rows[-1][3] if rows else ""
    book.active.append((8, "李新民", "男", "", "汉族", "1988.05.01", "大学", last, "预备党员", "2026.07.01"))
    book.active.append(
        (9, "王春梅", "女", 430102199003070000, "汉族", "1990年3月", "大专", last, "预备党员", "2026.07.01")
    )
    book.active.append(("合计", len(rows) + 2))
    file = root / "花名册.xlsx"
    book.save(file)
    book.close()
    window = Desktop(desk, "member")
    page = window.go("member")
    assert isinstance(page, LedgerPage)
    settled(desk)
    wizard = page.open_import(file)
    for name, _ in _walk("excel", wizard, until=2):
        yield name, window
    if wizard.place == 2 and until > 2:
        wizard.skip.setChecked(True)
        if wizard.next_button.isEnabled():
            wizard.forward()
            settled(desk)
            yield "excel-4", window
    window.hide()
    window.deleteLater()


def _taking_in(desk: Desk, wizard: TakeIn) -> Iterator[Scene]:
    window: QWidget | None = None
    for name, window in _in_window(desk, wizard, "take-in", until=2):
        yield name, window
        if wizard.place != 2:
            continue
        for choices, _ in list(wizard.trial.decisions.rows.values()):
            choices.choose("theirs")
        yield "take-in-3-decided", window
        for number in (4, 5):
            if wizard.next_button.isEnabled():
                wizard.forward()
                settled(desk)
                yield f"take-in-{number}", window
        return


def _walk(name: str, wizard: Flow, until: int) -> Iterator[Scene]:
    """The steps of a wizard up to one, as far as it goes."""
    settled(wizard.desk)
    yield f"{name}-1", wizard
    while wizard.place < until and wizard.next_button.isEnabled():
        before = wizard.place
        wizard.forward()
        settled(wizard.desk)
        if wizard.place == before:
            break
        yield f"{name}-{wizard.place + 1}", wizard
