"""Draws the Word templates in resources/documents from the documents' layouts: `python -m app.documents.templates`.

An office edits a copy in Word or WPS. What stands in double braces is filled in; a line of a table is written once.
"""

import io
from collections.abc import Iterator
from math import floor
from string import Formatter
from typing import Any

from docx import Document as new_file
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from app.documents.document import CHARACTERS, Body, Document, Grid, Page, Picture, Style, Table, Text
from app.documents.looks import BOTH, CENTRE, FANG, INSTEAD, LEFT, RIGHT, SONG, Look, look, table_look

ALIGNED = {
    LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    CENTRE: WD_ALIGN_PARAGRAPH.CENTER,
    RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
    BOTH: WD_ALIGN_PARAGRAPH.JUSTIFY,
}
RED = RGBColor(0xC8, 0x10, 0x1E)
CELL_MARGINS = {"top": 34, "left": 57, "bottom": 34, "right": 57}
"""Twentieths of a point around the text of a cell."""
LINE = 16
"""Points of height that one line of a form's long text is given."""

STYLES = ("Normal", "DefaultParagraphFont", "TableNormal", "NoList", "TableGrid", "Header", "Footer")
UNUSED = ("thumbnail", "stylesWithEffects", "customXml", "numbering", "theme")


def template(document: Document) -> bytes:
    """The template of a document, as a Word file."""
    made = new_file()
    _set_up(made, document.page)
    for block in document.layout:
        match block:
            case Text():
                _paragraph(made.add_paragraph(), placeholders(block.text), block.style, document.page)
            case Grid():
                _grid(made, block, document.page)
            case Table():
                _table(made, block, document.page)
            case Body():
                _body(made, block, document.page)
            case Picture():
                _picture(made, block, document.page)
    made.core_properties.title, made.core_properties.author = document.title, "四基"
    _faces(made)
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def placeholders(text: str) -> str:
    """A layout's text as a template has it: {name} becomes {{ name }}."""
    parts = []
    for literal, name, _, _ in Formatter().parse(text):
        parts.append(literal + (f"{{{{ {name} }}}}" if name else ""))
    return "".join(parts)


def widths(table: Table, page: Page) -> list[float]:
    """The columns' widths in millimetres: together as wide as the page's text."""
    whole = sum(column.width for column in table.columns)
    return [column.width * page.width / whole for column in table.columns]


# ---------------------------------------------------------------- the parts


def _set_up(made: Any, page: Page) -> None:
    section = made.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if page.across else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if page.across else (Mm(210), Mm(297))
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = map(Mm, page.margins)
    section.header_distance = Mm(10)
    section.footer_distance = Mm(page.margins[2] - 10 if page.numbered else 8)
    normal = made.styles["Normal"]
    _face(normal, FANG if page.numbered else SONG, page.size)
    normal.paragraph_format.space_after = Pt(0)
    if page.pitch is not None:
        grid = section._sectPr.find(qn("w:docGrid"))
        if grid is None:
            grid = OxmlElement("w:docGrid")
            section._sectPr.append(grid)
        grid.set(qn("w:type"), "lines")
        grid.set(qn("w:linePitch"), str(round(page.pitch * 20)))
    if page.numbered:
        made.settings.odd_and_even_pages_header_footer = True
        _number(section.footer, RIGHT)
        _number(section.even_page_footer, LEFT)


def _number(footer: Any, align: str) -> None:
    """— 1 — in 四号半角宋体, a character in from the margin (GB/T 9704 7.5)."""
    paragraph = footer.paragraphs[0]
    paragraph.alignment = ALIGNED[align]
    setattr(paragraph.paragraph_format, "right_indent" if align == RIGHT else "left_indent", Pt(14))
    for text in ("— ", None, " —"):
        run = paragraph.add_run(text or "")
        _face(run, SONG, 14)
        if text is None:
            for kind, inside in (("begin", None), (None, "PAGE"), ("end", None)):
                part = OxmlElement("w:instrText" if inside else "w:fldChar")
                if inside:
                    part.text = inside
                else:
                    part.set(qn("w:fldCharType"), kind)
                run._r.append(part)


def _face(holder: Any, face: str, size: float) -> None:
    """Gives a run or a style its face, for Chinese and for the rest."""
    holder.font.name, holder.font.size = face, Pt(size)
    fonts = holder.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:eastAsia", "w:hAnsi", "w:cs"):
        fonts.set(qn(script), face)


def _paragraph(paragraph: Any, text: str, style: Style, page: Page) -> None:
    how = look(style, page)
    _dress(paragraph, how, page.pitch if how.size <= page.size else None)
    run = paragraph.add_run(text)
    _face(run, how.face, how.size)
    if page.pitch is not None and how.size == page.size:
        _set_closer(run, page)
    if how.red:
        run.font.color.rgb = RED
    if style is Style.NUMBER:
        _red_line(paragraph)


def _dress(paragraph: Any, how: Look, pitch: float | None) -> None:
    paragraph.alignment = ALIGNED[how.align]
    form = paragraph.paragraph_format
    form.space_before, form.space_after = Pt(how.before), Pt(how.after)
    form.page_break_before = how.new_page
    if how.indent:
        form.first_line_indent = Pt(how.indent * how.size)
    if how.inset:
        form.right_indent = Pt(how.inset * how.size)
    if pitch is not None:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(pitch)


def _set_closer(run: Any, page: Page) -> None:
    """Draws the characters together by so many twentieths of a point that a line holds 28 (GB/T 9704 5.2.3)."""
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(floor((page.width / 25.4 * 72 / CHARACTERS - page.size) * 20)))
    run._r.get_or_add_rPr().insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs")


def _red_line(paragraph: Any) -> None:
    borders, below = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "6"), ("color", str(RED))):
        below.set(qn(f"w:{name}"), value)
    borders.append(below)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _cell(cell: Any, text: str, page: Page, align: str = LEFT, *, bold: bool = False) -> None:
    how = table_look(page)
    paragraph = cell.paragraphs[0]
    paragraph.alignment = ALIGNED[align]
    run = paragraph.add_run(text)
    _face(run, how.face, how.size)
    run.bold = bold
    cell.vertical_alignment = 1  # in the middle


def _bare(made: Any, lines: int, mms: list[float]) -> Any:
    table = made.add_table(lines, len(mms))
    table.style = "Table Grid"
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    margins = OxmlElement("w:tblCellMar")
    for side, margin in CELL_MARGINS.items():
        part = OxmlElement(f"w:{side}")
        part.set(qn("w:w"), str(margin))
        part.set(qn("w:type"), "dxa")
        margins.append(part)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")
    for column, mm in zip(table.columns, mms, strict=True):
        column.width = Mm(mm)
        for cell in column.cells:
            cell.width = Mm(mm)
    return table


def _table(made: Any, block: Table, page: Page) -> None:
    """The header, repeated on each page, and one line for each row between the two that say so."""
    table = _bare(made, 4, widths(block, page))
    head, first, line, last = table.rows
    for place, column in enumerate(block.columns):
        _cell(head.cells[place], column.label, page, CENTRE, bold=True)
        _cell(line.cells[place], f"{{{{ row.{column.name} }}}}", page, RIGHT if column.right else LEFT)
    first.cells[0].merge(first.cells[-1]).text = f"{{%tr for row in {block.rows} %}}"
    last.cells[0].merge(last.cells[-1]).text = "{%tr endfor %}"
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    line._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))


def _grid(made: Any, block: Grid, page: Page) -> None:
    share = page.width / block.pairs
    table = _bare(made, len(block.lines), [share * part for _ in range(block.pairs) for part in (0.3, 0.7)])
    for row, line in zip(table.rows, block.lines, strict=True):
        if len(line) < block.pairs:
            row.cells[2 * len(line) - 1].merge(row.cells[-1])
        for place, (label, text) in enumerate(line):
            _cell(row.cells[2 * place], label, page, CENTRE)
            _cell(row.cells[2 * place + 1], placeholders(text), page)
            row.height = max(row.height or 0, Pt(LINE * max(block.low, block.tall.get(label, 0))))


def _picture(made: Any, block: Picture, page: Page) -> None:
    """A table without lines: the picture's placeholder, and what stands beside it."""
    table = _bare(made, 1, [block.room, page.width - block.room])
    table.style = None
    left, right = table.rows[0].cells
    left.paragraphs[0].add_run(f"{{{{ {block.name} }}}}")
    for place, one in enumerate(block.beside):
        _paragraph(right.paragraphs[0] if not place else right.add_paragraph(), placeholders(one.text), one.style, page)
    right.vertical_alignment = 1  # in the middle


def _body(made: Any, block: Body, page: Page) -> None:
    """Paragraphs by style, each between marks that take up no line of their own."""

    def mark(text: str) -> None:
        made.add_paragraph(f"{{%p {text} %}}")

    mark(f"for line in {block.rows}")
    for place, style in enumerate((Style.HEADING, Style.SUBHEADING, Style.FLUSH)):
        mark(f"{'elif' if place else 'if'} line.style == '{style}'")
        _paragraph(made.add_paragraph(), "{{ line.text }}", style, page)
    mark("else")
    _paragraph(made.add_paragraph(), "{{ line.text }}", Style.BODY, page)
    mark("endif")
    mark("endfor")


def _faces(made: Any) -> None:
    """Names what may stand for each face in the table of faces, and drops what an empty file brings and nobody uses."""
    for holder in (made.part.package, made.part):
        for key, one in list(holder.rels.items()):
            if one.reltype.rpartition("/")[2] in UNUSED:
                del holder.rels[key]
    styles = made.styles.element
    for one in styles.findall(qn("w:style")):
        if one.get(qn("w:styleId")) not in STYLES:
            styles.remove(one)
    for one in made.part.rels.values():
        if one.reltype.endswith("/fontTable"):
            names = "".join(
                f'<w:font w:name="{face}"><w:altName w:val="{",".join(others)}"/><w:charset w:val="86"/></w:font>'
                for face, others in INSTEAD.items()
            )
            space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
            one.target_part._blob = (
                f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts xmlns:w="{space}">{names}</w:fonts>'
            ).encode()


def all_templates() -> Iterator[tuple[str, bytes]]:
    """The file name and content of each."""
    from app.documents.catalogue import DOCUMENTS

    for document in DOCUMENTS.values():
        yield f"{document.name}.docx", template(document)


def main() -> None:
    """Writes all templates anew where the program keeps them."""
    from pathlib import Path

    import resources

    folder = Path(resources.__file__).parent / "documents"
    for name, content in all_templates():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
