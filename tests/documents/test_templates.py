"""Word templates: the program's are what its layouts draw, an office's own comes first, a broken one is named."""

import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pytest
from docx import Document as new_file

from app.documents import making, templates, word
from app.documents.catalogue import DOCUMENTS
from app.documents.making import Asked
from app.workspace import Workspace
from db.errors import Refusal

ROSTER = DOCUMENTS["roster"]


@pytest.fixture
def office(demo: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A copy, for templates are put into its folder."""
    shutil.copytree(demo / "431599101", tmp_path / "青石镇")
    with Workspace.open(tmp_path / "青石镇") as workspace:
        yield workspace


def parts(content: bytes) -> dict[str, bytes]:
    """What a Word file says and how it looks, without when it was made."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.startswith("word/")}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_template_is_what_its_layout_draws(document: templates.Document) -> None:
    drawn = parts(templates.template(document))
    assert parts(word.standard_template(document)) == drawn, "run python -m app.documents.templates"


def test_no_template_lies_about_that_nobody_fills_in() -> None:
    folder = Path(templates.__file__).parents[2] / "resources" / "documents"
    assert {one.stem for one in folder.iterdir() if one.suffix == ".docx"} == set(DOCUMENTS)


def own(workspace: Workspace, *texts: str) -> Path:
    """The office's own template of the roster, of these paragraphs."""
    file = making.own_copy(workspace, ROSTER)
    made = new_file()
    for text in texts:
        made.add_paragraph(text)
    made.save(str(file))
    return file


def test_an_offices_own_template_comes_first_and_can_be_given_up(office: Workspace, tmp_path: Path) -> None:
    own(office, "本镇党员", "{%p for row in rows %}", "{{ row.name }}（{{ row.branch_id }}）", "{%p endfor %}")
    out = tmp_path / "册.docx"
    making.make(office, ROSTER, Asked(), out)
    first, *names = [one.text for one in docx.Document(str(out)).paragraphs]
    _, content = making.drawn(office, ROSTER, Asked())
    assert first == "本镇党员"
    assert names == [f"{row['name']}（{row['branch_id']}）" for row in content.rows["rows"]]
    assert making.forget_copy(office, ROSTER)
    assert not making.forget_copy(office, ROSTER)
    making.make(office, ROSTER, Asked(), out)
    assert docx.Document(str(out)).paragraphs[0].text == "党员花名册"
    assert not (office.folder / word.FOLDER).exists()


def test_a_copy_is_the_programs_and_is_not_written_over(office: Workspace) -> None:
    file = making.own_copy(office, ROSTER)
    assert file == office.folder / "documents" / "roster.docx"
    assert file.read_bytes() == word.standard_template(ROSTER)
    file.write_bytes(b"mine")
    assert making.own_copy(office, ROSTER).read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["{{ offfice }}"], "模板“roster.docx”里的“offfice”没有对应的内容，可以用的有：count、month、office、"),
        (
            ["{%p for row in rows %}", "{{ row.nmae }}", "{%p endfor %}"],
            "模板“roster.docx”里的“nmae”没有对应的内容",
        ),
        (["名单", "{%p for row on rows %}", "{%p endfor %}"], "模板“roster.docx”里的标记写得不对，在“"),
        (["{%p for row in rows %}"], "模板“roster.docx”里的标记写得不对"),
        (["{{ title.__class__.__mro__ }}"], "模板“roster.docx”里的标记写得不对"),
        (["{{ title + 1 }}"], "模板“roster.docx”里的标记放错了地方，填不出文档"),
    ],
)
def test_a_broken_template_is_named_and_nothing_is_written(
    texts: list[str], said: str, office: Workspace, tmp_path: Path
) -> None:
    own(office, *texts)
    refused(office, tmp_path, said)


def refused(office: Workspace, folder: Path, said: str) -> None:
    out = folder / "册.docx"
    out.write_bytes(b"old")
    with pytest.raises(Refusal, match=r"请在 Word 或 WPS 里改正，或者删去这个文件，改用原来的模板") as refusal:
        making.make(office, ROSTER, Asked(), out)
    assert said in refusal.value.message
    assert refusal.value.reason == "bad-template"
    assert out.read_bytes() == b"old"
    assert sorted(one.name for one in folder.iterdir()) == ["册.docx", "青石镇"]


@pytest.mark.parametrize("spoil", [lambda _: b"", lambda _: b"not a zip", lambda content: content[: len(content) // 2]])
def test_a_template_that_is_no_word_file(spoil: Callable[[bytes], bytes], office: Workspace, tmp_path: Path) -> None:
    file = making.own_copy(office, ROSTER)
    file.write_bytes(spoil(file.read_bytes()))
    refused(office, tmp_path, "模板“roster.docx”不是 Word 文档（.docx），或者已经损坏")


def test_an_official_paper_keeps_to_the_standard() -> None:
    """GB/T 9704-2012 5.2, 7.3, 7.5."""
    made = docx.Document(io.BytesIO(word.standard_template(DOCUMENTS["bulletin"])))
    section = made.sections[0]
    top, right, bottom, left = section.top_margin, section.right_margin, section.bottom_margin, section.left_margin
    assert [round(one.mm) for one in (top, right, bottom, left) if one] == [37, 26, 35, 28]
    fonts = {one.text: one.runs[0].font for one in made.paragraphs if one.runs}
    looks = {text: (font.name, font.size.pt) for text, font in fonts.items() if font.size is not None}
    assert looks["{{ title }}"] == ("方正小标宋简体", 22)
    assert looks["{{ line.text }}"] == ("仿宋_GB2312", 16)
    body = next(one for one in made.paragraphs if one.text == "{{ issued }}")
    assert body.paragraph_format.line_spacing is not None
    assert int(225 / 25.4 * 72 / body.paragraph_format.line_spacing.pt) == 22  # type: ignore[union-attr]
    assert "— " in section.footer.paragraphs[0].text
    assert made.settings.odd_and_even_pages_header_footer
