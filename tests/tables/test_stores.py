"""Tables in a store of objects: read, written and gone on with as files of this machine are, with the same bytes."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path

import pyarrow.fs
import pytest
from commandline import command
from feed_folders import call, contents, write_feed
from table_files import read_table

from gradcli.data.tables import stores

SHOP = "shop://"
GAUSS = ["run", "-e", "exp(-x^2)*w"]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store whose objects are files of a folder, by a file system of Arrow."""
    folder = tmp_path / "shop"
    folder.mkdir()
    system = pyarrow.fs.SubTreeFileSystem(str(folder), pyarrow.fs.LocalFileSystem())
    monkeypatch.setattr(stores, "place_of", lambda address: stores.Place(system, address.removeprefix(SHOP).rstrip("/")))
    return folder


@pytest.mark.parametrize("whole", [False, True])
def test_a_folder_of_a_store_is_run_as_one_of_this_machine(
    whole: bool, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if whole:
        monkeypatch.setattr(stores, "WHOLE", ("subtree",))
    write_feed(shop / "feed")
    here, there = tmp_path / "here", shop / "there"
    assert command(call(shop / "feed", here, "--errors", str(tmp_path / "failed.jsonl")))[0] == 1
    arguments = call(Path("feed"), Path("there"), "--errors", f"{SHOP}failed.jsonl")
    arguments = [f"{SHOP}{one}" if one in ("feed", "there/") else one for one in arguments]
    first = command(arguments)
    assert (first[0], first[2]) == (1, "1 of 3,200 rows failed, the first is row 806: the value of x is no number: abc\n"), first
    assert contents(there) == contents(here)
    assert (shop / "failed.jsonl").read_bytes() == (tmp_path / "failed.jsonl").read_bytes()
    code, _, err = command(arguments)
    assert (code, err.splitlines()[0]) == (2, f"error: {SHOP}there/ has results")
    (there / "_gradcli" / "part-00003.json").unlink()
    (there / "part-00003.csv").unlink()
    (there / ".gradcli-0123.part").write_text("what a kill left behind")
    assert command([*arguments, "--resume"]) == first
    assert contents(there) == contents(here)


def test_patterns_and_folders_of_a_store_give_rows_and_columns(shop: Path) -> None:
    for year, land in ((2023, "de"), (2024, "de"), (2024, "fr")):
        folder = shop / "rows" / f"year={year}" / f"land={land}"
        folder.mkdir(parents=True)
        (folder / "a.csv").write_text(f"x,w\n{year},1\n")
        (folder / "_left.csv").write_text("x,w\n0,1\n")
    (shop / "rows" / "b.csv").write_text("x,w\n1,1\n")
    run = ["run", "-e", "x*w", "--no-grad", "--keep", "*", "--feed"]
    for feed, expected in (
        ("rows/year=2024", ["1,de,2024.0,", "2,fr,2024.0,"]),
        ("rows/year=*/land=de/*.csv", ["1,2023,de,2023.0,", "2,2024,de,2024.0,"]),
        ("rows/**/[ax].csv", ["1,2023,de,2023.0,", "2,2024,de,2024.0,", "3,2024,fr,2024.0,"]),
        ("rows/*.csv", ["1,1.0,"]),
        ("rows/year=202[!3]/land=?r/**", ["1,2024,fr,2024.0,"]),
    ):
        code, out, err = command([*run, SHOP + feed])
        assert (code, out.splitlines()[1:], err) == (0, expected, ""), feed


@pytest.mark.parametrize("format", ["csv", "csv.gz", "parquet", "arrow", "npz", "sqlite", "duckdb"])
def test_a_file_of_a_store_has_what_one_of_this_machine_has(format: str, shop: Path, tmp_path: Path) -> None:
    (shop / "rows.csv").write_text("x,w\n" + "".join(f"{at / 7},{at}\n" for at in range(300)))
    here = tmp_path / f"here.{format}"
    assert command([*GAUSS, "--feed", str(shop / "rows.csv"), "--keep", "x", "-o", str(here)]) == (0, "", "")
    assert command([*GAUSS, "--feed", f"{SHOP}rows.csv", "--keep", "x", "-o", f"{SHOP}deep/er.{format}"]) == (0, "", "")
    if format == "csv.gz":
        assert (shop / f"deep/er.{format}").read_bytes() == here.read_bytes()
    else:
        assert read_table(shop / f"deep/er.{format}", format) == read_table(here, format)
    code, out, err = command(["run", "-e", "2*y", "--keep", "x", "--feed", f"{SHOP}deep/er.{format}"])
    if format in ("sqlite", "duckdb"):
        assert code == 2
        assert err.splitlines()[0] == f"error: {SHOP}deep/er.{format} is a database, which is read where it lies"
    else:
        assert (code, len(out.splitlines()), err) == (0, 301, "")


def test_what_fails_leaves_no_object(shop: Path) -> None:
    (shop / "rows.jsonl").write_text('{"x": 1}\n{"x": [1, 2]}\n')
    code, _, err = command(["run", "-e", "2*x", "--feed", f"{SHOP}rows.jsonl", "--no-grad", "-o", f"{SHOP}found.npz"])
    assert (code, err.splitlines()[0]) == (2, "error: results are of several shapes")
    assert [path.name for path in shop.iterdir()] == ["rows.jsonl"]
    for feed, message in (
        ("none.csv", f"cannot read {SHOP}none.csv: No such file or directory"),
        ("none/*.csv", f"there are no objects at {SHOP}none/*.csv"),
    ):
        code, _, err = command(["run", "-e", "2*x", "--feed", SHOP + feed])
        assert (code, err.splitlines()[0]) == (2, f"error: {message}")
    same = f"{SHOP}rows.jsonl"
    assert command(["run", "-e", "2*x", "--feed", same, "-o", same])[2].startswith(f"error: {same} is the table that is read")


def test_a_file_scheme_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "a b.csv").write_text("x\n1\n")
    address = (tmp_path / "a b.csv").as_uri()
    assert command(["run", "-e", "2*x", "--feed", address, "--no-grad", "-o", (tmp_path / "y.jsonl").as_uri()]) == (0, "", "")
    assert json.loads((tmp_path / "y.jsonl").read_text())["values"] == {"y": 2.0}
    folder = f"{(tmp_path / 'results').as_uri()}/"
    assert command(["run", "-e", "2*x", "--feed", address, "-o", folder]) == (0, "", "")
    assert (tmp_path / "results" / "_SUCCESS").exists()


def test_a_store_without_its_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("x\n1\n")
    refused = [["--feed", "s3://bucket/rows.csv"], ["--feed", str(rows), "-o", "s3://bucket/results/"]]
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "pyarrow.fs", None)
        for arguments in refused:
            code, _, err = command(["run", "-e", "2*x", *arguments])
            lines = ["error: s3:// needs pyarrow, which is not installed", "hint: pip install 'gradcli[data]'"]
            assert (code, err.splitlines()) == (2, lines)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "fsspec.core", None)
        code, _, err = command(["run", "-e", "2*x", "--feed", "memory://rows.csv"])
        assert (code, err.splitlines()[0]) == (2, "error: memory:// needs fsspec, which is not installed")
    if find_spec("fsspec") is not None:
        assert command(["run", "-e", "2*x", "--feed", f"local://{rows}", "-o", f"local://{tmp_path}/new/y.csv"]) == (0, "", "")
        assert (tmp_path / "new" / "y.csv").read_text() == "row,y,grad_x,error\n1,2.0,2.0,\n"
        code, _, err = command(["run", "-e", "2*x", "--feed", "nowhere://rows.csv"])
        assert (code, err) == (2, "error: cannot use nowhere://rows.csv: Protocol not known: nowhere\n")
