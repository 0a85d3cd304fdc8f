"""The layers are what they are said to be: the programs age, zstd and tar open what we write and write what we open."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import attachments, cli
from app.ledgers.catalogue import LEDGERS
from app.sync import seal
from app.sync.intake import take_in
from app.sync.outgoing import compose
from app.workspace import Workspace
from db.models.handoff import Peer
from db.models.record import table_of
from tests.sync.conftest import TOWN, Pair, edit, everything, row

FORMAT = (Path(__file__).parents[2] / "resources" / "manual" / "format.md").read_text(encoding="utf-8")
PROGRAMS = ("age", "zstd", "tar")
LACKING = [one for one in PROGRAMS if shutil.which(one) is None]
stock = pytest.mark.skipif(bool(LACKING), reason=f"not installed: {' '.join(LACKING)}")

PHOTO = bytes(range(256)) * 3000


def command(marked: str) -> str:
    """The command of the manual in which these words stand."""
    (found,) = [line for line in re.findall(r"```sh\n(.*?)\n```", FORMAT, re.DOTALL) if marked in line]
    return found


def shell(line: str, folder: Path, **variables: str) -> None:
    """Runs a line of the manual in a folder; every program of it must end well."""
    told = {**os.environ, **variables}
    whole = ["bash", "-c", f"set -o pipefail; {line}"]
    done = subprocess.run(whole, cwd=folder, env=told, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def key_file(ws: Workspace, file: Path) -> Path:
    """The office's key, as its own command writes it."""
    ws.close()
    assert cli.main(["key", str(ws.folder), str(file)]) == 0
    return file


@pytest.fixture
def full(pair: Pair) -> Pair:
    """A new member with every kind of text, and a photo."""
    edit(pair.town, pair.member, phone="13800000001", address="云岭村“一”组\n靠河", note="𠮷野家\t✓")
    attachments.add(pair.town, LEDGERS["member"], pair.member, "照片.jpg", BytesIO(PHOTO))
    return pair


def stored(ws: Workspace, ledger: str) -> dict[str, dict[str, Any]]:
    """The rows of a ledger as JSON values, by id."""
    table = table_of(LEDGERS[ledger].model)
    with ws.engine.connect() as connection:
        rows = [dict(one) for one in connection.execute(select(table)).mappings()]
    for one in rows:
        del one["search_key"]
    return {one["id"]: msgspec.to_builtins(one) for one in rows}


# ---------------------------------------------------------------- what we write


@stock
def test_age_zstd_and_tar_open_a_package_as_the_manual_says(
    full: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    full.town.close()
    assert cli.main(["export", str(full.town.folder), "--to", str(full.stick), "--full", "--json"]) == 0
    (sent,) = json.loads(capsys.readouterr().out)
    full.town = Workspace.open(full.root / "town")
    for name in ("county", "town"):  # the addressee, and the sender
        out = tmp_path / name
        out.mkdir()
        shutil.copyfile(sent["file"], out / "file.dzb")
        key_file(getattr(full, name), out / "key.txt")
        setattr(full, name, Workspace.open(full.root / name))
        shell(command("tar -x"), out)
        manifest = json.loads((out / "manifest.json").read_bytes())
        with Session(full.town.engine) as session:
            public = seal.own_keys(session).signing_public
        assert seal.signed_by(public, (out / "manifest.sig").read_bytes(), (out / "manifest.json").read_bytes())
        assert sum(one["rows"] for one in manifest["records"]) == sent["records"]
        for one in manifest["records"]:
            data = (out / "records" / f"{one['table']}.jsonl").read_bytes()
            assert (len(data), hashlib.sha256(data).hexdigest()) == (one["bytes"], one["sha256"])
            rows = [json.loads(line) for line in data.splitlines()]
            assert {line["id"]: line for line in rows}.items() <= stored(full.town, one["table"]).items()
        (photo,) = (out / "files").iterdir()
        assert (photo.name, photo.read_bytes()) == (hashlib.sha256(PHOTO).hexdigest(), PHOTO)
        assert len(list(out.rglob("*"))) == 6 + len(manifest["records"]) + 1


# ---------------------------------------------------------------- what they write


def assembled(pair: Pair, folder: Path) -> None:
    """A package's members as files, by a system that has nothing of ours but the township's signing key."""
    with Session(pair.town.engine) as session:
        peer = session.scalars(select(Peer)).one()
        made = compose(session, pair.town, peer, full=True)
        own, recipients = seal.own_keys(session), (peer.receiving_key or "", seal.own_keys(session).receiving_public)
        (folder / "records").mkdir()
        (folder / "files").mkdir()
        for part in made.parts:
            (folder / part.name).write_bytes(b"".join(part.pieces()))
        (folder / "manifest.json").write_bytes(json.dumps(json.loads(made.data)).encode())
        (folder / "manifest.sig").write_bytes(own.sign((folder / "manifest.json").read_bytes()))
        names = ["manifest.json", "manifest.sig", *(part.name for part in made.parts)]
        (folder / "members").write_text("".join(f"{name}\n" for name in names))
        (folder / "recipients").write_text("\n".join(recipients))


@stock
def test_a_package_by_age_zstd_and_tar_is_taken_in(full: Pair, tmp_path: Path) -> None:
    assembled(full, tmp_path)
    addressee, sender = (tmp_path / "recipients").read_text().splitlines()
    shell(command("tar --format"), tmp_path, ADDRESSEE=addressee, SENDER=sender)
    outcome = take_in(full.county, tmp_path / "file.dzb")
    assert (outcome.status, outcome.created, outcome.updated) == ("applied", 1, 1)
    assert row(full.county, full.member) == row(full.town, full.member)


@stock
@pytest.mark.parametrize(
    "how",
    [
        ("-c -T members", "-c -T members --hole-detection=seek -S --format=gnu"),  # sparse
        ("--format=ustar", "--format=posix --pax-option=comment:=x"),
        ("-c -T members", "-c -T members records"),  # a folder, and each member again
        ("-c -T members", "-c -T members -b 200"),  # more zeros than a record's
        ("zstd |", "zstd | cat - <(echo more | zstd) |"),
        ("zstd |", "gzip |"),
    ],
    ids=["sparse", "pax", "folder", "long end", "two frames", "gzip"],
)
def test_what_the_programs_can_do_and_the_format_does_not_have_is_refused(
    full: Pair, tmp_path: Path, how: tuple[str, str]
) -> None:
    assembled(full, tmp_path)
    if "-S" in how[1]:
        with (tmp_path / "records" / "hole").open("wb") as hole:
            hole.truncate(1 << 20)
        (tmp_path / "members").write_text("records/hole\n" + (tmp_path / "members").read_text())
    addressee, sender = (tmp_path / "recipients").read_text().splitlines()
    line = command("tar --format")
    assert how[0] in line
    shell(line.replace(*how), tmp_path, ADDRESSEE=addressee, SENDER=sender)
    before = everything(full.county)
    outcome = take_in(full.county, tmp_path / "file.dzb")
    assert (outcome.status, outcome.reason) == ("refused", "damaged")
    assert everything(full.county) == before


# ---------------------------------------------------------------- the reader of the manual


@pytest.fixture
def reader(tmp_path: Path) -> Callable[[Path, Path], "subprocess.CompletedProcess[bytes]"]:
    """Runs the reader that stands in the manual, word for word, where nothing of ours can be imported."""
    (text,) = re.findall(r"```python\n(.*?)```", FORMAT, re.DOTALL)
    place = tmp_path / "elsewhere"
    place.mkdir()
    (place / "reader.py").write_text(text, encoding="utf-8")

    def run(key: Path, file: Path) -> "subprocess.CompletedProcess[bytes]":
        hidden = "import sys; sys.modules.update(dict.fromkeys(['app', 'db', 'ui'])); import runpy; sys.argv.pop(0)"
        start = f"{hidden}; runpy.run_path(sys.argv[0], run_name='__main__')"
        line = [sys.executable, "-c", start, str(place / "reader.py"), str(key), str(file)]
        return subprocess.run(line, cwd=place, env={**os.environ, "PYTHONUTF8": "1"}, capture_output=True, check=False)

    return run


def test_the_reader_is_of_fifty_lines_and_public_packages() -> None:
    (text,) = re.findall(r"```python\n(.*?)```", FORMAT, re.DOTALL)
    assert sum(1 for line in text.splitlines() if line.strip()) <= 50
    assert not re.search(r"^(import|from) (app|db|ui)\b", text, re.MULTILINE)


def test_the_manuals_reader_prints_the_records_of_a_package(
    full: Pair, tmp_path: Path, reader: Callable[[Path, Path], "subprocess.CompletedProcess[bytes]"]
) -> None:
    sent = full.up(full=True)
    key = key_file(full.county, tmp_path / "key.txt")
    done = reader(key, sent.file)
    assert done.returncode == 0, done.stderr.decode()
    printed = [line.split(" ", 1) for line in done.stdout.decode().splitlines()]
    assert len(printed) == sent.records
    rows = {ledger: stored(full.town, ledger) for ledger, _ in printed}
    for ledger, text in printed:
        one = json.loads(text)
        assert rows[ledger][one["id"]] == one
    full.county = Workspace.open(full.root / "county")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"keys": True}, "InvalidSignature"),
        ({"manifest": lambda one: one["records"][1].update(sha256="0" * 64)}, "has another digest"),
        ({"manifest": lambda one: one["records"][1].update(rows=99)}, "has another number of rows"),
        ({"manifest": lambda one: one["from"].update(office="0" * 36)}, "nobody whose signature is known"),
        ({"members": lambda inside: inside.append(inside[2])}, "there is more after the end"),
        ({"members": lambda inside: inside.pop(2)}, "should be here"),
    ],
    ids=["signature", "digest", "rows", "stranger", "more", "less"],
)
def test_the_manuals_reader_refuses_what_we_refuse(
    full: Pair,
    tmp_path: Path,
    forge: Callable[..., Path],
    reader: Callable[[Path, Path], "subprocess.CompletedProcess[bytes]"],
    change: dict[str, Any],
    said: str,
) -> None:
    if "keys" in change:
        with Session(full.county.engine) as session:
            change = {"keys": seal.own_keys(session)}
    file = forge(**change)
    assert take_in(full.county, file).status == "refused"
    done = reader(key_file(full.county, tmp_path / "key.txt"), file)
    assert done.returncode != 0
    assert said in done.stderr.decode()
    full.county = Workspace.open(full.root / "county")


# ---------------------------------------------------------------- the key file


def test_the_key_file_is_its_owners_alone_and_names_who_signs(pair: Pair, tmp_path: Path) -> None:
    file = key_file(pair.county, tmp_path / "key.txt")
    assert file.stat().st_mode & 0o777 == 0o600
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [line.split()[4] for line in lines if line.startswith("# signed-by")] == ["云溪县委组织部", "云岭镇"]
    assert lines[-1].startswith("AGE-SECRET-KEY-1")
    pair.county = Workspace.open(pair.root / "county")


def test_a_key_file_is_not_written_over_another(pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "key.txt").write_text("别的")
    pair.county.close()
    assert cli.main(["key", str(pair.root / "county"), str(tmp_path / "key.txt")]) == 3
    assert capsys.readouterr().err.splitlines()[-1] == "“key.txt”已经有了，没有覆盖它。请换一个文件名"
    assert (tmp_path / "key.txt").read_text() == "别的"
    pair.county = Workspace.open(pair.root / "county")


def test_an_office_without_keys_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Workspace.create(tmp_path / "镇", code=TOWN, name="云岭镇", level="township").close()
    assert cli.main(["key", str(tmp_path / "镇"), str(tmp_path / "key.txt")]) == 3
    assert "本单位还没有加入上级，也没有登记过下级单位，没有密钥。请先加入或登记" in capsys.readouterr().err
    assert not (tmp_path / "key.txt").exists()
