"""How each style of paragraph looks: its face, size and place. One table for Word, Excel and paper."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.documents.document import Page, Style

SONG, TITLE_SONG, FANG, HEI, KAI = "宋体", "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"

INSTEAD: Mapping[str, tuple[str, ...]] = {
    SONG: ("SimSun", "Noto Serif CJK SC", "Noto Serif SC"),
    TITLE_SONG: ("方正小标宋_GBK", "FZXiaoBiaoSong-B05S", "华文中宋", "宋体", "Noto Serif CJK SC", "Noto Serif SC"),
    FANG: ("仿宋", "FangSong", "华文仿宋", "宋体", "Noto Serif CJK SC", "Noto Serif SC"),
    HEI: ("SimHei", "微软雅黑", "Noto Sans CJK SC", "Noto Sans SC"),
    KAI: ("楷体", "KaiTi", "华文楷体", "宋体", "Noto Serif CJK SC", "Noto Serif SC"),
}
"""What is taken for a face that a computer does not have, in this order."""

LEFT, CENTRE, RIGHT, BOTH = "left", "center", "right", "justify"


@dataclass(frozen=True)
class Look:
    """A face and its size in points; `indent` of the first line and `inset` at the right, in characters; `before` and
    `after` in points."""

    face: str
    size: float
    align: str = LEFT
    indent: int = 0
    inset: int = 0
    before: float = 0
    after: float = 0
    red: bool = False
    new_page: bool = False


def look(style: Style, page: Page) -> Look:
    """How a style looks on a page."""
    return (_official if page.numbered else _plain)(style, page.size)


def _official(style: Style, size: float) -> Look:
    """GB/T 9704-2012: 标题 二号小标宋, 正文 三号仿宋, 一级 黑体, 二级 楷体."""
    match style:
        case Style.TITLE:
            return Look(TITLE_SONG, 22, CENTRE, before=29, after=29)
        case Style.RED:
            return Look(TITLE_SONG, 38, CENTRE, before=40, after=24, red=True)
        case Style.NUMBER:
            return Look(FANG, size, CENTRE, red=False)
        case Style.HEADING:
            return Look(HEI, size, indent=2)
        case Style.SUBHEADING:
            return Look(KAI, size, indent=2)
        case Style.SIGNED:
            return Look(FANG, size, RIGHT, inset=4)
        case Style.ANNEX:
            return Look(HEI, size, new_page=True)
        case Style.BODY:
            return Look(FANG, size, BOTH, indent=2)
        case _:
            return Look(FANG, size)


def _plain(style: Style, size: float) -> Look:
    match style:
        case Style.TITLE:
            return Look(TITLE_SONG, 16, CENTRE, before=2, after=4)
        case Style.BODY:
            return Look(FANG, size, indent=2, after=2)
        case Style.RIGHT:
            return Look(FANG, size, RIGHT, inset=2, after=1)
        case Style.CUT:
            return Look(SONG, 9, CENTRE, before=5, after=5)
        case Style.UNDER:
            return Look(SONG, size, after=3)
        case _:
            return Look(SONG if size < 12 else FANG, size, before=3)


TABLE_SIZE = 12.0
"""The text of a table in an official paper, in points; on other pages it is the page's."""


def table_look(page: Page) -> Look:
    """How the cells of a table look."""
    return Look(SONG, min(page.size, TABLE_SIZE))
