"""实力党建 of the demonstration: venues, the projects and money behind them, and their use."""

import hashlib
import struct
import zlib
from datetime import timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app.demo.fiction import pick
from app.demo.township import Rows, Township
from app.rules.spans import months_later
from db.journal import Values
from db.models.handoff import BlobChunk


def fill(town: Township, standard_area: Decimal) -> None:
    """Venues; `standard_area` is the floor area of one up to standard, in ㎡."""
    venues(town, standard_area)
    pictures(town)


def venues(town: Township, standard: Decimal) -> None:
    """A venue for nearly every village, one in four too small, and the projects that mend it."""
    villages = town.rows["village"]
    for place, village in enumerate(villages):
        if place and place % 11 == 4:
            project(town, village, None, "01", finished=False)
            continue
        small = place % 4 == 1
        area = Decimal(town.rng.randint(38, 70)) if small else standard + town.rng.randint(5, 340)
        built = town.today.year - town.rng.randint(12, 32) if small else town.today.year - town.rng.randint(1, 18)
        venue = town.row(
            "venue",
            village_id=village["id"],
            name=f"{village['name']}党群服务中心" if not small else f"{village['name']}活动室",
            address=f"{town.office.name}{village['name']}{town.rng.randint(1, 9)}组",
            built_year=built,
            structure="03" if small else town.rng.choice(("01", "02", "02")),
            floors=1 if small else town.rng.randint(1, 3),
            floor_area=area,
            land_area=area * 2 + town.rng.randint(20, 400),
            ownership="03" if small and town.rng.random() < 0.4 else "01",
            deed_no=None if small else f"云集用〔{built}〕第{town.rng.randint(100, 999)}号",
            rooms="01,02" if small else ",".join(("01", "02", "03", "04", "06", "08")[: town.rng.randint(3, 6)]),
            meets_standard=not small or place == 5,
            condition=town.rng.choice(("03", "04")) if small else town.rng.choice(("01", "01", "02")),
            keeper=town.somebody(),
            open_hours="周一至周五 8:30—17:30" if not small else "逢会开放",
            lat=Decimal(f"27.{town.rng.randint(1000, 4999)}"),
            lon=Decimal(f"111.{town.rng.randint(2000, 5999)}"),
        )
        if small:
            project(town, village, venue, town.rng.choice(("02", "03")), finished=False)
        elif built >= town.today.year - 4 or place == 0:
            project(town, village, venue, "01", finished=True)
        elif place % 5 == 3:
            project(town, village, venue, "02", finished=True)
        uses(town, venue)


def project(town: Township, village: Values, venue: Values | None, kind: str, *, finished: bool) -> None:
    """A building project and its money by source, which adds up but for one project in fifteen."""
    started = town.ago(500, 1200) if finished else town.ago(30, 260)
    done = started + timedelta(days=town.rng.randint(150, 320)) if finished else None
    begun = finished or venue is not None
    made = town.row(
        "venue_project",
        venue_id=venue["id"] if venue else None,
        village_id=village["id"],
        kind=kind,
        stage="08" if finished else town.rng.choice(("04", "05")) if begun else "02",
        planned_invest=town.rng.randrange(8, 46) * 1_000_000,
        started_on=started if begun else None,
        finished_on=done,
        accepted_on=done + timedelta(days=town.rng.randint(10, 60)) if done else None,
        accepted=True if finished else None,
        leader=town.somebody(),
        department=town.rng.choice(("县财政局", "县水利局", "县农业农村局", "县交通运输局", "县自然资源局")),
    )
    left = made["planned_invest"]
    for source in town.rng.sample(("01", "02", "03", "04"), town.rng.randint(1, 3)):
        part = left * town.rng.randint(3, 6) // 10 // 100_000 * 100_000
        funding(town, made, source, part, finished=finished)
        left -= part
    if town.rng.random() > 0.07 or finished:
        funding(town, made, "06", left, finished=finished)


def funding(town: Township, project: Values, source: str, planned: int, *, finished: bool) -> None:
    """What one source gives."""
    paid = planned if finished else planned * town.rng.randint(0, 8) // 10
    town.row("venue_funding", project_id=project["id"], source=source, planned=planned, paid=paid)


def uses(town: Township, venue: Values) -> None:
    """The occasions of the past year, about one a month."""
    for month in range(town.rng.randint(5, 11)):
        town.row(
            "venue_use",
            venue_id=venue["id"],
            on=months_later(town.today, -month) - timedelta(days=town.rng.randint(1, 25)),
            purpose=pick(town.rng, {"01": 20, "02": 20, "03": 10, "04": 25, "05": 8, "06": 5, "08": 7, "09": 5}),
            attendance=town.rng.randint(6, 70),
            keeper=venue["keeper"],
        )


def pictures(town: Township) -> None:
    """A picture of the first venues, as attachments."""
    for venue in town.rows["venue"][:3]:
        picture = drawing(int(venue["floor_area"]), venue["floors"])
        town.row(
            "attachment",
            ledger="venue",
            record=venue["id"],
            name=f"{venue['name']}.png",
            sha256=hashlib.sha256(picture).hexdigest(),
            bytes=len(picture),
        )


def attach_pictures(session: Session, rows: Rows) -> None:
    """Puts the bytes of the attachments into the store."""
    kept: dict[str, bytes] = {}
    for venue in rows["venue"][:3]:
        picture = drawing(int(venue["floor_area"]), venue["floors"])
        kept[hashlib.sha256(picture).hexdigest()] = picture
    for digest, picture in kept.items():
        session.merge(BlobChunk(sha256=digest, place=0, data=picture))


def drawing(area: int, floors: int) -> bytes:
    """A small PNG of a house: the more area the wider, with its floors."""
    width, height, storey = 240, 160, 34
    half = min(100, 30 + area // 6)
    top = height - 20 - storey * floors
    lines_: list[bytes] = []
    for y in range(height):
        line = bytearray()
        for x in range(width):
            inside = abs(x - width // 2) < half
            if y >= height - 20:
                colour = (126, 150, 106)
            elif inside and y >= top:
                window = (y - top) % storey in range(10, 24) and (x - width // 2) % 28 in range(8, 20)
                colour = (96, 122, 146) if window else (222, 214, 200)
            elif top - 18 <= y < top and abs(x - width // 2) < half + 8 - (top - y) // 2:
                colour = (160, 62, 52)
            else:
                colour = (214, 226, 236)
            line += bytes(colour)
        lines_.append(b"\0" + bytes(line))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(lines_), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
