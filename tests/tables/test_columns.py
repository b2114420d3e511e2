"""Formats that pyarrow and duckdb read: types, columns without values, lists, queries, broken files."""

from __future__ import annotations

import datetime
import decimal
import io
from pathlib import Path

import numpy
import pyarrow
import pytest
from commandline import command, process
from pyarrow import feather, ipc, parquet
from table_files import read_table

from gradcli.data.tables.records import texts


def table() -> pyarrow.Table:
    """Columns of many types; x has two rows without a value."""
    return pyarrow.table(
        {
            "when": pyarrow.array([datetime.datetime(2024, 5, at + 1) for at in range(4)], pyarrow.timestamp("us", "UTC")),
            "price": pyarrow.array([decimal.Decimal("1.10")] * 4),
            "kind": pyarrow.array(["a", "b", None, "a"]).dictionary_encode(),
            "tags": pyarrow.array([["u"], [], None, ["v", "w"]]),
            "id": pyarrow.array([2**62, None, 3, 4]),
            "x": pyarrow.array([1.0, None, 3.0, None]),
            "n": pyarrow.array([1, 2, 3, 4], "uint8"),
        }
    )


@pytest.mark.parametrize("format", ["parquet", "arrow"])
def test_types_are_kept_and_rows_without_a_value_are_errors(format: str, tmp_path: Path) -> None:
    feed, results = tmp_path / "feed", tmp_path / f"results.{format}"
    (parquet if format == "parquet" else feather).__dict__[f"write_{'table' if format == 'parquet' else 'feather'}"](
        table(), str(feed)
    )
    code, _, err = command(["run", "-e", "y = x*n", "--feed", str(feed), "--keep", "*", "-o", str(results)])
    assert (code, err) == (1, "2 of 4 rows failed, the first is row 2: the row has no value for x\n")
    found = parquet.read_table(results) if format == "parquet" else feather.read_table(str(results))
    given = table()
    for name in ("when", "price", "tags", "id", "kind"):
        assert found.column(name).type == given.column(name).type
        assert found.column(name).to_pylist() == given.column(name).to_pylist()
    assert found.column("y").to_pylist() == [1.0, None, 9.0, None]
    assert found.column("grad_n").to_pylist() == [1.0, None, 3.0, None]
    assert found.column("error").to_pylist() == [None, "the row has no value for x", None, "the row has no value for x"]


@pytest.mark.parametrize("format", ["parquet", "arrow", "duckdb"])
def test_dictionaries_of_several_pieces_are_one(format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of small numbers for a few words each, in groups of rows that have other words; an Arrow file has one dictionary."""
    monkeypatch.setattr("gradcli.data.tables.arrow_columns.GROUP", 150)
    feed, results = tmp_path / "feed", tmp_path / f"results.{format}"
    words = [[f"{at % 100 + first}" for at in range(200)] for first in (0, 100, 50)]
    parts = [pyarrow.array(some).dictionary_encode().cast(pyarrow.dictionary("int8", "string")) for some in words]
    with ipc.new_stream(feed, pyarrow.schema({"x": "float64", "word": parts[0].type})) as stream:
        for part in parts:
            stream.write_table(pyarrow.table({"x": [1.0] * len(part), "word": part}))
    assert command(["run", "-e", "x", "--feed", str(feed), "--keep", "word", "-o", str(results)]) == (0, "", "")
    assert read_table(results, format)["word"] == [word for some in words for word in some]


def test_numbers_have_the_same_texts_whoever_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradcli.data.tables.pieces._MANY", 1)
    source = numpy.random.default_rng(1)
    ends = [edge * near for edge in (1e-4, 1.0, 1e10) for near in (1 - 2.0**-53, 1.0, 1 + 2.0**-52)]
    for low, high in ((-4, 10), (-12, 18)):
        numbers = source.uniform(-1, 1, 20_000) * 10 ** source.uniform(low, high, 20_000)
        numbers = numpy.concatenate([numbers, ends, [0.0, -0.0, 3.0, 9999999999.5, 1e300, 5e-324], numpy.round(numbers, 2)])
        assert list(texts(numbers, str)) == [repr(number) for number in numbers.tolist()]


def test_decimals_and_large_whole_numbers_are_numbers_and_nulls_are_none(tmp_path: Path) -> None:
    columns = {"x": pyarrow.array([decimal.Decimal("1.50"), None]), "w": pyarrow.array([2, 2**62], "uint64")}
    parquet.write_table(pyarrow.table(columns), tmp_path / "rows.parquet")
    code, out, _ = command(["run", "-e", "x*w", "--feed", str(tmp_path / "rows.parquet"), "--no-grad"])
    assert (code, out.splitlines()[1:]) == (1, ["1,3.0,", "2,,the row has no value for x"])
    query = (
        "sql: select [1.5, 2] as x, 3.0 as w union all select [1], 2.5 union all select [1], null"  # of DuckDB 1.5 is a decimal
    )
    code, out, _ = command(["run", "-e", "sum(x)*w", "--feed", query, "--no-grad"])
    assert (code, out.splitlines()[1:]) == (1, ["1,10.5,", "2,2.5,", "3,,the row has no value for w"])


def test_two_columns_of_one_name_are_an_error_in_every_format(tmp_path: Path) -> None:
    table = pyarrow.Table.from_arrays([pyarrow.array([1.0])] * 3, names=["x", "w", "x"])
    parquet.write_table(table, tmp_path / "rows.parquet")
    feather.write_feather(table, str(tmp_path / "rows.arrow"))
    (tmp_path / "rows.csv").write_text("x,w,x\n1,2,3\n")
    for feed in (*map(str, tmp_path.iterdir()), "sql: select 1 as x, 2 as w, 3 as x"):
        where = "the query" if feed.startswith("sql:") else feed
        code, _, err = command(["run", "-e", "x*w", "--feed", feed])
        assert (code, err) == (2, f"error: {where} has two columns x\nhint: leave one out\n")


def test_what_is_no_number_is_refused_by_its_column(tmp_path: Path) -> None:
    feed = tmp_path / "feed.parquet"
    parquet.write_table(table(), feed)
    code, _, err = command(["run", "-e", "when*2", "--feed", str(feed), "--keep", "id"])
    assert (code, err.splitlines()[0]) == (2, "error: the column when is of type timestamp[us, tz=UTC], which is no number")


@pytest.mark.parametrize("kind", [pyarrow.list_(pyarrow.float64()), pyarrow.list_(pyarrow.float32(), 2)])
def test_lists_are_arrays(kind: pyarrow.DataType, tmp_path: Path) -> None:
    feed, results = tmp_path / "feed.parquet", tmp_path / "results.parquet"
    parquet.write_table(pyarrow.table({"x": pyarrow.array([[1, 2], [3, 4], [0, 1]], kind)}), feed)
    call = ["run", "-e", "y = sum(x*x); output y, x + 1", "--feed", str(feed), "-o", str(results)]
    assert command(call) == (0, "", "")
    found = read_table(results, "parquet")
    assert found["y"] == [5.0, 25.0, 1.0]
    assert found["x + 1"] == [[2.0, 3.0], [4.0, 5.0], [1.0, 2.0]]
    assert found["grad_x"] == [[2.0, 4.0], [6.0, 8.0], [0.0, 2.0]]
    one_by_one = tmp_path / "one_by_one.parquet"
    assert command([*call[:-1], str(one_by_one), "--mode", "dynamic"]) == (0, "", "")
    assert read_table(one_by_one, "parquet") == found


def test_a_query_is_a_feed(tmp_path: Path) -> None:
    feed = tmp_path / "feed.parquet"
    parquet.write_table(table(), feed)
    query = f"sql: select id, coalesce(x, 0) as x from '{feed}' order by n desc"
    code, out, err = command(["run", "-e", "x + 1", "--feed", query, "--keep", "id", "--no-grad"])
    assert (code, err) == (0, "")
    assert out.splitlines() == ["row,id,y,error", "1,4,1.0,", "2,3,4.0,", "3,,1.0,", f"4,{2**62},2.0,"]
    for more in (
        f"copy (select 1 as x) to '{tmp_path}/x.csv'",
        "select 1 as x; select 2 as x",
        "create table t as select 1 as x",
    ):
        assert command(["run", "-e", "x", "--feed", f"sql: {more}"])[0] == 2
    assert not (tmp_path / "x.csv").exists()  # a feed is only read
    into = ["--keep", "id", "--partition-by", "id", "-o", f"{tmp_path}/folder/", "--format", "csv"]
    assert command(["run", "-e", "x + 1", "--feed", query, "--no-grad", *into]) == (0, "", "")
    assert (tmp_path / "folder" / "id=3" / "part-00000.csv").read_text() == "row,y,error\n2,4.0,\n"
    spans, results = "sql: select 1 as x, interval 1 day as span", tmp_path / "results.parquet"
    code, _, err = command(["run", "-e", "x", "--feed", spans, "--keep", "span", "-o", str(results)])
    assert (code, err.startswith(f"error: cannot write {results}: "), results.exists()) == (2, True, False)
    code, _, err = command(["run", "-e", "x", "--feed", "sql: selekt 1 as x"])
    assert (code, err.startswith("error: DuckDB says of the query: Parser Error")) == (2, True)
    assert err.count("\n") == 1


def test_records_go_into_pipes_as_parquet_and_come_from_them_as_streams(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with ipc.new_stream(stream, pyarrow.schema([("x", "float64")])) as writer:
        writer.write_table(pyarrow.table({"x": [1.0, 2.0]}))
    done = process(["run", "-e", "x^2", "--feed", "-", "--format", "parquet"], stream.getvalue())
    assert done.returncode == 0
    assert parquet.read_table(io.BytesIO(done.stdout)).column("y").to_pylist() == [1.0, 4.0]
    done = process(["run", "-e", "y", "--feed", "-"], done.stdout)
    assert done.returncode == 2
    assert b"standard input is parquet, whose end has to be read first" in done.stderr


def test_a_stream_of_arrow_in_a_file_is_one_part_of_a_folder(tmp_path: Path) -> None:
    feed = tmp_path / "rows.arrows"
    with ipc.new_stream(feed, pyarrow.schema({"x": "float64"})) as stream:
        for start in (0, 2):
            stream.write_table(pyarrow.table({"x": [start + 1.0, start + 2.0]}))
    call = ["run", "-e", "x^2", "--feed", str(feed), "--no-grad", "-o", f"{tmp_path}/folder/", "--format", "csv"]
    assert command(call) == (0, "", "")
    found = (tmp_path / "folder" / "part-00000.csv").read_text()
    assert found == "row,y,error\n1,1.0,\n2,4.0,\n3,9.0,\n4,16.0,\n"


@pytest.mark.parametrize("format", ["parquet", "arrow", "npz", "sqlite", "duckdb"])
def test_a_broken_file_is_an_error_of_one_line(format: str, tmp_path: Path) -> None:
    feed, results, whole = tmp_path / "feed", tmp_path / "results.csv", tmp_path / f"whole.{format}"
    rows = "x\n" + "".join(f"{at}.5\n" for at in range(3000))
    assert command(["run", "-e", "y = x", "--feed", "-", "-o", str(whole)], rows.encode())[0] == 0
    content = whole.read_bytes()
    results.write_text("earlier\n")
    for broken in (content[: len(content) // 2], content[:20]):
        feed.write_bytes(broken)
        arguments = ["run", "-e", "y", "--feed", str(feed), "-o", str(results), "--keep", "row"]
        code, out, err = command(arguments)
        assert (code, out) == (2, "")
        assert err.startswith("error: ")
        assert err.count("\n") <= 2
        assert results.read_text() == "earlier\n"


def test_the_tables_of_a_database_are_told_apart(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "two.duckdb"
    with duckdb.connect(str(path)) as database:
        database.execute("create table a as select 1.0 as x; create table b as select 2.0 as x")
    call = ["run", "-e", "x", "--no-grad", "--feed", str(path)]
    assert "has 2 tables" in command(call)[2]
    assert command([*call, "--table", "b", "--format", "csv"])[1].splitlines()[1:] == ["1,2.0,"]
    assert "did you mean a?" in command([*call, "--table", "aa"])[2]


def test_a_page_that_cannot_be_read_ends_no_other_part_and_its_file_is_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The groups of rows of one file are parts; when it is written again, those that were read before are run again as well."""
    monkeypatch.setattr("gradcli.cli.inputs.feeds.rows.part_size", lambda options: 1)
    feed, results, whole = tmp_path / "rows.parquet", tmp_path / "results", tmp_path / "whole"
    rows = pyarrow.table({"x": [at / 7 for at in range(180_000)], "kind": [at // 30_000 for at in range(180_000)]})
    parquet.write_table(rows, feed, row_group_size=60_000)
    good = feed.read_bytes()
    arguments = ["run", "-e", "x^2", "--feed", str(feed), "--keep", "kind", "--partition-by", "kind", "--memory", "300MB", "-o"]
    assert command([*arguments, f"{whole}/"]) == (0, "", "")
    place = parquet.ParquetFile(feed).metadata.row_group(1).column(0).data_page_offset
    feed.write_bytes(good[:place] + b"\xff" * 30 + good[place + 30 :])
    code, _, err = command([*arguments, f"{results}/"])
    assert (code, (results / "_SUCCESS").exists()) == (2, False)
    assert err.startswith(f"error: 1 of 3 parts are not done; part 1: cannot read {feed}: ")
    assert not list(results.rglob("part-00001*"))
    feed.write_bytes(good)
    assert command([*arguments, f"{results}/", "--resume"]) == (0, "", "")
    tables = [{path.relative_to(place): path.read_bytes() for path in place.rglob("part-*")} for place in (results, whole)]
    assert tables[0] == tables[1]


@pytest.mark.parametrize("bad", [0, 1, 2, 3])
def test_a_bad_row_among_arrays_is_an_error_record_and_ends_no_other(bad: int, tmp_path: Path) -> None:
    """Arrays of JSON Lines run row by row where one of them is none; the columns of results have the types of the others."""
    rows = [f'{{"x": [[1, {at}], [2, 3]], "w": {at}}}\n' for at in range(4)]
    rows[bad] = '{"x": [[1, 2], [3, "q"]], "w": 1}\n'
    feed, out = tmp_path / "rows.jsonl", tmp_path / "out.parquet"
    feed.write_text("".join(rows))
    code, _, err = command(["run", "-e", "sum(x)*w", "--feed", str(feed), "-o", str(out)])
    assert (code, err.startswith("1 of 4 rows failed")) == (1, True)
    found = pyarrow.parquet.read_table(out).to_pylist()
    for at, row in enumerate(found):
        if at == bad:
            assert (row["y"], row["grad_x"], row["error"] is None) == (None, None, False)
        else:
            assert (row["y"], row["grad_x"], row["grad_w"]) == ((6 + at) * at, [[at, at], [at, at]], 6 + at)
