"""The pages that say what a ledger's page cannot, by id: to which system each belongs, who sees it, how it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from app.ledgers.ledger import Pillar
from app.offices import ABOVE_A_TOWNSHIP, BELOW_A_CITY, COUNTY_ALONE, EVERYWHERE
from app.place import FUNDING_SHEET, MONTH, OVERVIEW, PAY_SHEET, RECRUITMENT, SCORING, STATISTICS, VILLAGES
from app.workspace import REALM
from ui.background import Desk
from ui.pages.branches import BranchesPage
from ui.pages.draw import DrawPage
from ui.pages.duties import DutiesPage
from ui.pages.funding import FundingPage
from ui.pages.month import MonthPage
from ui.pages.overview import OverviewPage
from ui.pages.pay import PaySheetPage
from ui.pages.recruitment import RecruitmentPage
from ui.pages.reports import ReportsPage
from ui.pages.scoring import ScoringPage
from ui.pages.statistics import StatisticsPage
from ui.pages.villages import VillagesPage


@dataclass(frozen=True)
class Page:
    """A page in the navigation.

    Attributes:
        make: makes the widget. One with a signal `go` leads to a `Place` with it.
        levels: the levels of the offices that see it.
        before: the ledger before which it stands in the navigation; first in its system without one.
        named: whether its title begins with what all below an office is called, 全县 or 全市.
    """

    id: str
    title: str
    pillar: Pillar
    icon: str
    make: Callable[[Desk], QWidget]
    levels: frozenset[str] = EVERYWHERE
    before: str = ""
    named: bool = False

    def called(self, level: str) -> str:
        """Its title at an office of a level."""
        return REALM.get(level, "") + self.title if self.named else self.title


PAGES: Mapping[str, Page] = {
    one.id: one
    for one in (
        Page(OVERVIEW, "总览", Pillar.BASE, "mdi6.chart-timeline-variant", OverviewPage, ABOVE_A_TOWNSHIP, named=True),
        Page(VILLAGES, "一村一格", Pillar.BASE, "mdi6.view-grid-outline", VillagesPage),
        Page(STATISTICS, "党内统计", Pillar.TEAM, "mdi6.chart-bar", StatisticsPage),
        Page(RECRUITMENT, "发展路径", Pillar.TEAM, "mdi6.stairs", RecruitmentPage, before="applicant"),
        Page(PAY_SHEET, "报酬发放表", Pillar.GUARANTEE, "mdi6.table-account", PaySheetPage, before="pay_slip"),
        Page(FUNDING_SHEET, "建设资金表", Pillar.GUARANTEE, "mdi6.table-large", FundingPage, before="venue_funding"),
        Page("branches", "支部整顿", Pillar.METHOD, "mdi6.clipboard-check-multiple-outline", BranchesPage),
        Page("duties", "责任分解表", Pillar.RESPONSIBILITY, "mdi6.table-check", DutiesPage, BELOW_A_CITY, "duty"),
        Page(MONTH, "月度调度", Pillar.RESPONSIBILITY, "mdi6.calendar-check", MonthPage, BELOW_A_CITY),
        Page(SCORING, "考核评分", Pillar.RESPONSIBILITY, "mdi6.scoreboard-outline", ScoringPage, BELOW_A_CITY, "score"),
        Page(
            "draw",
            "随机抽查",
            Pillar.RESPONSIBILITY,
            "mdi6.dice-multiple-outline",
            DrawPage,
            COUNTY_ALONE,
            "inspection",
        ),
        Page("reports", "报表和文书", Pillar.SYSTEM, "mdi6.file-document-multiple-outline", ReportsPage),
    )
}


def seen(level: str) -> list[Page]:
    """The pages that an office of a level sees, in their order."""
    return [one for one in PAGES.values() if level in one.levels]
