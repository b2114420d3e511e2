"""`gradcli torch`: a PyTorch program, interpreted without PyTorch, and every view of its graph."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.cli.framework.command import Command
from gradcli.cli.views.script_views import LACKS, SCRIPT, ScriptOptions, run_script
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.autodiff.passes.tape import Tape

HELP = """\
Run a PyTorch program without PyTorch. A safe subset of Python is read and interpreted, and prints what PyTorch 2.13 prints.

\b
  gradcli torch lesson.py                            what the script prints
  gradcli torch lesson.py --explain w                and why the gradient by w is what it is
  gradcli torch lesson.py --graph tree               and the graph of its last backward pass
  gradcli torch lesson.py --graph graph.svg          into a file: .svg .png .pdf .html .tex .dot .mmd .json ...
  gradcli torch lesson.py --json | jq .grad          one JSON document, with what the script prints as .printed
  gradcli torch --list                               the functions of PyTorch and Python that are known
  cat lesson.py | gradcli torch -

Nothing of the script is executed: files, other modules and Python's machinery are out of its reach.

Exit codes: 0 success, 2 the script is wrong or uses what is not known, 4 a limit reached, 130 interrupted.
"""


def run(options: ScriptOptions) -> None:
    """Run the command."""
    run_script(options, _interpret, _listing)


def _interpret(text: str, where: str, **options: Any) -> Callable[[], Tape]:
    from gradcli.emulation.torch.run_torch import run_torch

    tape = run_torch(text, where, **options)

    def shown() -> Tape:
        from gradcli.autodiff.torch_tape.as_tape import tape_of

        return tape_of(tape, accumulated=True)

    return shown


def _listing() -> list[str]:
    from gradcli.emulation.listing import listing, tensor_entries
    from gradcli.emulation.torch.run_torch import known_modules

    return [*listing(known_modules()), *tensor_entries()]


COMMAND = Command(HELP, SCRIPT, ScriptOptions, run, work="running the script", lacks=LACKS)
