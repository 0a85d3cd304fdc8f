"""Fills in a Word template, the office's own or the program's. A template is untrusted: it runs in a sandbox, and what
is wrong with it is said by name."""

import io
import re
import zipfile
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from app.backup import TEMPLATES
from app.documents.document import Content, Document, Picture, Row, shown
from db.errors import Refusal

FOLDER = TEMPLATES
"""Inside a workspace's folder, and inside what the program carries."""

MOST = 3000
"""Lines of a Word file or a paper; more are for Excel."""

HINT = "请在 Word 或 WPS 里改正，或者删去这个文件，改用原来的模板"


def own_template(folder: Path, document: Document) -> Path:
    """Where an office's own template of a document stands, if it has one."""
    return folder / FOLDER / f"{document.name}.docx"


def standard_template(document: Document) -> bytes:
    """The template that comes with the program."""
    return files("resources").joinpath(FOLDER, f"{document.name}.docx").read_bytes()


def fill(document: Document, content: Content, hidden: Iterable[str], own: Path | None) -> bytes:
    """The document as a Word file, from the office's own template where there is one.

    `hidden` are the columns that are left out; they lack in the content too. Raises `Refusal` for a template that
    cannot be filled in, with the place.
    """
    from docx.opc.exceptions import OpcError
    from docx.shared import Mm
    from docxtpl import DocxTemplate, InlineImage
    from jinja2 import StrictUndefined, TemplateError, UndefinedError
    from jinja2.sandbox import SandboxedEnvironment
    from lxml.etree import LxmlError

    named = f"模板“{own.name}”" if own is not None else f"“{document.title}”的模板"
    try:
        source = own.read_bytes() if own is not None else standard_template(document)
    except OSError as error:
        raise Refusal(f"{named}读不出来。请看它是不是正在被别的程序占用", "bad-template") from error
    words = context(document, content)
    try:
        made = DocxTemplate(io.BytesIO(source))
        made.init_docx()
    except (OpcError, zipfile.BadZipFile, LxmlError, KeyError, ValueError) as error:
        raise Refusal(f"{named}不是 Word 文档（.docx），或者已经损坏。{HINT}", "bad-template") from error
    sizes = {block.name: block.size for block in document.layout if isinstance(block, Picture)}
    for name, png in content.pictures.items():
        words[name] = InlineImage(made, io.BytesIO(png), width=Mm(sizes[name]))
    try:
        for name in hidden:
            _drop(made.docx, name)
        made.render(words, SandboxedEnvironment(undefined=StrictUndefined, autoescape=True), autoescape=True)
        written = io.BytesIO()
        made.save(written)
    except UndefinedError as error:
        missing = (re.findall(r"'([^']+)'", error.message or "") or ["？"])[-1]
        known = "、".join(sorted(words))
        raise Refusal(f"{named}里的“{missing}”没有对应的内容，可以用的有：{known}。{HINT}", "bad-template") from error
    except TemplateError as error:
        raise Refusal(f"{named}里的标记写得不对{_near(error)}。{HINT}", "bad-template") from error
    except (LxmlError, TypeError, ArithmeticError) as error:
        raise Refusal(f"{named}里的标记放错了地方，填不出文档。{HINT}", "bad-template") from error
    return written.getvalue()


def context(document: Document, content: Content) -> dict[str, Any]:
    """What the placeholders of a template stand for, all of it text; a row lacks no column of its table."""
    found: dict[str, Any] = dict(content.values)
    money = {column.name for table in document.tables for column in table.columns if column.money}
    columns = {table.rows: [column.name for column in table.columns] for table in document.tables}
    for name, rows in content.rows.items():
        found[name] = [_texts(row, columns.get(name, ()), money) for row in rows]
    return found


def _texts(row: Row, columns: Iterable[str], money: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(columns, "") | {name: shown(cell, money=name in money) for name, cell in row.items()}


def _near(error: Any) -> str:
    """The line of the template at which it went wrong, where that can be told."""
    lines = [line.strip() for line in getattr(error, "docx_context", ())]
    marks = [line for line in lines[2:5] + lines if "{%" in line or "{{" in line]
    return f"，在“{marks[0][:60]}”附近" if marks else ""


def _drop(file: Any, column: str) -> None:
    """Takes a column out of every table in which a cell is filled in from it; the others share its width."""
    from docx.oxml.ns import qn

    for table in file.element.body.iter(qn("w:tbl")):
        lines = [list(line.iterchildren(qn("w:tc"))) for line in table.iterchildren(qn("w:tr"))]
        place = next(
            (at for cells in lines for at, cell in enumerate(cells) if _names(cell, column)),
            None,
        )
        if place is None:
            continue
        grid = table.find(qn("w:tblGrid"))
        gone = [one for one in grid if one.tag == qn("w:gridCol")] if grid is not None else []
        full = len(gone)
        for cells in lines:
            if len(cells) == full:
                table_row = cells[place].getparent()
                table_row.remove(cells[place])
        if full > place:
            whole = sum(int(one.get(qn("w:w"), "0")) for one in gone)
            rest = whole - int(gone[place].get(qn("w:w"), "0"))
            grid.remove(gone[place])
            if rest:
                _stretch(table, whole / rest)


def _names(cell: Any, column: str) -> bool:
    return re.search(rf"\.{re.escape(column)}\b", "".join(cell.itertext())) is not None


def _stretch(table: Any, factor: float) -> None:
    from docx.oxml.ns import qn

    for name in ("w:gridCol", "w:tcW"):
        for one in table.iter(qn(name)):
            if one.get(qn("w:type")) in (None, "dxa"):
                one.set(qn("w:w"), str(round(int(one.get(qn("w:w"), "0")) * factor)))
