"""Lays a document out on paper, as HTML that the window prints or keeps as PDF. No Qt here."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from app.documents.document import Body, Cell, Content, Document, Grid, Page, Picture, Style, Table, Text, filled, shown
from app.documents.looks import INSTEAD, Look, look, table_look


@dataclass(frozen=True)
class Paper:
    """A document ready to print: its HTML and the page it is for."""

    title: str
    html: str
    page: Page


def paper(document: Document, content: Content) -> Paper:
    """The document laid out."""
    parts = []
    for block in document.layout:
        match block:
            case Text():
                parts.append(_paragraph(filled(block.text, content.values), block.style, document.page))
            case Body():
                parts += [
                    _paragraph(str(row["text"]), Style(str(row["style"])), document.page)
                    for row in content.rows[block.rows]
                ]
            case Grid():
                parts.append(_grid(block, content, document.page))
            case Table():
                parts.append(_table(block, content, document.page))
            case Picture():
                parts.append(_picture(block, content, document.page))
    return Paper(content.values.get("title", document.title), "".join(parts), document.page)


def _face(how: Look) -> str:
    """The face with all that may stand for it, and the size."""
    names = ",".join(f"'{name}'" for name in (how.face, *INSTEAD[how.face]))
    return f"font-family:{names};font-size:{how.size:g}pt"


def _paragraph(text: str, style: Style, page: Page) -> str:
    how = look(style, page)
    before, after, indent, inset = (
        round(points * 96 / 72) for points in (how.before, how.after, how.indent * how.size, how.inset * how.size)
    )
    css = (
        f"{_face(how)};white-space:pre-wrap;margin-top:{before}px;margin-bottom:{after}px;"
        f"text-indent:{indent}px;margin-right:{inset}px"
    )
    css += ";color:#C8101E" if how.red else ""
    css += ";page-break-before:always" if how.new_page else ""
    line = '<hr style="background-color:#C8101E" width="100%">' if style is Style.NUMBER else ""
    inside = escape(text).replace("\n", "<br>") or "&nbsp;"
    return f'<p align="{how.align}" style="{css}">{inside}</p>{line}'


def _table_open(page: Page) -> str:
    return (
        f'<table width="100%" border="1" cellspacing="0" cellpadding="{page.padding}" '
        f'style="border-collapse:collapse;border-style:solid;{_face(table_look(page)).replace(chr(34), "")}">'
    )


def _table(block: Table, content: Content, page: Page) -> str:
    whole = sum(column.width for column in block.columns)
    face = _face(table_look(page))
    heads = "".join(
        f'<th width="{column.width * 100 / whole:.2f}%" style="{face}">{escape(column.label)}</th>'
        for column in block.columns
    )
    lines = []
    spans = _spans([row.get(block.spans) for row in content.rows[block.rows]]) if block.spans else {}
    for place, row in enumerate(content.rows[block.rows]):
        cells = []
        for column in block.columns:
            if column.name == block.spans and place not in spans:
                continue
            over = f' rowspan="{spans[place]}"' if column.name == block.spans else ""
            side = "right" if column.right else "left"
            text = escape(shown(row.get(column.name), money=column.money)).replace("\n", "<br>")
            cells.append(f'<td{over} align="{side}" valign="middle" style="{face};white-space:pre-wrap">{text}</td>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"{_table_open(page)}<thead><tr>{heads}</tr></thead>{''.join(lines)}</table>"


def _spans(cells: Sequence[Cell]) -> dict[int, int]:
    """Where a cell begins and over how many rows it goes: until the next that is not empty."""
    begins = [place for place, cell in enumerate(cells) if place == 0 or cell is not None]
    return {first: after - first for first, after in pairwise([*begins, len(cells)])}


def _grid(block: Grid, content: Content, page: Page) -> str:
    face = _face(table_look(page))
    lines = []
    for line in block.lines:
        cells = []
        for place, (label, text) in enumerate(line):
            across = 2 * (block.pairs - place) - 1 if place == len(line) - 1 else 1
            inside = escape(filled(text, content.values)).replace("\n", "<br>")
            empty = "<br>" * max(1, block.tall.get(label, 0) - inside.count("<br>") - len(inside) // 30)
            room = f"{inside}{empty}" if label in block.tall else inside
            cells.append(
                f'<td width="{30 / block.pairs:.2f}%" align="center" valign="middle" style="{face}">{label}</td>'
            )
            wide = f'colspan="{across}" width="{70 / block.pairs:.2f}%"'
            side = "" if label in block.tall else 'valign="middle"'
            cells.append(f'<td {wide} {side} style="{face};white-space:pre-wrap">{room}</td>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"{_table_open(page)}{''.join(lines)}</table>"


def _picture(block: Picture, content: Content, page: Page) -> str:
    side = round(block.size / 25.4 * 96)
    source = f"data:image/png;base64,{b64encode(content.pictures[block.name]).decode()}"
    beside = "".join(_paragraph(filled(one.text, content.values), one.style, page) for one in block.beside)
    return (
        f'<table width="100%" border="0" cellspacing="0" cellpadding="3"><tr>'
        f'<td width="{block.room * 100 / page.width:.2f}%"><img src="{source}" width="{side}" height="{side}"></td>'
        f'<td valign="middle">{beside}</td></tr></table>'
    )
