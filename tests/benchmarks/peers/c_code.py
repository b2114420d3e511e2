"""C code of the long expression: prints its size, or a time of compilation or of a call, the value and the partial derivatives.

The code is CasADi's own, or what a command (gradcli export) prints. Both are compiled with the same flags, and called through
one pointer to their arguments.
"""

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from terms import Terms, load, term, text

FLAGS = ("-fPIC", "-shared")
CALLS, ROUNDS = 50, 9

OURS = """
double called(double **given, double **result) {
  result[0][0] = f(%s, result[1]);
  return 0;
}
"""
THEIRS = """
double called(const double **given, double **result) {
  return f(given, result, 0, 0, 0);
}
"""


def by_casadi(path):
    """CasADi's generated code."""
    import casadi

    terms, values = load(path)
    x = [casadi.SX.sym(f"x{i}") for i in range(len(values))]
    y = casadi.SX(0)
    for kind, c, i, j in terms:
        y = y + term(kind, c, x[i], x[j], casadi.sin, casadi.exp)
    point = casadi.vertcat(*x)
    casadi.Function("f", [point], [y, casadi.gradient(y, point)]).generate("f.c", {"with_header": False})
    return Path("f.c").read_text("utf-8") + THEIRS


def by_command(path, command):
    """The code that a command prints for the text of the expression."""
    terms = Terms(*load(path))
    Path("terms.txt").write_text(text(terms), "utf-8")
    names = [f"x{i}" for i in range(len(terms.values))]
    code = subprocess.run(
        [*command, "export", "-f", "terms.txt", "--to", "c", "--wrt", ",".join(names)], capture_output=True, text=True, check=True
    ).stdout
    order = code.rpartition("double f(")[2].partition(", double derivatives")[0].replace("double ", "").split(", ")
    return code + OURS % ", ".join(f"given[0][{name[1:]}]" for name in order)


def main(what, optimisation, path, *command):
    """Compile and call; ``what`` is printed first: the size in MB, or the seconds of compile or call."""
    path = Path(path).resolve()
    values = load(path)[1]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        code = by_command(path, command) if command else by_casadi(path)
        if what == "size":
            print(len(code.encode()) / 1e6)
            return
        Path("code.c").write_text(code, "utf-8")
        before = os.times().children_user
        subprocess.run(["cc", optimisation, *FLAGS, "-o", "code.so", "code.c", "-lm"], check=True)
        compiled = os.times().children_user - before
        called = ctypes.CDLL(str(Path(folder, "code.so"))).called
        results = [(ctypes.c_double * 1)(), (ctypes.c_double * len(values))()]
        given = (ctypes.c_double * len(values))(*values)
        pointers = (ctypes.c_void_p * 1)(ctypes.addressof(given)), (ctypes.c_void_p * 2)(*map(ctypes.addressof, results))
        best = float("inf")
        for _ in range(ROUNDS):
            start = time.perf_counter()
            for _ in range(CALLS):
                called(*pointers)
            best = min(best, (time.perf_counter() - start) / CALLS)
    print(compiled if what == "compile" else best, *results[0], *results[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
