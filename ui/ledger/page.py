"""The page of a ledger, one class for all: figures, search, chips, tree, table, detail; form and import over it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QSplitter, QStackedWidget, QWidget

from app import editing, listing, offices, remarks
from app.actions import Offer
from app.ledgers.ledger import Figure, Ledger
from app.listing import Node, Query
from app.offices import OfficeChoice
from app.place import Place
from app.workspace import Workspace
from ui.background import Changes, Desk
from ui.ledger import printing
from ui.ledger.action import ActionDialog
from ui.ledger.bulk import BulkEdit
from ui.ledger.columns import ColumnsPopover
from ui.ledger.detail import DetailPanel
from ui.ledger.export import ExportDialog
from ui.ledger.filters import FilterPopover
from ui.ledger.form import RecordForm
from ui.ledger.table import RecordTableView
from ui.ledger.tree import GroupTree, IdRole
from ui.shell import theme
from ui.shell.widgets import (
    MARGINS,
    Card,
    Chip,
    EmptyState,
    FlowLayout,
    MessageBar,
    PageHeader,
    action,
    button,
    column,
    label,
    primary,
    row,
)

if TYPE_CHECKING:
    from ui.wizards.excel import ExcelWizard

SEARCH_WIDTH = 300
TREE_WIDTH, DETAIL_WIDTH = 196, 290


class LedgerPage(QStackedWidget):
    """A ledger's table, and over it the form or the import while one is open.

    Signals:
        go: a record of some ledger was asked for, by ledger and id.
    """

    go = Signal(str, str)

    def __init__(self, desk: Desk, ledger: Ledger) -> None:
        super().__init__()
        self.desk, self.ledger = desk, ledger
        assert desk.here is not None
        self.county = desk.here.office.is_county
        self.own = ledger.authority is None or self.county
        # what counties keep for their townships stands side by side at a city
        self.owners = self.county and (ledger.authority is None or not desk.here.office.directs)
        """Whether this office may write the ledger."""
        self.adds = self.own and "record" not in ledger.fields and not ledger.kept_by_program
        """Whether records are made here; a remark is made beside the record that it is about."""
        self.query = self._sorted()
        self.form: RecordForm | None = None
        self._select_next: str | None = None
        self._only: tuple[str, ...] | None = None
        self._office_next: str | None = None
        self._number = 0
        self._any = True
        self._shows = self._related_ledgers()
        self._make_parts()
        self.addWidget(self._page())
        self._keys()
        desk.changed.connect(self._changed)
        self._stale = False
        self.refresh()

    # ---------------------------------------------------------------- making

    def _make_parts(self) -> None:
        ledger = self.ledger
        add = f"新增{ledger.one}"
        self.import_button = button("导入", "mdi6.file-import-outline", then=self._import, tip="从 Excel 导入")
        self.export_button = button("导出", "mdi6.file-export-outline", then=self.export, tip="导出为 Excel")
        self.print_button = button("打印", "mdi6.printer-outline", then=self.print_table)
        self.add_button = primary(add, "mdi6.plus", self.add)
        self.header = PageHeader(
            ledger.title, "", self.import_button, self.export_button, self.print_button, self.add_button
        )
        self.message = MessageBar()
        self.search = QLineEdit()
        self.search.setPlaceholderText(
            "姓名、拼音首字母、证件后四位、电话…" if "resident_id" in ledger.fields else "搜索名称、拼音首字母…"
        )
        self.search.setFixedWidth(round((SEARCH_WIDTH - 50 * self.county) * theme.now().scale))
        self.search.setClearButtonEnabled(True)
        self.search.addAction(theme.icon("mdi6.magnify", "quiet"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.setAccessibleName("搜索")
        self.search.textChanged.connect(lambda _: self._ask())
        self.office = QComboBox()
        self.office.setAccessibleName("单位")
        self.office.setVisible(False)
        self.office.activated.connect(lambda _: self._ask(everything=True))
        self.chips = [Chip(chip.title) for chip in ledger.chips]
        self._reset_chips()
        for chip in self.chips:
            chip.toggled.connect(lambda _: self._ask(counts=True))
        self.only_chip = Chip("")
        self.only_chip.hide()
        self.only_chip.clicked.connect(lambda: self._show_only(None))
        self.filter_button = button("筛选", "mdi6.filter-variant", then=self._open_filters)
        self.columns_button = button("列", "mdi6.view-column-outline", then=self._open_columns)
        self.popover = FilterPopover(ledger, self)
        self.popover.changed.connect(lambda _: self._ask(counts=True))
        self.filter_button.setVisible(bool(self.popover.boxes))
        self.tree = GroupTree(ledger) if ledger.tree else None
        self.view = RecordTableView(self.desk, ledger, owners=self.owners)
        self.view.setAccessibleName(ledger.title)
        self.view.chosen.connect(self._chosen)
        self.view.sorted_by.connect(self._sort)
        self.view.columns_wanted.connect(self.open_columns)
        self.view.doubleClicked.connect(lambda index: self.edit(self.view.table.ids[index.row()]))
        self.view.table.filled.connect(self._filled)
        self.view.verticalScrollBar().valueChanged.connect(lambda _: self._foot())
        self.view.verticalScrollBar().rangeChanged.connect(lambda *_: self._foot())
        self.foot = label("", "small")
        self.bulk_button = button("批量修改", kind="link", then=self.bulk_edit)
        self.delete_button = button("删除所选", kind="link", then=lambda: self.delete(self.view.selected_ids()))
        self.return_button = button("退回所选的问题", kind="link", then=self.send_back)
        self.return_button.hide()
        self.detail = DetailPanel(self.desk, ledger, county=self.county)
        self.detail.edit.connect(self.edit)
        self.detail.delete.connect(lambda record_id: self.delete([record_id]))
        self.detail.act.connect(self.do)
        self.detail.go.connect(self.go)
        self.detail.said.connect(self.message.say)
        for one in (self.import_button, self.add_button):
            one.setVisible(self.adds)
        self.detail.delete_button.setVisible(self.own and not ledger.kept_by_program)
        county_fields = any(spec.authority is not None for spec in ledger.fields.values())
        self.detail.edit_button.setVisible(self.own or (self.county and county_fields))
        self.empty = EmptyState(
            ledger.icon,
            f"还没有{ledger.one}",
            ledger.empty,
            *((button("从 Excel 导入", "mdi6.file-import-outline", then=self._import),) if self.adds else ()),
            *((primary(add, "mdi6.plus", self.add),) if self.adds else ()),
        )
        self.nothing_found = EmptyState(
            "mdi6.magnify", "没有找到", "换个字，或者去掉几个筛选条件再试。", button("去掉全部条件", then=self.show_all)
        )

    def _page(self) -> QWidget:
        page = QWidget()
        page.setObjectName("page")
        flow = FlowLayout(6)
        flow.addWidget(self.only_chip)
        for chip in self.chips:
            flow.addWidget(chip)
        chips = QWidget()
        chips.setLayout(flow)
        tools = row(self.search, self.office, gap=12)
        tools.addWidget(chips, 1, Qt.AlignmentFlag.AlignVCenter)
        tools.addWidget(self.filter_button)
        tools.addWidget(self.columns_button)
        self.card = Card(padding=1, gap=0)
        self.places = QStackedWidget()
        for one in (self.view, self.empty, self.nothing_found):
            self.places.addWidget(one)
        self.card.body.addWidget(self.places, 1)
        self.foot_bar = QWidget()
        ways = (self.return_button, self.bulk_button, self.delete_button)
        self.foot_bar.setLayout(row(self.foot, 0, *ways, margins=(12, 5, 12, 5), gap=16))
        self.card.body.addWidget(self.foot_bar)
        self.split = QSplitter()
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(12)
        scale = theme.now().scale
        if self.tree is not None:
            self.tree_card = Card(padding=6)
            self.tree_card.body.addWidget(self.tree)
            self.tree_card.setMinimumWidth(round(130 * scale))
            self.tree.chosen.connect(lambda _: self._ask(figures=True))
            self.split.addWidget(self.tree_card)
        self.card.setMinimumWidth(320)
        self.detail.setMinimumWidth(round(220 * scale))
        self.split.addWidget(self.card)
        self.split.addWidget(self.detail)
        wide = [round(TREE_WIDTH * scale)] if self.tree is not None else []
        self.split.setSizes([*wide, 700, round(DETAIL_WIDTH * scale)])
        for place in range(self.split.count()):
            self.split.setStretchFactor(place, int(self.split.widget(place) is self.card))
        page.setLayout(column(self.header, self.message, tools, margins=MARGINS, gap=12))
        page.layout().addWidget(self.split)
        page.layout().setStretchFactor(self.split, 1)
        return page

    def _keys(self) -> None:
        page = self.widget(0)
        action(page, "Ctrl+F", self.focus_search, anywhere=True)
        action(page, "Ctrl+Z", self.undo, anywhere=True)
        action(page, "Return", self._enter)
        action(page, "Delete", lambda: self.delete(self.view.selected_ids()))
        if self.adds:
            action(page, "Ctrl+N", self.add, anywhere=True)
        self.search.returnPressed.connect(self._to_table)
        self._down = QAction(self.search)
        self._down.setShortcut("Down")
        self._down.triggered.connect(self._to_table)
        self.search.addAction(self._down)

    def _related_ledgers(self) -> frozenset[str]:
        """The ledgers whose changes this page shows: its own, those it links to, and what derived values look at."""
        linked = {spec.target for spec in self.ledger.fields.values() if spec.target}
        derived = {"post_assignment"} if any(one.among for one in self.ledger.derived) else set()
        return frozenset({self.ledger.id, "office", *linked, *derived})

    # ---------------------------------------------------------------- asking

    def refresh(self) -> None:
        """Reads everything anew."""
        self._stale = False
        self._ask(everything=True, again=True)
        if self.owners:
            self.desk.read(_offices, self._show_offices, key=("offices", id(self)))
        self.detail.refresh()

    def _ask(
        self, *, everything: bool = False, figures: bool = False, counts: bool = False, again: bool = False
    ) -> None:
        node = self.tree.currentIndex().data(IdRole) if self.tree is not None else None
        query = Query(
            search=self.search.text(),
            chips=tuple(chip.text() for chip in self.chips if chip.isChecked()),
            where=self.popover.where() + ((("id", self._only),) if self._only is not None else ()),
            group=node or None,
            office=self.office.currentData(),
            sort=self.query.sort,
            descending=self.query.descending,
        )
        self.query = query
        filters = len(self.popover.where())
        self.filter_button.setText(f"筛选 {filters}" if filters else "筛选")
        if again:
            self.view.table.query = query
            self.view.table.refresh()
        else:
            self.view.table.ask(query)
        ledger = self.ledger
        if everything or figures:

            def look(workspace: Workspace) -> list[tuple[Figure, int]]:
                with workspace.read() as session:
                    return listing.figures(session, ledger, query)

            self.desk.read(look, self._show_figures, key=("figures", id(self)))
        if (everything or counts) and self.tree is not None:

            def grow(workspace: Workspace) -> tuple[Node, ...]:
                with workspace.read() as session:
                    return listing.tree(session, ledger, query)

            self.desk.read(grow, self._show_tree, key=("tree", id(self)))

    def _sort(self, name: str, downwards: bool) -> None:
        self.query = Query(sort=name, descending=downwards) if name else self._sorted()
        self._ask()

    def _sorted(self) -> Query:
        """The order of a table that nobody has sorted."""
        order = self.ledger.order
        return Query(sort=order.removeprefix("-") or None, descending=order.startswith("-"))

    def reset(self) -> None:
        """Takes every condition off but those with which the page opens."""
        self.search.clear()
        self._reset_chips()
        self._show_only(None)
        self.popover.reset()
        if self.tree is not None:
            self.tree.setCurrentIndex(self.tree.model().index(0, 0))

    def _reset_chips(self) -> None:
        for chip, declared in zip(self.chips, self.ledger.chips, strict=True):
            chip.setChecked(declared.first)

    def show_all(self) -> None:
        """Takes every condition off."""
        self.reset()
        for chip in self.chips:
            chip.setChecked(False)

    @property
    def narrowed(self) -> bool:
        """Whether something is searched or filtered for beside that with which the page opens."""
        query = self.query
        chips = query.chips != tuple(one.title for one in self.ledger.chips if one.first)
        return bool(query.search.strip() or chips or query.where or query.office or (query.group and self._number))

    # ---------------------------------------------------------------- answers

    def _show_figures(self, figures: list[tuple[Figure, int]]) -> None:
        parts = [f"{one.title} {number:,} {one.unit}".strip() for one, number in figures]
        self.header.say(" · ".join(parts))
        self._number = figures[0][1] if figures else 0

    def _show_tree(self, nodes: tuple[Node, ...]) -> None:
        assert self.tree is not None
        self.tree.show_nodes(nodes)
        self.tree_card.setVisible(bool(nodes))

    def _show_offices(self, offices: tuple[OfficeChoice, ...]) -> None:
        wanted, self._office_next = self._office_next, None
        chosen = wanted or self.office.currentData()
        self.office.clear()
        self.office.addItem("全部单位", None)
        for one in offices:
            self.office.addItem(one.shown, one.id)
        self.office.setCurrentIndex(max(0, self.office.findData(chosen)))
        self.office.setVisible(len(offices) > 1)
        if wanted is not None:
            self._ask(everything=True)

    def _filled(self, number: int) -> None:
        empty = number == 0
        place = self.view if not empty else self.nothing_found if self.narrowed else self.empty
        self.places.setCurrentWidget(place)
        self.foot_bar.setVisible(not empty)
        bare = empty and not self.narrowed
        self.detail.setVisible(not bare)
        for one in (self.export_button, self.print_button):
            one.setEnabled(not bare)
        if self._select_next is not None:
            wanted, self._select_next = self._select_next, None
            if self.view.table.place(wanted) is None and self.query.chips:  # who has left is looked at too
                self._select_next = wanted
                self.show_all()
                return
            self.view.select_ids([wanted])
        if not empty and not self.view.selected_ids():  # an empty panel tells nobody anything
            self.view.select_ids(self.view.table.ids[:1], scroll=False)
        self._foot()

    def _chosen(self, ids: list[str]) -> None:
        self.detail.show_record(ids[0] if len(ids) == 1 else None, len(ids))
        self._foot()

    def _foot(self) -> None:
        number = len(self.view.table.ids)
        first, last = self.view.rowAt(0) + 1, self.view.rowAt(self.view.viewport().height() - 1) + 1
        chosen = len(self.view.selected_ids())
        text = f"{number:,} {self.ledger.counter}，显示 {max(first, 1):,}–{last or number:,}"
        self.foot.setText(f"{text} · 已选 {chosen:,}" if chosen else text)
        self.bulk_button.setVisible(chosen > 1 and self.own)
        self.delete_button.setVisible(chosen > 1 and self.own and not self.ledger.kept_by_program)
        self.return_button.setVisible(chosen > 1 and self.county and self.ledger.authority is None)

    def _changed(self, changes: Changes) -> None:
        if not changes.ledgers & self._shows and not changes.ledgers & {"attachment", "remark"}:
            return
        if not self.isVisible():
            self._stale = True
        elif changes.ledgers & self._shows:
            self.refresh()
        else:
            self.detail.refresh()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    # ---------------------------------------------------------------- doing

    def show_record(self, record_id: str) -> None:
        """Selects a record, taking off what hides it."""
        self._leave_form()
        self._select_next = record_id
        self.reset()
        self._ask()

    def show_place(self, place: Place) -> None:
        """Shows the records that a figure or a reminder counted."""
        if place.ids is not None and len(place.ids) == 1:
            self.show_record(place.ids[0])
            return
        self._leave_form()
        self.reset()
        for chip in self.chips:
            chip.setChecked(chip.text() in place.chips)
        self._show_only(place.ids, place.title)
        known = self.office.findData(place.office)
        self.office.setCurrentIndex(max(0, known))
        self._office_next = place.office if known < 0 else None
        self._ask(everything=True)

    def _show_only(self, ids: tuple[str, ...] | None, title: str = "") -> None:
        """Narrows the table to these records, which a chip says; a click on it takes that off."""
        before, self._only = self._only, ids
        self.only_chip.setVisible(ids is not None)
        self.only_chip.setChecked(ids is not None)
        self.only_chip.setText(f"只看“{title}” ✕")
        self.only_chip.parentWidget().updateGeometry()
        if before != ids:
            self._ask(counts=True)

    def focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _to_table(self) -> None:
        self.view.setFocus()
        if self.view.table.ids and not self.view.selected_ids():
            self.view.select_ids(self.view.table.ids[:1])

    def _enter(self) -> None:
        ids = self.view.selected_ids()
        if len(ids) == 1 and self.view.hasFocus():
            self.edit(ids[0])

    def add(self) -> None:
        """Opens an empty form."""
        self._open_form(None)

    def edit(self, record_id: str) -> None:
        """Opens a record's form."""
        if not self.detail.edit_button.isHidden():
            self._open_form(record_id)

    def _open_form(self, record_id: str | None) -> None:
        self._leave_form()
        self.form = RecordForm(self.desk, self.ledger, record_id, self.county)
        self.form.saved.connect(self._saved)
        self.form.left.connect(self._leave_form)
        self.addWidget(self.form)
        self.setCurrentWidget(self.form)

    def _leave_form(self) -> None:
        form, self.form = self.form, None
        self.setCurrentIndex(0)
        if form is not None:
            form.keep_unsaved()
            self.removeWidget(form)
            form.deleteLater()
            self.view.setFocus()

    def _saved(self, record_id: str, again: bool) -> None:
        new = self.form is not None and self.form.record_id is None
        if self.form is not None:
            self.form.forget()
        self._select_next = record_id
        self._leave_form()
        self._ask()
        self.message.say("good", f"{'已新增' if new else '已保存'}{self.ledger.one}。", "撤销", self.undo)
        if again:
            self.add()

    def delete(self, ids: list[str]) -> None:
        """Deletes records; it is one step to undo, so it does not ask."""
        if not ids or not self.own:
            return
        ledger = self.ledger
        self.desk.write(
            lambda workspace: editing.delete(workspace, ledger, ids),
            lambda _: self.message.say("good", f"已删除 {len(ids)} {ledger.counter}{ledger.one}。", "撤销", self.undo),
            self.message.refuse,
        )

    def send_back(self) -> None:
        """The county sends back what the checks find on the selected records, as one step to undo."""
        ledger, ids = self.ledger, self.view.selected_ids()

        def write(workspace: Workspace) -> tuple[int, int]:
            with workspace.read() as session:
                doubts = remarks.doubts(session, ledger, ids)
            return len(doubts), len(remarks.send_back_many(workspace, ledger, doubts)) if doubts else 0

        assert self.desk.here is not None
        below = self.desk.here.office.below

        def done(found: tuple[int, int]) -> None:
            records, number = found
            if number:
                said = f"已给 {records} {ledger.counter}{ledger.one}写批注 {number} 条，下次下发数据包时带给{below}。"
                self.message.say("good", said, "撤销", self.undo)
            else:
                self.message.say("information", "所选的记录没有检查出问题，没有写批注。")

        self.desk.write(write, done, self.message.refuse)

    def do(self, record_id: str, offer: Offer) -> None:
        """Asks for what an action of the record needs, and does it."""
        dialog = ActionDialog(self.desk, self.ledger, record_id, self.detail.title.text(), offer, self)
        dialog.done_with.connect(lambda text: self.message.say("good", text, "撤销", self.undo))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def bulk_edit(self) -> None:
        """Writes one field into all selected records."""
        dialog = BulkEdit(self.desk, self.ledger, self.view.selected_ids(), self, county=self.county)
        dialog.written.connect(lambda text: self.message.say("good", text, "撤销", self.undo))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def undo(self) -> None:
        """Takes back the last step of all."""
        self.desk.write(
            lambda workspace: workspace.undo().label,
            lambda said: self.message.say("good", f"已撤销：{said}。"),
            self.message.refuse,
        )

    def _open_filters(self) -> None:
        self.popover.open_below(self.filter_button)

    def _open_columns(self) -> None:
        under = self.columns_button.rect().bottomRight() + QPoint(0, 4)
        self.open_columns(self.columns_button.mapToGlobal(under))

    def open_columns(self, place: QPoint) -> ColumnsPopover:
        """The popover in which the columns are chosen, at a place of the screen."""
        popover = ColumnsPopover(self.view, self)
        popover.open_at(place)
        return popover

    def _import(self) -> None:
        self.open_import()

    def open_import(self, file: Path | None = None) -> "ExcelWizard":
        """The Excel wizard, over the page; with a file that is already chosen."""
        from ui.wizards.excel import ExcelWizard

        wizard = ExcelWizard(self.desk, self.ledger, file)
        self.addWidget(wizard)
        self.setCurrentWidget(wizard)

        def close() -> None:
            self.setCurrentIndex(0)
            self.removeWidget(wizard)
            wizard.deleteLater()

        wizard.closed.connect(close)
        return wizard

    def export(self) -> None:
        """Writes what the query finds into a workbook; asks first for whom where a ledger holds personal numbers."""
        if not any(spec.sensitive for spec in self.ledger.fields.values()):
            self._ask_file(public=False)
            return
        dialog = ExportDialog(self, self.ledger, len(self.view.table.ids))
        dialog.chosen.connect(lambda public: self._ask_file(public=public))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_file(self, *, public: bool) -> None:
        name = f"{self.ledger.title}{'（公示）' if public else ''}.xlsx"
        chosen, _ = QFileDialog.getSaveFileName(self, "导出到 Excel", name, "Excel 工作簿 (*.xlsx)")
        if chosen:
            self.export_to(Path(chosen), public=public)

    def export_to(self, file: Path, *, public: bool) -> None:
        """The same, where to and for whom is known."""
        ledger, query = self.ledger, self.query

        def write(workspace: Workspace) -> Any:
            from app.excel import writing  # openpyxl is slow to load, and not every day is for workbooks

            return writing.export(workspace, ledger, file, query=query, public=public)

        self.desk.read(
            write,
            lambda written: self.message.say("good", f"已导出 {written.rows} {ledger.counter}到 {file}。"),
            self.message.refuse,
        )

    def print_table(self) -> None:
        """The preview, from which it is printed or kept as a PDF."""
        printing.preview(self.desk, self.ledger, self.query, self.view.in_sight(), self)


def _offices(workspace: Workspace) -> tuple[OfficeChoice, ...]:
    with workspace.read() as session:
        return offices.choices(session)
