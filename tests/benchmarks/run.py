"""Benchmarks: gradcli beside the tools that people would use instead.

Every program runs as a whole process, as a person or a script would call it, in turns with the others. A ratio is printed only
where the numbers agree to 1e-9. The peers are installed by

    pip install '.[bench]'

into this interpreter, or into another one, which --peers names. One that is not installed is said to be missing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import batches
import c_code
import columns
import derivatives
import gradient_graph
import grading
import long_expression
import many_inputs
import networks
import rows
import shared
import startup
from contest import Contest, Count, Setting
from measure import Counted, Outcome, as_json, count, measure
from report import lines

WORKLOADS: dict[str, Callable[[Setting], list[Contest | Count]]] = {
    "start-up": startup.contests,
    "long-expression": long_expression.contests,
    "many-inputs": many_inputs.contests,
    "shared": shared.contests,
    "gradient-graph": gradient_graph.contests,
    "derivatives": derivatives.contests,
    "grading": grading.contests,
    "networks": networks.contests,
    "rows": rows.contests,
    "columns": columns.contests,
    "c-code": c_code.contests,
    "batches": batches.contests,
}
PEERS = ("symengine", "sympy", "torch", "casadi", "autograd", "jax", "numexpr", "sklearn", "polars")

_ASK = """
import importlib.metadata, importlib.util, json, platform, sys
print(json.dumps({"python": platform.python_version(), "versions": {
    name: importlib.metadata.version(name.replace("sklearn", "scikit-learn"))
    for name in sys.argv[1:] if importlib.util.find_spec(name) is not None}}))
"""


def main() -> int:
    """Run the benchmarks that the command line asks for; the exit code is 1 where a program fails or numbers differ."""
    arguments = _arguments()
    try:
        peers = json.loads(
            subprocess.run([arguments.peers, "-c", _ASK, *PEERS], capture_output=True, text=True, check=True).stdout
        )
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"error: {arguments.peers} does not run as a Python interpreter: {error}\n")
        return 2
    missing = [name for name in PEERS if name not in peers["versions"]]
    about: dict[str, Any] = {
        "python": platform.python_version(),
        "peers_python": peers["python"],
        "peers": peers["versions"],
        "missing": missing,
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "timeout": arguments.timeout,
    }
    if not arguments.json:
        _introduce(about)
    outcomes: list[Outcome | Counted] = []
    with tempfile.TemporaryDirectory(prefix="gradcli-benchmarks-") as folder:
        setting = Setting(shlex.split(arguments.gradcli), arguments.peers, Path(folder))
        for name in arguments.only or WORKLOADS:
            for what in WORKLOADS[name](setting):
                outcome = (
                    count(what) if isinstance(what, Count) else measure(what, setting, missing, arguments.timeout, arguments.runs)
                )
                outcomes.append(outcome)
                if not arguments.json:
                    print(*lines(outcome), sep="\n", flush=True)
    if arguments.json:
        print(json.dumps({**about, "outcomes": [as_json(outcome) for outcome in outcomes]}, indent=1, ensure_ascii=False))
    return int(any(outcome.broken for outcome in outcomes))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only", action="append", choices=WORKLOADS, metavar="NAME", help=f"only this one: {', '.join(WORKLOADS)}"
    )
    parser.add_argument(
        "--runs", type=_positive, metavar="N", help="runs of each program besides a warm-up (15 for start-up, else 5)"
    )
    parser.add_argument("--peers", default=sys.executable, metavar="PYTHON", help="the interpreter that has the peers (this one)")
    own = shlex.join([sys.executable, "-m", "gradcli"])
    parser.add_argument(
        "--gradcli", default=own, metavar="CMD", help="the command to call gradcli by (this interpreter's -m gradcli)"
    )
    parser.add_argument("--timeout", type=float, default=30.0, metavar="SECONDS", help="when to end a program (30)")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON document")
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _introduce(about: dict[str, Any]) -> None:
    versions = ", ".join(f"{name} {version}" for name, version in about["peers"].items())
    print(f"Python {about['python']}, peers on Python {about['peers_python']}: {versions or 'none'}")
    if about["missing"]:
        print(f"missing: {', '.join(about['missing'])} (pip install '.[bench]')")
    print(f"{about['system']}, {about['processors']} processors; median of whole processes, ± half the quartile distance\n")


if __name__ == "__main__":
    sys.exit(main())
