"""Cells of CSV that are no plain numbers: each row by itself says the same as in a table of its own."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from commandline import command
from hypothesis import given, settings
from hypothesis import strategies as st

CELLS = st.sampled_from(["1", " 2.5", "pi/2", "", "NA", "nan", "-inf", "1e400", "x", '"3"', '"a,b"', '"1,5"', "[1, 2]", "1_0"])
LINES = st.lists(st.lists(CELLS, min_size=1, max_size=4).filter(lambda cells: cells != [""]), min_size=1, max_size=8)
RUN = ["run", "-e", "x*w", "--no-grad", "--keep", "id", "--format", "jsonl"]


def records(lines: list[str], folder: Path) -> list[dict[str, object]]:
    """The records of rows of CSV, their numbers left out."""
    feed = folder / "rows.csv"
    feed.write_text("id,x,w\n" + "".join(f"{line}\n" for line in lines), "utf-8")
    code, out, err = command([*RUN, "--feed", str(feed)])
    assert code in (0, 1), err
    return [{name: value for name, value in json.loads(line).items() if name != "row"} for line in out.splitlines()]


@given(LINES)
@settings(deadline=None, max_examples=60)
def test_a_row_is_what_it_is_alone(tmp_path_factory: pytest.TempPathFactory, lines: list[list[str]]) -> None:
    folder = tmp_path_factory.mktemp("cells")
    texts = [",".join(cells) for cells in lines]
    texts = [text for text in texts if text.strip()]
    assert records(texts, folder) == [record for text in texts for record in records([text], folder)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-11-29", None),
        ("29/11/2026", None),
        ("11-29-26", None),
        ("10-20", None),
        ("555-1234", None),
        ("29.11.2026", None),
        ("2026-11-29T10:00", None),
        ("12:30", None),
        ("1/4", 0.25),
        ("(5-3)", 2.0),
        ("-5-3", -8.0),
        ("2*3-1", 5.0),
        ("1e-3", 0.001),
    ],
)
def test_dates_and_ranges_among_data_are_no_formulas(text: str, value: float | None, tmp_path: Path) -> None:
    (found,) = records([f"a,{text},1"], tmp_path)
    assert found.get("values") == (None if value is None else {"y": value}), found


NUMBERS = """1 +1 -1 .5 5. 1e400 5e-324 1E5 nan NaN -nan inf -Infinity nan(ind)
0x10 1d3 1_0 true NA null 0.1 9007199254740993 1e-5"""


def test_cells_and_records_are_the_same_whoever_reads_and_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = tmp_path / "rows.csv"
    numbers = [*NUMBERS.split(), "", " 2 ", "\t3", "1" + "0" * 400, "2.5\xa0", "\uff11"]
    for lines in ([f" {one}|,{one},2.5" for one in numbers], *[["a,1.25,2", f"é,{one},3"] for one in numbers]):
        for signs, own in (({}, []), ({",": "\t", ".": ","}, ["--decimal", ",", "--delimiter", "tab"])):
            feed.write_text("\n".join(["id,x,w", *lines]).translate(str.maketrans(signs)), "utf-8")
            found = []
            for many in (1, 10**9):
                monkeypatch.setattr("gradcli.data.tables.pieces._MANY", many)
                found.append(command(["run", "-e", "x*w", "--feed", str(feed), "--keep", "id", *own]))
            assert found[0] == found[1]
            assert len(found[0][1].splitlines()) == len(lines) + 1


def test_a_column_is_kept_by_its_name_whatever_signs_it_has(tmp_path: Path) -> None:
    feed = tmp_path / "rows.csv"
    feed.write_text('"a,b",x²,x\n1,2,3\n', "utf-8")
    code, out, err = command(["run", "-e", "x", "--feed", str(feed), "--keep", "a,b", "--keep", "x²", "--no-grad"])
    assert (code, out.splitlines()[1], err) == (0, "1,1,2,3.0,", "")


def test_cells_in_quotation_marks_are_what_another_reader_reads(tmp_path: Path) -> None:
    out = io.StringIO()
    rows = [[f'a"{at},b', str(at / 7), f"{at}"] for at in range(300)]
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    found = records(out.getvalue().splitlines(), tmp_path)
    expected = [{"kept": {"id": id}, "values": {"y": float(x) * float(w)}, "grad": {}} for id, x, w in rows]
    assert found == expected
