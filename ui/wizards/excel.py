"""A workbook comes in: choose it, tell its columns, see what each row will do, write, and take it back in one click."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from db.errors import Refusal
from ui.background import Desk, Progress
from ui.wizards.frame import Wizard
from ui.wizards.parts import (
    Choices,
    Column,
    DropZone,
    FieldRow,
    PathField,
    Rows,
    button,
    card,
    clear,
    heading,
    label,
    mark,
    set_role,
    table,
)

if TYPE_CHECKING:
    from app.excel.importing import Plan, PlannedRow, Result
    from app.ledgers.ledger import Ledger
    from app.workspace import Workspace

SUFFIXES = (".xlsx", ".xls", ".ods", ".csv", ".xlsm", ".et")
FILTER = "工作簿 (*.xlsx *.xls *.ods *.csv *.xlsm *.et);;所有文件 (*)"
ACTIONS = {
    "new": ("新增", "good"),
    "update": ("更新", "information"),
    "unchanged": ("不变", "quiet"),
    "doubtful": ("拿不准", "attention"),
    "refused": ("不能导入", "wrong"),
}
LEFT_OUT = "（不导入这一列）"


class ExcelWizard(Wizard):
    """Takes one sheet of a workbook into one ledger."""

    def __init__(self, desk: Desk, ledger: "Ledger", file: Path | None = None) -> None:
        super().__init__(desk, f"从 Excel 导入 · {ledger.title}", ("选文件", "对应栏目", "预览", "完成"))
        self.ledger, self.plan, self.result = ledger, None, None
        self.chosen_sheet: str | None = None
        self.planned_mapping: Mapping[str, str | None] | None = None
        self.pages.addWidget(self._file_page())
        self.pages.addWidget(self._mapping_page())
        self.pages.addWidget(self._preview_page())
        self.pages.addWidget(self._done_page())
        self.go(0)
        if file is not None:
            self.file.editor.edit.setText(str(file))

    plan: "Plan | None"
    result: "Result | None"

    # ---------------------------------------------------------------- the pages

    def _file_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        box = card()
        box.layout().addWidget(heading("您的工作簿"))
        self.zone = DropZone(
            "把 Excel 或 WPS 表格拖到这里，或点这里选择（.xlsx .xls .ods .csv）", SUFFIXES, "选择工作簿", FILTER
        )
        self.zone.dropped.connect(lambda files: self.file.editor.edit.setText(str(files[0])))
        self.file = FieldRow("文件", PathField("选择工作簿", folder=False, filters=FILTER))
        self.file.editor.changed.connect(self._file_changed)
        self.sheet = QComboBox()
        self.sheet.setMinimumHeight(32)
        self.sheet.currentTextChanged.connect(self._sheet_changed)
        self.sheet_row = FieldRow("工作表", self.sheet, "这个文件里有几张表，选要导入的那一张。")
        self.sheet_row.hide()
        for one in (self.zone, self.file, self.sheet_row):
            box.layout().addWidget(one)
        column.addWidget(box)
        other = card()
        other.layout().addWidget(heading("还没有表？"))
        words = (
            "下载一张空表，按表头填好再回到这里。原来的花名册不必改格式：标题行、合并单元格、合计和签字行都认得。"
        )
        other.layout().addWidget(label(words, "quiet", wrap=True))
        self.form = button("保存空表…")
        self.form.clicked.connect(self._save_form)
        other.layout().addWidget(self.form, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(other)
        column.addStretch()
        return page

    def _mapping_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.mapping_said = label("", "attention", wrap=True)
        self.grid_area = QScrollArea()
        self.grid_area.setWidgetResizable(True)
        self.combos: dict[str, QComboBox] = {}
        self.marks: dict[str, QWidget] = {}
        column.addWidget(self.grid_area, 1)
        column.addWidget(self.mapping_said)
        return page

    def _preview_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.kinds_place = QHBoxLayout()
        self.kinds: Choices | None = None
        self.preview = Rows(
            (
                Column("行号", lambda row: str(row.number), right=True, width=64),
                Column(
                    "处理", lambda row: ACTIONS[str(row.action)][0], tone=lambda row: ACTIONS[str(row.action)][1], width=88
                ),
                Column(self.ledger.one, lambda row: row.title, width=200),
                Column(
                    "说明",
                    lambda row: explain(self.ledger, row),
                    tone=lambda row: "wrong" if row.action == "refused" else None,
                ),
            )
        )
        self.preview_table = table(self.preview)
        self.warned = label("", "attention", wrap=True)
        self.skip = QCheckBox()
        self.skip.toggled.connect(self.refresh)
        self.keep_refused = button("把不能导入的行存成表…")
        self.keep_refused.clicked.connect(self._save_refused)
        row = QHBoxLayout()
        row.addWidget(self.skip)
        row.addStretch()
        row.addWidget(self.keep_refused)
        column.addLayout(self.kinds_place)
        column.addWidget(self.preview_table, 1)
        column.addWidget(self.warned)
        column.addLayout(row)
        return page

    def _done_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        box = card()
        self.done_title = heading("")
        self.done_said = label("", wrap=True)
        self.undo = button("撤销这次导入")
        self.undo.clicked.connect(self._undo)
        for one in (self.done_title, self.done_said):
            box.layout().addWidget(one)
        box.layout().addWidget(self.undo, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(box)
        column.addStretch()
        return page

    # ---------------------------------------------------------------- steps

    def entered(self, step: int) -> None:
        self.side.hide()
        self.leave.setVisible(step < 3)
        self.next.setText("下一步")
        if step == 0:
            self.subtitle.setText("原来怎么记的就怎么拿来，先看清楚再写入。")
            self.zone.setFocus()
        elif step == 1 and self.plan is not None:
            self.subtitle.setText(f"表头在第 {self.plan.header_row} 行。请核对每一列对应的栏目，认不准的已标出。")
        elif step == 2:
            self._show_preview()
            self.preview_table.setFocus()
        elif step == 3:
            self.back.setVisible(False)
            self.next.setText("完成")

    def ready(self) -> bool:
        if self.step == 0:
            return self.file.editor.path() is not None
        if self.step == 2 and self.plan is not None:
            return self._writable() > 0 and (not self.plan.errors or self.skip.isChecked())
        return True

    def next_step(self) -> None:
        if self.step == 0:
            self._look()
        elif self.step == 1:
            self._plan_with(self.mapping())
        elif self.step == 2:
            self._write()
        else:
            self.closed.emit()

    # ---------------------------------------------------------------- choosing

    def _file_changed(self) -> None:
        self.file.wrong("")
        self.chosen_sheet = None
        self.sheet.blockSignals(True)
        self.sheet.clear()
        self.sheet.blockSignals(False)
        self.sheet_row.hide()
        self.refresh()

    def _sheet_changed(self, name: str) -> None:
        self.chosen_sheet = name or None

    def _look(self) -> None:
        path = self.file.editor.path()
        if path is None or not path.is_file():
            self.file.wrong("找不到这个文件。请检查路径，或重新选择")
            return
        sheet, ledger = self.chosen_sheet, self.ledger

        def do(workspace: "Workspace", progress: Progress) -> "tuple[list[str], Plan | None]":
            from app.excel import importing

            names = list(importing.sheets(path))
            if sheet is None and len(names) > 1:
                return names, None
            return names, importing.plan(workspace, ledger, path, sheet=sheet, progress=progress)

        self.run("正在读工作簿…", do, self._looked)

    def _looked(self, found: "tuple[list[str], Plan | None]") -> None:
        names, plan = found
        if plan is None:
            self.sheet.addItems(names)
            self.chosen_sheet = names[0]
            self.sheet_row.show()
            self.sheet.setFocus()
            self.say("这个文件里有几张表。请选好工作表，再点“下一步”。", "attention")
            return
        self.plan = plan
        self._fill_mapping()
        self.go(1)

    def failed(self, refusal: Refusal) -> None:
        if self.step == 0 and refusal.reason != "cancelled":
            self.file.wrong(refusal.message)
        else:
            super().failed(refusal)

    def _save_form(self) -> None:
        target, _ = QFileDialog.getSaveFileName(
            self, "保存空表", str(Path.home() / f"{self.ledger.title}空表.xlsx"), "工作簿 (*.xlsx)"
        )
        if target:
            self.save_form(Path(target))

    def save_form(self, out: Path) -> None:
        """Writes the ledger's empty form."""
        ledger = self.ledger

        def do(workspace: "Workspace", progress: Progress) -> Path:
            from app.excel import template

            template.write_template(workspace, ledger, out)
            return out

        self.run("正在写空表…", do, lambda file: self.say(f"空表已存到 {file}。填好以后在这里选它。", "good"))

    # ---------------------------------------------------------------- mapping

    def _fill_mapping(self) -> None:
        plan = self.plan
        assert plan is not None
        holder = card()
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        for place, title in enumerate(("表里的列", "对应的栏目", "", "表里的内容（前几行）")):
            grid.addWidget(label(title, "quiet"), 0, place)
        self.combos, self.marks = {}, {}
        for place, header in enumerate(plan.headers, start=1):
            combo = QComboBox()
            combo.setMinimumWidth(200)
            combo.addItem(LEFT_OUT, None)
            for name, spec in self.ledger.fields.items():
                combo.addItem(spec.label + (" *" if spec.required else ""), name)
            combo.setCurrentIndex(max(combo.findData(plan.mapping.get(header)), 0))
            combo.currentIndexChanged.connect(self._judge_mapping)
            self.combos[header] = combo
            said = label("", "quiet")
            said.setMinimumWidth(72)
            self.marks[header] = said
            sample = "、".join(str(one) for one in plan.sample.get(header, ())[:3] if str(one))
            shown = label(sample if len(sample) <= 40 else sample[:39] + "…", "quiet")
            for column, widget in enumerate((label(header.replace("\n", "")), combo, said, shown)):
                grid.addWidget(widget, place, column)
        grid.setColumnStretch(3, 1)
        holder.layout().addLayout(grid)
        holder.layout().addStretch()
        self.grid_area.setWidget(holder)
        self._judge_mapping()

    def mapping(self) -> dict[str, str | None]:
        """What the person has each column go to."""
        return {header: combo.currentData() for header, combo in self.combos.items()}

    def _judge_mapping(self) -> None:
        assert self.plan is not None
        chosen = self.mapping()
        taken = [name for name in chosen.values() if name is not None]
        for header, name in chosen.items():
            twice = name is not None and taken.count(name) > 1
            unsure = name is not None and name == self.plan.mapping.get(header) and is_guess(self.ledger, header, name)
            words = "重复" if twice else "请核对" if unsure else "不导入" if name is None else "✓"
            self.marks[header].setText(words)
            set_role(self.marks[header], "wrong" if twice else "attention" if unsure else "quiet" if name is None else "good")
            mark(self.combos[header], "wrong", twice)
        missing = [
            spec.label
            for name, spec in self.ledger.fields.items()
            if spec.required and name not in taken and self.ledger.defaults.get(name) is None
        ]
        self.mapping_said.setText(
            f"必填的“{'”“'.join(missing)}”没有对应的列：新增的行会缺这一项。" if missing else ""
        )
        self.mapping_said.setVisible(bool(missing))

    def _plan_with(self, mapping: Mapping[str, str | None]) -> None:
        taken = [name for name in mapping.values() if name is not None]
        if len(set(taken)) != len(taken):
            self.say("有两列对应了同一个栏目。请把其中一列改成“不导入”，再点“下一步”。")
            return
        path, sheet, ledger = self.file.editor.path(), self.chosen_sheet, self.ledger
        assert path is not None and self.plan is not None
        if dict(mapping) == {header: self.plan.mapping.get(header) for header in self.plan.headers}:
            self.go(2)
            return
        row = self.plan.header_row

        def do(workspace: "Workspace", progress: Progress) -> "Plan":
            from app.excel import importing

            return importing.plan(
                workspace, ledger, path, sheet=sheet, mapping=mapping, header_row=row, progress=progress
            )

        self.run("正在核对每一行…", do, self._planned)

    def _planned(self, plan: "Plan") -> None:
        self.plan = plan
        self.go(2)

    # ---------------------------------------------------------------- preview

    def _show_preview(self) -> None:
        plan = self.plan
        assert plan is not None
        counts = {key: sum(1 for row in plan.rows if row.action == key) for key in ACTIONS}
        clear(self.kinds_place)
        self.kinds = Choices(
            [("all", f"全部 {len(plan.rows)}")] + [(key, f"{ACTIONS[key][0]} {counts[key]}") for key in ACTIONS], "all"
        )
        self.kinds.changed.connect(self._filter)
        self.kinds_place.addWidget(self.kinds)
        self.kinds_place.addStretch()
        refused = counts["refused"]
        self.subtitle.setText(
            f"新增 {counts['new']}、更新 {counts['update']}、不变 {counts['unchanged']}、"
            f"拿不准 {counts['doubtful']}、不能导入 {refused}。还没有写入任何数据。"
        )
        self.skip.setChecked(False)
        self.skip.setText(f"跳过不能导入的 {refused} 行，只写其余的")
        self.skip.setVisible(refused > 0)
        self.keep_refused.setVisible(refused > 0)
        self.warned.setText("\n".join(str(one) for one in plan.warnings[:4]))
        self.warned.setVisible(bool(plan.warnings))
        self._filter("refused" if refused else "all")
        self.kinds.choose("refused" if refused else "all")
        self.next.setText(f"写入 {self._writable()} {self.ledger.counter}" if self._writable() else "没有可写入的")

    def _filter(self, kind: str) -> None:
        assert self.plan is not None
        self.preview.put(row for row in self.plan.rows if kind == "all" or row.action == kind)

    def _writable(self) -> int:
        assert self.plan is not None
        return sum(1 for row in self.plan.rows if row.action in ("new", "update"))

    def _save_refused(self) -> None:
        target, _ = QFileDialog.getSaveFileName(
            self, "保存不能导入的行", str(Path.home() / f"{self.ledger.title}待改.xlsx"), "工作簿 (*.xlsx)"
        )
        if target:
            self.save_refused(Path(target))

    def save_refused(self, out: Path) -> None:
        """Writes the refused rows as a workbook, each with its reason."""
        plan = self.plan
        assert plan is not None

        def do(progress: Progress) -> Path:
            from app.excel import writing

            writing.write_refused(plan, out)
            return out

        self.run_aside("正在保存…", do, lambda file: self.say(f"已存到 {file}。改好以后可以只导入这一份。", "good"))

    # ---------------------------------------------------------------- writing

    def _write(self) -> None:
        plan, skip = self.plan, self.skip.isChecked()
        assert plan is not None

        def do(workspace: "Workspace", progress: Progress) -> "Result":
            from app.excel import importing

            return importing.apply(workspace, plan, skip_errors=skip, progress=progress)

        self.run("正在写入…", do, self._written)

    def _written(self, result: "Result") -> None:
        self.result = result
        self.done_title.setText(f"已导入 {self.ledger.title}")
        left = f"跳过 {result.refused} 行不能导入的。" if result.refused else ""
        self.done_said.setText(
            f"新增 {result.created} {self.ledger.counter}，更新 {result.updated} {self.ledger.counter}，"
            f"不变 {result.unchanged} {self.ledger.counter}。{left}"
        )
        self.undo.setEnabled(bool(result.created or result.updated))
        self.go(3)

    def _undo(self) -> None:
        assert self.result is not None
        batch = self.result.batch_id
        self.undo.setEnabled(False)
        self.desk.write(lambda workspace: workspace.undo(batch), self._undone, self._undo_failed)

    def _undone(self, _: Any) -> None:
        self.done_title.setText("已撤销")
        self.done_said.setText("这次导入已整批撤销，台账和导入前一样。")

    def _undo_failed(self, refusal: Refusal) -> None:
        self.undo.setEnabled(True)
        self.say(refusal.message)


def is_guess(ledger: "Ledger", header: str, name: str) -> bool:
    """Whether a column was matched by likeness rather than by its label or one of its aliases."""
    spec = ledger.fields[name]
    known = {_bare(one) for one in (spec.label, name, *spec.aliases)}
    return _bare(header) not in known


def _bare(text: str) -> str:
    return "".join(text.split()).rstrip("*＊").casefold()


def explain(ledger: "Ledger", row: "PlannedRow") -> str:
    """What a row will do, in words: its findings, else before → after."""
    if row.findings:
        return "；".join(one.message for one in row.findings)
    return "；".join(row.changes_in_words) if hasattr(row, "changes_in_words") else ""
