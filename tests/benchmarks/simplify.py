"""Simplification of the corpus beside SymPy's ``simplify``: how long the results are, and how long it takes.

    python tests/benchmarks/simplify.py [COUNT]

prints the median ratio of operations, counted by SymPy, and of time, over a random sample of the corpus. SymPy gets five seconds
for each expression; those that it does not finish are counted apart.
"""

from __future__ import annotations

import random
import signal
import statistics
import sys
import time
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import sympy
import sympy_oracle as oracle
from corpus import CORPUS

from gradcli.algebra.derivatives import simplify
from gradcli.language.parser import parse

_SECONDS = 5


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def main(count: int) -> None:
    """Print the ratios over a sample."""
    signal.signal(signal.SIGALRM, _stop)
    lengths: list[float] = []
    times: list[float] = []
    ours: list[float] = []
    theirs: list[float] = []
    longer = unfinished = 0
    for example in random.Random(1).sample(CORPUS, count):
        program = parse(example.text)
        plain = oracle.in_sympy(program)
        start = time.process_time()
        found = simplify(program)
        own = time.process_time() - start
        signal.alarm(_SECONDS)
        start = time.process_time()
        try:
            peer = sympy.simplify(plain)
        except TimeoutError:
            unfinished += 1
            continue
        except Exception:  # SymPy fails on some of what has no value
            unfinished += 1
            continue
        finally:
            signal.alarm(0)
        took = time.process_time() - start
        if found.definitions:
            continue
        counted = [sympy.count_ops(one) for one in (oracle.in_sympy(found.program()), peer)]
        longer += counted[0] > counted[1]
        if counted[1]:
            lengths.append(counted[0] / counted[1])
        ours.append(own)
        theirs.append(took)
        times.append(took / own)
    print(f"{len(times)} expressions, {unfinished} that SymPy does not finish in {_SECONDS} s or fails on")
    print(f"operations beside SymPy's: median ratio {statistics.median(lengths):.3f}, longer {longer} times")
    print(f"time: {sum(ours):.2f} s and {sum(theirs):.2f} s, median ratio {statistics.median(times):.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
