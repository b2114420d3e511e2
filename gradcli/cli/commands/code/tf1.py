"""`gradcli tf1`: a TensorFlow 1 program, interpreted without TensorFlow, and every view of its graph."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.cli.framework.command import Command
from gradcli.cli.views.script_views import LACKS, SCRIPT, ScriptOptions, run_script
from gradcli.errors import GradcliError
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.autodiff.passes.tape import Tape

HELP = """\
Run a TensorFlow 1 program without TensorFlow. The graph is built first, and Session.run feeds it.

\b
  gradcli tf1 lesson.py                            what the script prints
  gradcli tf1 lesson.py --explain w                and why the gradient by w is what it is
  gradcli tf1 lesson.py --graph tree               and the graph with the values of its last run
  gradcli tf1 lesson.py --graph graph.svg          into a file: .svg .png .pdf .html .tex .dot .mmd .json ...
  gradcli tf1 lesson.py --json | jq .grad          one JSON document, with what the script prints as .printed
  gradcli tf1 --list                               the functions of TensorFlow and Python that are known

Scripts import tensorflow as tf, or tensorflow.compat.v1 as tf. What is printed follows TensorFlow's public documentation;
the names of the nodes that tf.gradients makes are shorter than TensorFlow's. Nothing of the script is executed.

Exit codes: 0 success, 2 the script is wrong or uses what is not known, 4 a limit reached, 130 interrupted.
"""


def run(options: ScriptOptions) -> None:
    """Run the command."""
    run_script(options, _interpret, _listing)


def _interpret(text: str, where: str, **options: Any) -> Callable[[], Tape]:
    from gradcli.emulation.tensorflow.run_tf1 import run_tf1

    found = run_tf1(text, where, **options)

    def shown() -> Tape:
        from gradcli.autodiff.torch_tape.as_tape import tape_of
        from gradcli.autodiff.torch_tape.engine import run_backward
        from gradcli.frozen import replace

        if found.tape is None:
            raise GradcliError("no session ran anything that computes, so there is no graph to show")
        run_backward(found.tape, found.output)
        shown = tape_of(found.tape, found.output)
        asked = tuple(name for name in shown.wrt if name in found.asked) or shown.wrt
        return replace(shown, mode="static", wrt=asked)

    return shown


def _listing() -> list[str]:
    from gradcli.emulation.listing import listing
    from gradcli.emulation.tensorflow.run_tf1 import known_modules

    return list(listing(known_modules()))


COMMAND = Command(HELP, SCRIPT, ScriptOptions, run, work="running the script", lacks=LACKS)
