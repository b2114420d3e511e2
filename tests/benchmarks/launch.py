"""Runs one command and reports its wall time and peak memory as JSON on standard output.

    python -I -S launch.py OUT ERR TIMEOUT COMMAND ...

A process of its own, and a small one: Linux counts the memory of whoever starts a process as the new process's peak, so what
starts it must be smaller than anything that is measured.
"""

from __future__ import annotations

import os
import signal
import sys
import time


def launch(out: str, err: str, timeout: float, command: list[str]) -> dict[str, object]:
    """Run a command to its end, or to the time-out.

    Args:
        out: The file for its standard output.
        err: The file for its standard error.
        timeout: Seconds after which it is killed.
        command: The program and its arguments.
    """
    timed_out = False
    begin = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
            os.dup2(os.open(err, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
            os.execvp(command[0], command)
        finally:
            os._exit(127)

    def kill(*_: object) -> None:
        nonlocal timed_out
        timed_out = True
        os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, kill)
    signal.setitimer(signal.ITIMER_REAL, timeout)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - begin
    signal.setitimer(signal.ITIMER_REAL, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * unit,
        "exit_code": os.waitstatus_to_exitcode(status),
        "timed_out": timed_out,
    }


if __name__ == "__main__":
    report = launch(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:])
    import json

    print(json.dumps(report))
