"""`gradcli repl`: an interactive session."""

from __future__ import annotations

from gradcli.cli.framework.command import Command, Options, text
from gradcli.errors import ExitCode, GradcliError

HELP = """\
An interactive session. Expressions, values of variables, and every command on the expression that was typed last.

\b
  gradcli repl
  > (x+w)*(w+1)
  > x = 2; w = 1
  > :why --wrt w
  > :graph --format draw
  > :help
  gradcli repl < lesson.txt                a script: a line each, as typed
  gradcli repl --transcript lesson.log

x = 2 gives the variable x a value, as --x 2 does; a = x + w names a node, and f(u) = u^2 a function. Value and gradient stand
below the line while it is typed, where prompt_toolkit is installed: pip install "gradcli[repl]". :undo takes back a line.

Exit codes: on a terminal 0; of a script the highest of its lines.
"""


class ReplOptions(Options):
    """What a session may be asked for."""

    transcript = text("Also write what is typed and what is answered to the end of a file.", "FILE")


def run(options: ReplOptions) -> ExitCode | None:
    """Run the command."""
    if options.positional:
        raise GradcliError("gradcli repl takes no expression", hint="type it there, or write it to its standard input")
    import gc
    import sys

    from gradcli.cli.repl.prompt import PROMPT, Copied, lines_of
    from gradcli.cli.repl.session import Session

    gc.enable()  # many commands run, where elsewhere it is one
    session, log = Session(), None
    streams = sys.stdout, sys.stderr
    if options.transcript == "-":
        raise GradcliError("a transcript is written to a file", hint="standard output has what is answered")
    if options.transcript is not None:
        try:
            log = open(options.transcript, "a", encoding="utf-8")  # noqa: SIM115  it is open as long as the session
        except OSError as error:
            raise GradcliError(f"cannot write {options.transcript}: {error.strerror}") from None
        sys.stdout, sys.stderr = Copied(sys.stdout, log), Copied(sys.stderr, log)
    try:
        for line in lines_of(session):
            if log is not None:
                log.write(f"{PROMPT}{line}\n")
            session.enter(line)
            if session.ended:
                break
    finally:
        sys.stdout, sys.stderr = streams
        if log is not None:
            log.close()
    return None if sys.stdin is not None and sys.stdin.isatty() else ExitCode(session.code)


COMMAND = Command(
    HELP,
    ("", ""),
    ReplOptions,
    run,
    work="",
    lacks=dict.fromkeys(("-q", "-o", "--json", "--format"), "commands within a session have theirs"),
)
