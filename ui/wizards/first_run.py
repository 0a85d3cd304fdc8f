"""First run: an office joins by an enrolment file, a new office, a backup that comes back, or the demo county."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QButtonGroup, QComboBox, QRadioButton, QWidget

from db.errors import Refusal
from ui.background import Desk, Opened, Progress
from ui.shell import manual
from ui.shell.widgets import Card, Note, action, clear, column, label, row, scrolling
from ui.wizards.frame import Flow
from ui.wizards.parts import DropZone, FieldRow, OptionCard, PathField, line
from ui.wizards.passphrase import PassphraseFields

if TYPE_CHECKING:
    from app.workspace import Workspace

WAYS = (
    ("join", "用登记文件加入", "乡镇用县里给的，县里用市里给的：一个登记文件（U 盘上）和一个电话里告知的口令。"),
    ("new", "新建一个单位", "县里或市里第一次使用，或者乡镇先单独用起来，以后连数据一起加入县里。"),
    ("open", "打开已有的工作目录", "数据已经在这台电脑上，或者要换到另一个单位的文件夹。"),
    ("restore", "从备份恢复", "换了电脑，或者原来的数据坏了。用备份文件（.sjb）恢复到一个新文件夹。"),
    ("demo", "先看演示数据", "虚构的云溪县：一个县、三个乡镇，随便试，不影响真数据。"),
)
ACTIONS = {"join": "加入", "new": "新建", "open": "打开", "restore": "恢复", "demo": "生成演示数据"}
BACKUP_FILTER = "备份文件 (*.sjb);;所有文件 (*)"
ENROLMENT_FILTER = "登记文件 (*.dzb);;所有文件 (*)"
KEYS = "keys.json"
CODE = re.compile(r"[0-9A-Za-z-]{2,20}")


class FirstRun(Flow):
    """Makes a workspace, or several, and opens one on the desk (`desk.opened`)."""

    topic = "start"

    def __init__(self, desk: Desk, documents: Path | None = None) -> None:
        super().__init__(desk, "开始使用", ("怎样开始", "填写", "完成"))
        self.documents = documents or Path(
            QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or str(Path.home())
        )
        self.way = "join"
        self.made: dict[str, Path] = {}
        self.passphrase: str | None = None
        self.forms = {
            "join": JoinForm(self.documents),
            "new": NewForm(self.documents),
            "open": OpenForm(),
            "restore": RestoreForm(self.documents),
            "demo": DemoForm(self.documents),
        }
        self.way_cards = {key: OptionCard(title, text) for key, title, text in WAYS}
        group = QButtonGroup(self)
        for key, option in self.way_cards.items():
            group.addButton(option.choice)
            option.choice.toggled.connect(lambda on, key=key: self._take(key) if on else None)
            option.taken.connect(self.forward)
        self.parts[0].put(*self.way_cards.values(), 0)
        holder = QWidget()
        holder.setLayout(column(*self.forms.values(), 0))
        self.parts[1].put(scrolling(holder))
        action(self, "F1", lambda: manual.open_at(self.topic, self))
        self.start()
        self.way_cards["join"].choice.setChecked(True)

    def _take(self, way: str) -> None:
        self.way = way

    # ---------------------------------------------------------------- steps

    def entered(self, place: int) -> None:
        if place == 0:
            self.header.say("不联网，数据都在这台电脑上，用 U 盘上报。")
            self.way_cards[self.way].choice.setFocus()
        elif place == 1:
            self.header.say(next(title for key, title, _ in WAYS if key == self.way))
            for key, form in self.forms.items():
                form.setVisible(key == self.way)
            self.forms[self.way].first_field().setFocus()
            self.parts[1].next_text = ACTIONS[self.way]
        else:
            self.header.say("可以开始用了。")
            self.parts[2].back = False
            self.parts[2].next_text = "打开"

    def forward(self) -> None:
        if self.place == 0:
            self.go_to(1)
        elif self.place == 1:
            self._begin()
        else:
            self._open()

    def _begin(self) -> None:
        form = self.forms[self.way]
        if not form.check():
            return
        self.passphrase = form.passphrase()
        if isinstance(form, OpenForm):
            self._open_folder(form.folder.editor.path())
            return
        says = {
            "join": "正在打开登记文件，建立工作目录…",
            "new": "正在建立工作目录…",
            "restore": "正在恢复备份…",
            "demo": "正在生成演示数据…",
        }
        self.run_aside(says[self.way], form.work(), self._made)

    def failed(self, refusal: Refusal) -> None:
        if not self.forms[self.way].blame(refusal):
            super().failed(refusal)
        self.refresh()

    def _made(self, made: Mapping[str, Path]) -> None:
        self.made = dict(made)
        clear(self.parts[2].body)
        titles = {"demo": "演示数据已生成", "restore": "备份已恢复"}
        box = Card(titles.get(self.way, "工作目录已建好"))
        self.desks = QButtonGroup(self)
        if len(self.made) > 1:
            box.body.addWidget(label("选一个单位打开，别的以后再看。数据都在下面的文件夹里：", "quiet"))
        for place, (name, folder) in enumerate(self.made.items()):
            choice = QRadioButton(name)
            choice.setChecked(place == 0)
            self.desks.addButton(choice, place)
            where = label(str(folder), "small", select=True)
            where.setContentsMargins(26 if len(self.made) > 1 else 0, 0, 0, 4)
            box.body.addWidget(choice if len(self.made) > 1 else label(name, "section"))
            box.body.addWidget(where)
        self.parts[2].put(box)
        if self.way == "join":
            words = "登记文件已经用过，可以从 U 盘上删除。第一次上报时，会把本单位的钥匙一起交给上级。"
            self.parts[2].put(Note("information", words))
        if self.way == "restore":
            words = "恢复出来的是新的一份，下次上报会交一次全量。备份以后上报过的改动，接收上级下发时会回来。"
            self.parts[2].put(Note("information", words))
        elif self.passphrase:
            self.parts[2].put(Note("attention", "口令请现在就写在纸上，和公章放在一起保管。"))
        self.parts[2].put(0)
        self.go_to(2)

    def _open(self) -> None:
        self._open_folder(list(self.made.values())[max(self.desks.checkedId(), 0)])

    def _open_folder(self, folder: Path) -> None:
        passphrase = self.passphrase
        if self.desk.here is not None and self.desk.here.folder.resolve() == folder.resolve():
            self.closed.emit()  # it is open already
            return
        self.next_button.setEnabled(False)

        def opener() -> "Workspace":
            from app.workspace import Workspace

            return Workspace.open(folder, passphrase)

        self.desk.open(opener, self._opened, self.failed)

    def _opened(self, _: Opened) -> None:
        self.closed.emit()


class _Form(QWidget):
    """One way's fields."""

    def __init__(self) -> None:
        super().__init__()
        self.column = column(gap=12)
        self.setLayout(self.column)

    def section(self, title: str, *rows: QWidget) -> None:
        box = Card(title)
        for one in rows:
            box.body.addWidget(one)
        self.column.addWidget(box)

    def first_field(self) -> QWidget:
        raise NotImplementedError

    def check(self) -> bool:
        raise NotImplementedError

    def passphrase(self) -> str | None:
        return None

    def work(self) -> Callable[[Progress], Mapping[str, Path]]:
        raise NotImplementedError

    def blame(self, refusal: Refusal) -> bool:
        """Says an error beside the field it belongs to; False when it belongs to none."""
        return False


KINDS = {
    "township": ("乡镇", "530926101", "石桥镇党建办公室"),
    "county": ("县（收各乡镇的数据）", "530926", "云溪县委组织部"),
    "city": ("市（收各县的数据）", "530900", "云岭市委组织部"),
}
"""The levels of a new office: what each is called, an example of its code and its name."""


class NewForm(_Form):
    """A new office: what it is called, who works, where the folder lies, the passphrase."""

    def __init__(self, documents: Path) -> None:
        super().__init__()
        self.levels = {level: QRadioButton(words) for level, (words, _, _) in KINDS.items()}
        group, choice = QButtonGroup(self), QWidget()
        choice.setLayout(row(*self.levels.values(), 0, gap=20))
        self.level = FieldRow("级别", choice)
        self.code, self.name = FieldRow("单位代码", line("")), FieldRow("单位名称", line(""))
        for level, one in self.levels.items():
            group.addButton(one)
            one.toggled.connect(lambda on, level=level: self._show_example(level) if on else None)
        self.levels["township"].setChecked(True)
        self.user = FieldRow("经办人", line("您的姓名"))
        self.folder = FieldRow("数据放在", PathField("选择一个空文件夹", folder=True))
        self.folder.editor.edit.setText(str(documents / "四基数据"))
        self.folder.editor.changed.connect(lambda: self.folder.wrong(""))
        self.secret = PassphraseFields()
        self.section("单位", self.level, self.code, self.name)
        self.section("经办人和位置", self.user, self.folder)
        self.section("口令", self.secret)

    def _show_example(self, level: str) -> None:
        _, code, name = KINDS[level]
        self.code.editor.setPlaceholderText(f"行政区划代码，例如 {code}")
        self.name.editor.setPlaceholderText(f"例如 {name}")

    def first_field(self) -> QWidget:
        return self.code.editor

    def check(self) -> bool:
        code, name, user = (row.editor.text().strip() for row in (self.code, self.name, self.user))
        self.code.wrong(
            "请填写单位代码" if not code else "" if CODE.fullmatch(code) else "单位代码只用数字、字母和短横，2 到 20 个"
        )
        self.name.wrong("请填写单位名称" if not name else "单位名称最多 50 个字" if len(name) > 50 else "")
        self.user.wrong("" if user else "请填写经办人，修改历史里会记下是谁改的")
        folder_good = check_folder(self.folder)
        secret_good = self.secret.check()
        return not any(row.sentence() for row in (self.code, self.name, self.user)) and folder_good and secret_good

    def passphrase(self) -> str | None:
        return self.secret.passphrase()

    def work(self) -> Callable[[Progress], Mapping[str, Path]]:
        folder = self.folder.editor.path()
        code, name, user = (row.editor.text().strip() for row in (self.code, self.name, self.user))
        level = next(level for level, one in self.levels.items() if one.isChecked())
        passphrase = self.passphrase()

        def do(_: Progress) -> Mapping[str, Path]:
            from app.workspace import Workspace

            Workspace.create(folder, code=code, name=name, level=level, passphrase=passphrase, user=user).close()
            return {name: folder}

        return do

    def blame(self, refusal: Refusal) -> bool:
        return blame_folder(self.folder, refusal)


class JoinForm(_Form):
    """An office joins: the enrolment file and its passphrase, then its own folder and passphrase."""

    def __init__(self, documents: Path) -> None:
        super().__init__()
        self.zone = DropZone("把登记文件拖到这里，或点这里选择", (".dzb",), "选择登记文件", ENROLMENT_FILTER)
        self.file = FieldRow("登记文件", PathField("选择登记文件", folder=False, filters=ENROLMENT_FILTER))
        self.zone.dropped.connect(lambda files: self.file.editor.edit.setText(str(files[0])))
        self.file.editor.changed.connect(lambda: self.file.wrong(""))
        self.told = FieldRow("登记口令", line(secret=False), "上级在电话里告诉您的那一串，只用这一次。")
        self.user = FieldRow("经办人", line("您的姓名"))
        self.folder = FieldRow("数据放在", PathField("选择一个空文件夹", folder=True))
        self.folder.editor.edit.setText(str(documents / "四基数据"))
        self.folder.editor.changed.connect(lambda: self.folder.wrong(""))
        self.secret = PassphraseFields()
        self.section("上级给的", self.zone, self.file, self.told)
        self.section("经办人和位置", self.user, self.folder)
        self.section("自己的口令", self.secret)

    def first_field(self) -> QWidget:
        return self.file.editor

    def check(self) -> bool:
        file = self.file.editor.path()
        self.file.wrong(
            "请选择上级给的登记文件"
            if file is None
            else ""
            if file.is_file()
            else "找不到这个文件。请检查 U 盘是否插好"
        )
        self.told.wrong("" if self.told.editor.text().strip() else "请填写登记口令；没有收到时，请打电话问上级")
        self.user.wrong("" if self.user.editor.text().strip() else "请填写经办人，修改历史里会记下是谁改的")
        folder_good = check_folder(self.folder)
        secret_good = self.secret.check()
        return not any(row.sentence() for row in (self.file, self.told, self.user)) and folder_good and secret_good

    def passphrase(self) -> str | None:
        return self.secret.passphrase()

    def work(self) -> Callable[[Progress], Mapping[str, Path]]:
        file, folder = self.file.editor.path(), self.folder.editor.path()
        told, user, passphrase = self.told.editor.text().strip(), self.user.editor.text().strip(), self.passphrase()

        def do(_: Progress) -> Mapping[str, Path]:
            from app.sync import peers

            with peers.join(file, folder, told, passphrase=passphrase, user=user) as workspace:
                return {workspace.office.name: folder}

        return do

    def blame(self, refusal: Refusal) -> bool:
        if refusal.reason == "wrong-passphrase":
            self.told.wrong(refusal.message)
            self.told.editor.setFocus()
            return True
        if refusal.reason in ("damaged", "not-for-us", "not-found", "not-a-package"):
            self.file.wrong(refusal.message)
            return True
        return blame_folder(self.folder, refusal)


class OpenForm(_Form):
    """A workspace that is there already, and its passphrase when it has one."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = FieldRow(
            "工作目录", PathField("选择工作目录", folder=True), "里面有 siji.toml 和 records.db 的那个文件夹。"
        )
        self.told = FieldRow("口令", line(secret=True))
        self.folder.editor.changed.connect(self._look)
        self.section("已有的数据", self.folder, self.told)
        self._look()

    def _look(self) -> None:
        self.folder.wrong("")
        path = self.folder.editor.path()
        self.told.setVisible(path is not None and (path / KEYS).is_file())
        self.told.editor.clear()

    def first_field(self) -> QWidget:
        return self.folder.editor

    def check(self) -> bool:
        path = self.folder.editor.path()
        sentence = ""
        if path is None:
            sentence = "请选择工作目录"
        elif not path.is_dir():
            sentence = "找不到这个文件夹。请检查路径，或重新选择"
        self.folder.wrong(sentence)
        needed = not self.told.isHidden() and not self.told.editor.text()
        self.told.wrong("这个工作目录有口令。请输入口令" if needed else "")
        return not sentence and not needed

    def passphrase(self) -> str | None:
        return self.told.editor.text() or None

    def blame(self, refusal: Refusal) -> bool:
        field = self.told if refusal.reason in ("wrong-passphrase", "passphrase-needed") else self.folder
        field.wrong(refusal.message)
        field.editor.setFocus()
        return True


class RestoreForm(_Form):
    """A backup comes back in a new folder, under the passphrase that it was made with."""

    def __init__(self, documents: Path) -> None:
        super().__init__()
        self.file = FieldRow("备份文件", PathField("选择备份文件", folder=False, filters=BACKUP_FILTER))
        self.file.editor.changed.connect(lambda: self.file.wrong(""))
        self.told = FieldRow("口令", line(secret=True), "备份时的口令；没有设过口令就空着。")
        self.folder = FieldRow("恢复到", PathField("选择一个空文件夹", folder=True))
        self.folder.editor.edit.setText(str(documents / "四基数据-恢复"))
        self.folder.editor.changed.connect(lambda: self.folder.wrong(""))
        self.section("备份", self.file, self.told, self.folder)

    def first_field(self) -> QWidget:
        return self.file.editor

    def check(self) -> bool:
        file = self.file.editor.path()
        there = file is not None and file.is_file()
        missing = "找不到这个文件。请检查 U 盘是否插好" if file is not None else "请选择备份文件（.sjb）"
        self.file.wrong("" if there else missing)
        folder_good = check_folder(self.folder)
        return there and folder_good

    def passphrase(self) -> str | None:
        return self.told.editor.text() or None

    def work(self) -> Callable[[Progress], Mapping[str, Path]]:
        file, folder = self.file.editor.path(), self.folder.editor.path()

        def do(_: Progress) -> Mapping[str, Path]:
            from app import backup

            return {backup.restore(file, folder).office_name: folder}

        return do

    def blame(self, refusal: Refusal) -> bool:
        if refusal.reason in ("damaged", "not-a-backup", "not-found", "newer-schema"):
            self.file.wrong(refusal.message)
            return True
        return blame_folder(self.folder, refusal)


class DemoForm(_Form):
    """The demo county: where it goes and how large it is."""

    def __init__(self, documents: Path) -> None:
        super().__init__()
        self.folder = FieldRow(
            "放在", PathField("选择一个空文件夹", folder=True), "演示数据都是编的，不设口令，用完把文件夹删掉即可。"
        )
        self.folder.editor.edit.setText(str(documents / "四基演示"))
        self.folder.editor.changed.connect(lambda: self.folder.wrong(""))
        self.size = QComboBox()
        for title, members in (("小：每个乡镇 120 名党员", 120), ("中：每个乡镇 600 名党员", 600)):
            self.size.addItem(title, members)
        self.section("演示县", self.folder, FieldRow("规模", self.size))

    def first_field(self) -> QWidget:
        return self.folder.editor

    def check(self) -> bool:
        return check_folder(self.folder)

    def work(self) -> Callable[[Progress], Mapping[str, Path]]:
        folder, members = self.folder.editor.path(), self.size.currentData()

        def do(progress: Progress) -> Mapping[str, Path]:
            from app.demo.county import make_demo
            from app.workspace import read_config

            make_demo(folder, townships=3, members=members, seed=1, progress=progress)
            found = {}
            for one in sorted(folder.iterdir(), key=lambda each: (each.name != "county", each.name)):
                if one.is_dir() and (one / "siji.toml").exists():
                    found[read_config(one)["office"]["name"]] = one
            return found

        return do

    def blame(self, refusal: Refusal) -> bool:
        return blame_folder(self.folder, refusal)


def check_folder(row: FieldRow) -> bool:
    """Whether a folder may become a workspace; says beside the field why not."""
    path = row.editor.path()
    sentence = ""
    if path is None:
        sentence = "请选择数据放在哪个文件夹"
    elif path.is_file():
        sentence = "这是一个文件，不是文件夹。请另选一个空文件夹"
    elif path.is_dir() and any(path.iterdir()):
        sentence = f"文件夹“{path.name}”里已经有东西。请选一个空文件夹"
    row.wrong(sentence)
    return not sentence


def blame_folder(row: FieldRow, refusal: Refusal) -> bool:
    """Says a refusal about the folder beside the folder."""
    if refusal.reason in ("not-empty", "read-only", "locked", "cannot-open", "disk-full"):
        row.wrong(refusal.message)
        row.editor.setFocus()
        return True
    return False
