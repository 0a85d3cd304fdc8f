"""A workbook comes in: choose it, tell its columns, see what each row will do, write, and take it back in one click."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QComboBox, QFileDialog, QGridLayout, QLabel, QWidget

from db.errors import Refusal
from ui.background import Desk, Progress
from ui.shell import theme
from ui.shell.widgets import Card, Elided, Note, button, clear, column, label, row, scrolling
from ui.wizards.frame import Flow
from ui.wizards.parts import Choices, Column, DropZone, FieldRow, PathField, Rows, table

if TYPE_CHECKING:
    from app.excel.matching import Decision
    from app.excel.plan import Plan, PlannedRow, Result
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


class ExcelWizard(Flow):
    """Takes one sheet of a workbook into one ledger.

    Attributes:
        plan: what the import will do, once the sheet was read.
        result: what it did.
    """

    topic = "excel"

    def __init__(self, desk: Desk, ledger: "Ledger", file: Path | None = None) -> None:
        super().__init__(desk, f"从 Excel 导入 · {ledger.title}", ("选文件", "对应栏目", "预览", "完成"))
        self.ledger = ledger
        self.plan: Plan | None = None
        self.result: Result | None = None
        self.chosen_sheet: str | None = None
        self.decided: dict[int, Decision] = {}
        self.combos: dict[str, QComboBox] = {}
        self.marks: dict[str, QLabel] = {}
        self._fill_file_step()
        self._fill_mapping_step()
        self._fill_preview_step()
        self.done = Card(gap=12)
        self.undo = button("撤销这次导入", "mdi6.undo", then=self._undo)
        self.parts[3].back, self.parts[3].next_text = False, "完成"
        self.parts[3].put(self.done, 0)
        self.start()
        if file is not None:
            self.file.editor.edit.setText(str(file))

    # ---------------------------------------------------------------- the steps

    def _fill_file_step(self) -> None:
        box = Card("您的工作簿", gap=10)
        self.zone = DropZone(
            "把 Excel 或 WPS 表格拖到这里，或点这里选择（.xlsx .xls .ods .csv）", SUFFIXES, "选择工作簿", FILTER
        )
        self.zone.dropped.connect(self._dropped)
        self.file = FieldRow("文件", PathField("选择工作簿", folder=False, filters=FILTER))
        self.file.editor.changed.connect(self._file_changed)
        self.sheet = QComboBox()
        self.sheet.currentTextChanged.connect(self._sheet_changed)
        self.sheet_row = FieldRow("工作表", self.sheet, "这个文件里有几张表，选要导入的那一张。")
        self.sheet_row.hide()
        for one in (self.zone, self.file, self.sheet_row):
            box.body.addWidget(one)
        other = Card("还没有表？")
        words = "保存一张空表，按表头填好再回到这里。原有的花名册不必改格式：标题、合并单元格、合计和签字行都认得。"
        other.body.addWidget(label(words, "quiet", wrap=True))
        other.body.addLayout(row(button("保存空表…", "mdi6.file-excel-outline", then=self._ask_form), 0))
        self.parts[0].put(box, other, 0)

    def _fill_mapping_step(self) -> None:
        self.mapping_card = QWidget()
        inside = column(gap=6)
        self.mapping_card.setLayout(inside)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(16)
        self.grid.setVerticalSpacing(6)
        inside.addLayout(self.grid)
        inside.addStretch()
        holder = Card()
        holder.body.addWidget(scrolling(self.mapping_card))
        self.mapping_said = label("", "warning", wrap=True)
        self.parts[1].body.addWidget(holder, 1)
        self.parts[1].put(self.mapping_said)

    def _fill_preview_step(self) -> None:
        self.kinds_place = row(gap=4)
        self.kinds: Choices | None = None
        self.preview = Rows(
            (
                Column("行号", lambda one: str(one.number), right=True, width=64),
                Column("处理", lambda one: ACTIONS[one.action][0], lambda one: ACTIONS[one.action][1], width=96),
                Column(self.ledger.one, lambda one: one.title, width=180),
                Column("说明", self._explain, lambda one: "wrong" if one.action == "refused" else None),
            )
        )
        self.preview_table = table(self.preview, select=True, wrapped=True)
        self.preview_table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        holder = Card(padding=1)
        holder.body.addWidget(self.preview_table)
        self.warned = label("", "warning", wrap=True)
        self.skip = QCheckBox()
        self.skip.toggled.connect(self.refresh)
        self.keep_refused = button("把没导入的行存成表…", "mdi6.content-save-outline", then=self._ask_refused)
        self.as_new = button("选中的是新的", then=lambda: self._decide("new"))
        self.as_known = button("选中的就是已有的", then=lambda: self._decide("update"))
        self.doubts = QWidget()
        words = "拿不准的行先不写。选中它们（可按住 Shift 多选），说明是哪一种："
        self.doubts.setLayout(row(label(words, "quiet"), self.as_new, self.as_known, 0))
        self.parts[2].body.addLayout(self.kinds_place)
        self.parts[2].body.addWidget(self.doubts)
        self.parts[2].body.addWidget(holder, 1)
        self.parts[2].body.addWidget(self.warned)
        self.parts[2].body.addLayout(row(self.skip, 0, self.keep_refused))

    # ---------------------------------------------------------------- moving

    def entered(self, place: int) -> None:
        if place == 0:
            self.header.say("原来怎么记的就怎么拿来，先看清楚再写入。")
            self.zone.setFocus()
        elif place == 1 and self.plan is not None:
            self.header.say(f"表头在第 {self.plan.header_row} 行。请核对每一列对应的栏目，认不准的已经标出。")
        elif place == 2:
            self._show_preview()
            self.preview_table.setFocus()
        elif place == 3:
            self.header.say("写入的内容随时可以从这里或“操作日志”里撤回。")

    def ready(self) -> bool:
        if self.place == 0:
            return self.file.editor.path() is not None
        if self.place == 2 and self.plan is not None:
            return self._writable() > 0 and (not self.plan.bad or self.skip.isChecked())
        return True

    def forward(self) -> None:
        if self.place == 0:
            self._look()
        elif self.place == 1:
            self._plan_with(self.mapping())
        elif self.place == 2:
            self._write()
        else:
            self.closed.emit()

    # ---------------------------------------------------------------- choosing

    def _dropped(self, files: list[Path]) -> None:
        self.file.editor.edit.setText(str(files[0]))

    def _file_changed(self) -> None:
        self.file.wrong("")
        self.chosen_sheet = None
        self.decided.clear()
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
            return names, importing.plan(workspace, ledger, path, sheet=sheet, complete=False, progress=progress)

        self.run("正在读工作簿…", do, self._looked)

    def _looked(self, found: "tuple[list[str], Plan | None]") -> None:
        names, plan = found
        if plan is None:
            self.sheet.addItems(names)
            self.chosen_sheet = names[0]
            self.sheet_row.show()
            self.sheet.setFocus()
            self.say("attention", "这个文件里有几张表。请选好工作表，再点“下一步”。")
            return
        self.plan = plan
        self._fill_mapping()
        self.go_to(1)

    def failed(self, refusal: Refusal) -> None:
        if self.place == 0 and refusal.reason != "cancelled":
            self.file.wrong(refusal.message)
        else:
            super().failed(refusal)

    def _ask_form(self) -> None:
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

        self.run("正在写空表…", do, lambda file: self.say("good", f"空表已存到 {file}。填好以后在这里选它。"))

    # ---------------------------------------------------------------- mapping

    def _fill_mapping(self) -> None:
        plan = self.plan
        assert plan is not None
        clear(self.grid)
        for place, title in enumerate(("表里的列", "对应的栏目", "", "表里的内容（前几行）")):
            self.grid.addWidget(label(title, "small"), 0, place)
        self.combos, self.marks = {}, {}
        for place, header in enumerate(plan.headers):
            combo = QComboBox()
            combo.setMinimumWidth(200)
            combo.addItem(LEFT_OUT, None)
            for name, spec in self.ledger.fields.items():
                combo.addItem(spec.label + (" *" if spec.required else ""), name)
            combo.setCurrentIndex(max(combo.findData(plan.mapping.get(header)), 0))
            combo.currentIndexChanged.connect(self._judge_mapping)
            combo.setAccessibleName(f"“{header}”对应的栏目")
            self.combos[header], self.marks[header] = combo, label("")
            self.marks[header].setMinimumWidth(72)
            shown = Elided(_shortened("、".join(line[place] for line in plan.sample if line[place])))
            for where, part in enumerate((label(_shortened(header, 20)), combo, self.marks[header], shown)):
                self.grid.addWidget(part, place + 1, where)
        self.grid.setColumnStretch(3, 1)
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
            theme.set_kind(self.marks[header], role="error" if twice else "warning" if unsure else "small")
            theme.set_kind(self.combos[header], wrong=twice)
        missing = [
            spec.label
            for name, spec in self.ledger.fields.items()
            if spec.required and name not in taken and self.ledger.defaults.get(name) is None
        ]
        self.mapping_said.setText(
            f"必填的“{'”“'.join(missing)}”没有对应的列：新增的行会因此不能导入。请在上面指明是哪一列。"
            if missing
            else ""
        )
        self.mapping_said.setVisible(bool(missing))

    def _plan_with(self, mapping: Mapping[str, str | None]) -> None:
        taken = [name for name in mapping.values() if name is not None]
        if len(set(taken)) != len(taken):
            self.say("wrong", "有两列对应了同一个栏目。请把其中一列改成“不导入”，再点“下一步”。")
            return
        assert self.plan is not None
        if dict(mapping) == {header: self.plan.mapping.get(header) for header in self.plan.headers}:
            self.go_to(2)
        else:
            self._plan_again()

    def _plan_again(self) -> None:
        """Makes the plan anew with what the person said of columns and of doubtful rows."""
        path, sheet, ledger, mapping = self.file.editor.path(), self.chosen_sheet, self.ledger, self.mapping()
        decided = dict(self.decided)
        assert path is not None
        assert self.plan is not None
        header_row = self.plan.header_row

        def do(workspace: "Workspace", progress: Progress) -> "Plan":
            from app.excel import importing

            return importing.plan(
                workspace,
                ledger,
                path,
                sheet=sheet,
                mapping=mapping,
                header_row=header_row,
                decisions=decided,
                complete=False,
                progress=progress,
            )

        self.run("正在核对每一行…", do, self._planned)

    def _planned(self, plan: "Plan") -> None:
        self.plan = plan
        self.go_to(2)

    # ---------------------------------------------------------------- preview

    def _show_preview(self) -> None:
        plan = self.plan
        assert plan is not None
        counts = plan.counts
        clear(self.kinds_place)
        answers = [("all", f"全部 {len(plan.rows)}"), *((key, f"{ACTIONS[key][0]} {counts[key]}") for key in ACTIONS)]
        first = "refused" if counts["refused"] else "doubtful" if counts["doubtful"] else "all"
        self.kinds = Choices(answers, first)
        self.kinds.changed.connect(self._filter)
        self.kinds_place.addWidget(self.kinds)
        self.kinds_place.addStretch()
        self._filter(first)
        self.header.say("、".join(f"{ACTIONS[key][0]} {counts[key]} 行" for key in ACTIONS) + "。还没有写入任何数据。")
        self.skip.setChecked(False)
        self.skip.setText(f"跳过 {len(plan.bad)} 行拿不准和不能导入的，只写其余的")
        for one in (self.skip, self.keep_refused):
            one.setVisible(bool(plan.bad))
        warnings = [f"第 {one.row} 行：{one.message}" if one.row else one.message for one in plan.warnings]
        more = f"（另有 {len(warnings) - 3} 条提醒）" if len(warnings) > 3 else ""
        self.warned.setText("\n".join(warnings[:3]) + more)
        self.warned.setVisible(bool(warnings))
        amount = self._writable()
        self.parts[2].next_text = f"写入 {amount} {self.ledger.counter}" if amount else "没有可写入的"

    def _filter(self, kind: str) -> None:
        assert self.plan is not None
        self.preview.put(one for one in self.plan.rows if kind == "all" or one.action == kind)
        self.doubts.setVisible(kind == "doubtful" and bool(self.preview.rows))

    def _decide(self, what: "Decision") -> None:
        """The person says of the selected doubtful rows whether they are new or known; the plan is made anew."""
        chosen = {index.row() for index in self.preview_table.selectionModel().selectedRows()}
        if not chosen:
            self.say("attention", "请先在表里选中要说明的行。")
            return
        for place in chosen:
            self.decided[self.preview.rows[place].number] = what
        self._plan_again()

    def _writable(self) -> int:
        assert self.plan is not None
        return self.plan.counts["new"] + self.plan.counts["update"]

    def _ask_refused(self) -> None:
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

        self.run_aside("正在保存…", do, lambda file: self.say("good", f"已存到 {file}。改好以后可以只导入这一份。"))

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
        one = self.ledger.counter
        left = f"没有导入 {result.refused} 行。" if result.refused else ""
        self._say_done(
            "已经导入",
            f"新增 {result.created:,} {one}，更新 {result.updated:,} {one}，不变 {result.unchanged:,} {one}。{left}",
            undo=bool(result.created or result.updated),
        )
        self.go_to(3)

    def _say_done(self, title: str, said: str, *, undo: bool) -> None:
        clear(self.done.body)
        self.done.body.addWidget(label(title, "head"))
        self.done.body.addWidget(Note("good", said))
        if undo:
            self.undo = button("撤销这次导入", "mdi6.undo", then=self._undo)
            self.done.body.addLayout(row(self.undo, label("整批撤回，台账和导入前一样。", "quiet"), 0, gap=12))

    def _undo(self) -> None:
        assert self.result is not None
        batch = self.result.batch_id
        self.undo.setEnabled(False)
        self.desk.write(lambda workspace: workspace.undo(batch), self._undone, self._undo_failed)

    def _undone(self, _: Any) -> None:
        self._say_done("已撤销", "这次导入已经整批撤回，台账和导入前一样。", undo=False)

    def _undo_failed(self, refusal: Refusal) -> None:
        self.undo.setEnabled(True)
        self.message.refuse(refusal)

    def _explain(self, one: "PlannedRow") -> str:
        """What a row will do, in words: its main values or before → after, then what the checks found."""
        assert self.plan is not None
        found = [finding.message for finding in one.findings]
        if one.action == "update":
            did = [changed(self.plan, name, before, after) for name, (before, after) in one.changes.items()]
        elif one.action == "new":
            did = ["，".join(main_values(self.plan, one))]
        else:
            return "；".join(found)
        return "；".join([*(words for words in did if words), *(f"提醒：{words}" for words in found)])


def changed(plan: "Plan", name: str, before: Any, after: Any) -> str:
    """`学历：高中 → 大专`, masked where the field is sensitive."""
    old, new = plan.show(name, before), plan.show(name, after)
    return f"{plan.ledger.fields[name].label}：{old or '—'} → {new or '—'}"


def main_values(plan: "Plan", one: "PlannedRow") -> list[str]:
    """`所在党支部 石桥村党支部`, … of a new record: first what it is recognised by, then the columns of the ledger's
    table, then the rest."""
    ledger = plan.ledger
    title = ledger.label_parts.values()
    keys = [ledger.resolve(name) for names in ledger.keys for name in names.split()]
    order = dict.fromkeys([*keys, *ledger.column_names, *ledger.fields])
    shown = ((name, plan.show(name, one.values.get(name))) for name in order if name in ledger.fields)
    return [f"{ledger.fields[name].label} {text}" for name, text in shown if text and name not in title]


def _shortened(text: str, most: int = 44) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def is_guess(ledger: "Ledger", header: str, name: str) -> bool:
    """Whether a column was matched by likeness rather than by its label or one of its aliases."""
    spec = ledger.fields[name]
    known = {_bare(one) for one in (spec.label, name, *spec.aliases)}
    return _bare(header) not in known


def _bare(text: str) -> str:
    return "".join(text.split()).rstrip("*＊").casefold()
