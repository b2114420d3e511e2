"""What holds of engines without any of them: the job of a part can be sent away, and gives the same wherever it runs."""

from __future__ import annotations

import json
import pickle
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from commandline import command
from feed_folders import call, contents, write_feed

from gradcli.cli.inputs.feeds import folder as feed_folder
from gradcli.data.engines import LIBRARIES, Work
from gradcli.data.partitioned import Job


@pytest.mark.parametrize("engine", LIBRARIES)
def test_an_engine_that_is_not_installed_says_what_to_install(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = LIBRARIES[engine]
    monkeypatch.setitem(sys.modules, library, None)
    code, _, err = command(call(write_feed(tmp_path / "feed"), tmp_path / "results", "--engine", engine))
    assert code == 2
    assert err.splitlines() == [
        f"error: --engine {engine} needs {library}, which is not installed",
        f"hint: pip install 'gradcli[{engine}]'",
    ]


@pytest.mark.parametrize(
    ("engine", "address"),
    [("ray", "{}"), ("ray", "ray://{}"), ("dask", "tcp://{}"), ("spark", "spark://{}"), ("spark", "sc://{}/")],
)
def test_where_no_cluster_answers_nothing_is_begun(
    engine: str, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIBRARIES, engine, "json")  # which is installed
    with socket.create_server(("127.0.0.1", 0)) as ended:
        address = address.format(f"127.0.0.1:{ended.getsockname()[1]}")
    results = tmp_path / "results"
    code, _, err = command(call(write_feed(tmp_path / "feed"), results, "--engine", engine, "--address", address))
    assert (code, err.splitlines()[0]) == (2, f"error: no cluster answers at {address}: Connection refused")
    assert not results.exists()


def test_a_job_is_pickled_and_run_twice_and_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed, here, there = write_feed(tmp_path / "feed"), tmp_path / "here", tmp_path / "there"
    jobs: list[bytes] = []

    def elsewhere(job: Job, numbers: list[int], advance: object) -> list[str]:
        jobs.append(pickle.dumps(job))
        return [pickle.loads(jobs[0])(number) for number in [*reversed(numbers), *numbers[:2]]]

    assert command(call(feed, here))[0] == 1
    monkeypatch.setattr(feed_folder, "locally", elsewhere)
    assert command(call(feed, there))[0] == 1
    assert contents(there) == contents(here)
    assert len(jobs[0]) < 10_000


@pytest.mark.parametrize("feed", ["feed", "sql: select * from 'feed/rows-0[01].csv' order by all"])
def test_workers_may_stand_in_another_folder(feed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_feed(tmp_path / "feed")
    monkeypatch.chdir(tmp_path)

    def elsewhere(name: str, job: Job, numbers: list[int], *others: object) -> list[str]:
        monkeypatch.chdir("/")
        reports = [job(number) for number in numbers]
        monkeypatch.chdir(tmp_path)
        return reports

    code, _, _ = command(call(feed, Path("here")))
    assert code <= 1
    monkeypatch.setattr(feed_folder, "reports_of", elsewhere)
    assert command(call(feed, Path("there"), "--engine", "duckdb"))[0] == code
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_an_engine_that_ends_early_says_what_to_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed, here, there = write_feed(tmp_path / "feed"), tmp_path / "here", tmp_path / "there"

    def lost(job: Job, numbers: list[int], advance: object) -> list[str]:
        return [job(number) for number in numbers[:3]]

    with monkeypatch.context() as patch:
        patch.setattr(feed_folder, "locally", lost)
        code, _, err = command(call(feed, there, "--strict"))
    assert code == 2
    assert err.splitlines() == [
        "error: 5 of 8 parts are not done; part 3: nothing is known of why",
        "hint: what is done stays done: run the same call with --resume for the rest",
    ]
    assert not (there / "_SUCCESS").exists()
    assert command(call(feed, there, "--strict", "--resume"))[0] == command(call(feed, here, "--strict"))[0] == 1
    assert contents(there) == contents(here)
    assert json.loads((there / "_gradcli" / "part-00003.json").read_text())["rows"] == 400


def test_sums_of_parts_do_not_depend_on_who_is_done_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = write_feed(tmp_path / "feed")
    arguments = ["run", "-e", "y = sin(x)*w", "--feed", str(feed), "--reduce", "sum,grad-mean", "--group-by", "kind"]
    _, whole, _ = command([*arguments, "--format", "jsonl"])
    found = []
    for order in (1, -1):

        def elsewhere(name: str, job: Work, numbers: Sequence[int], *others: object, order: int = order) -> list[str]:
            return [pickle.loads(pickle.dumps(job))(number) for number in [*numbers][::order]]

        monkeypatch.setattr("gradcli.cli.inputs.feeds.sums.reports_of", elsewhere)
        found.append(command([*arguments, "--format", "jsonl", "--engine", "duckdb"]))
    assert found[0] == found[1]
    assert found[0][0] == 1
    for one, other in zip(map(json.loads, found[0][1].splitlines()), map(json.loads, whole.splitlines()), strict=True):
        assert one["kept"] == other["kept"]
        assert one["values"] == pytest.approx(other["values"], rel=1e-12)
    monkeypatch.setattr("gradcli.cli.inputs.feeds.sums.reports_of", lambda name, job, numbers, *others: [job(0)])
    code, out, err = command([*arguments, "--engine", "duckdb"])
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "error: 7 of 8 parts are not done; part 1: nothing is known of why",
        "hint: nothing is written: run the same call again",
    ]
