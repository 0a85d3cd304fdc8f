"""Fictional people for the demonstration: plausible names, ages, schooling and dates, and nobody real.

Every identity number begins with an area code that no place has, every telephone number with a range that is given to
machines, so that no line can meet a living person. The same seed and the same day give the same people.
"""

import csv
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources

from app.rules.recruitment import probation_ends_on
from app.rules.spans import months_later, years_later
from db.parsing import check_digit

REGION = "431599"
"""The first six digits of every invented identity number and office code: a county that does not exist."""

MALE, FEMALE = "1", "2"
FULL, PROBATIONARY = "1", "2"

AGES = ((20, 30, 8), (30, 40, 15), (40, 50, 18), (50, 60, 23), (60, 70, 20), (70, 80, 12), (80, 87, 4))
"""(from, before, weight): a rural roster is old."""

SCHOOLING = (
    (1955, {"81": 50, "71": 35, "61": 10, "41": 5}),
    (1970, {"81": 18, "71": 48, "61": 22, "41": 7, "31": 5}),
    (1980, {"71": 40, "61": 28, "41": 12, "31": 14, "21": 6}),
    (1990, {"71": 18, "61": 24, "41": 14, "31": 27, "21": 16, "14": 1}),
    (2100, {"61": 14, "41": 12, "31": 36, "21": 35, "14": 3}),
)
"""(born before, education code by weight)."""

STAFF = {"61": 4, "41": 10, "31": 42, "21": 40, "14": 4}
"""Education code by weight of those who work in an office or a school."""

DEGREES = {"21": ("408", "409", "403", "405", "412"), "14": ("309", "312", "349")}
"""Degrees that go with an education, both as codes."""

LEADING = frozenset("国建文志学正家子思雅佳春玉")
"""Characters that stand first in a given name of two."""

DESTINATIONS = (
    "广东省深圳市",
    "广东省东莞市",
    "浙江省杭州市",
    "浙江省义乌市",
    "江苏省苏州市",
    "湖南省长沙市",
    "福建省厦门市",
)
STRENGTHS = ("种植技术", "养殖技术", "木工", "泥工", "电工", "驾驶", "文艺", "书法", "调解", "会计", "电商")
HEALTH = ("良好", "良好", "良好", "一般", "患慢性病")


@dataclass(frozen=True)
class Person:
    """One invented person. `birth` is what the file says; `resident_id` may say otherwise, as some real files do."""

    name: str
    sex: str
    nation: str
    birth: date
    resident_id: str
    education: str
    degree: str | None
    phone: str | None


@cache
def lines(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of one file in seeds/demo."""
    text = (resources.files("seeds") / "demo" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def pick(rng: random.Random, weighted: Mapping[str, int]) -> str:
    """One key, as likely as its weight."""
    return rng.choices(list(weighted), list(weighted.values()))[0]


def day_between(rng: random.Random, first: date, last: date) -> date:
    """A day from `first` to `last`, both included; `first` where they cross."""
    return first + timedelta(days=rng.randint(0, max(0, (last - first).days)))


class People:
    """Invents people one after another; no two have one identity number.

    Attributes:
        rng: where all chance comes from.
        today: the day of which ages are reckoned.
    """

    def __init__(self, rng: random.Random, today: date) -> None:
        self.rng, self.today = rng, today
        self._order: dict[tuple[date, str], int] = {}
        self._phones = rng.randrange(1_000_000)

    def person(self, youngest: int = 20, oldest: int = 87, *, women: float = 0.27, staff: bool = False) -> Person:
        """Somebody of an age in full years from `youngest` to below `oldest`; `staff` went to school for longer."""
        rng = self.rng
        bands = [(max(a, youngest), min(b, oldest), w) for a, b, w in AGES if a < oldest and b > youngest]
        low, high, _ = rng.choices(bands, [w for *_, w in bands])[0]
        years = rng.randrange(low, high)
        birth = day_between(
            rng, years_later(self.today, -years - 1) + timedelta(days=1), years_later(self.today, -years)
        )
        sex = FEMALE if rng.random() < women else MALE
        name, nation = self.name(sex, birth.year)
        schooling = STAFF if staff else next(table for before, table in SCHOOLING if birth.year < before)
        education = pick(rng, schooling)
        degree = rng.choice(DEGREES[education]) if education in DEGREES and rng.random() < 0.7 else None
        phone = self.phone() if rng.random() > 0.012 else None
        return Person(name, sex, nation, birth, self.resident_id(birth, sex), education, degree, phone)

    def name(self, sex: str, born: int) -> tuple[str, str]:
        """(a name of two or three characters, four after a double surname; the nation's code)."""
        surname = self.rng.choices(lines("surnames"), _weights("surnames"))[0]
        fitting = _given(sex, born)
        one = self.rng.choices([text for text, _ in fitting], [weight for _, weight in fitting], k=2)
        one.sort(key=lambda text: text not in LEADING)
        given = one[0] if one[0] == one[1] or self.rng.random() < 0.22 else "".join(one)
        return surname["surname"] + given, surname["nation"]

    def resident_id(self, birth: date, sex: str) -> str:
        """A number with a valid check digit in the region that does not exist, never given twice."""
        turn = self._order.get((birth, sex), 0)
        self._order[birth, sex] = turn + 1
        order = 2 * turn + (1 if sex == MALE else 2)
        body = f"{REGION}{birth:%Y%m%d}{order:03d}"
        return body + check_digit(body)

    def phone(self) -> str:
        """A mobile number in 1400, a range of cards for machines, never given twice."""
        self._phones += self.rng.randint(1, 9)
        return f"1400{self._phones % 10_000_000:07d}"

    def party_dates(self, birth: date, *, probationary: bool) -> tuple[date, date | None]:
        """(joined, full) such that every rule of recruitment holds; a probationary member has no second day."""
        rng = self.rng
        if probationary:
            first = max(years_later(birth, 19), months_later(self.today, -11))
            return day_between(rng, first, self.today - timedelta(days=14)), None
        latest = months_later(self.today, -15)
        earliest = min(max(years_later(birth, 19), date(1957, 1, 1)), latest)
        joined = day_between(rng, earliest, min(latest, years_later(birth, rng.choice((24, 28, 32, 38, 45, 52)))))
        if joined.year < 1978 and joined.year >= 1969:  # the years without probation, and their edges kept simple
            joined = min(max(joined, date(1969, 7, 1)), date(1977, 7, 1))
        due = probation_ends_on(joined)
        return joined, due if due == joined else min(due + timedelta(days=rng.randint(0, 45)), self.today)


@cache
def _weights(name: str) -> tuple[int, ...]:
    return tuple(int(line["weight"]) for line in lines(name))


@cache
def _given(sex: str, born: int) -> tuple[tuple[str, int], ...]:
    """The characters that people of a sex and year were named with, and how often."""
    return tuple(
        (line["text"], int(line["weight"]))
        for line in lines("given_names")
        if line["sex"] == sex and int(line["from"]) <= born <= int(line["to"])
    )
