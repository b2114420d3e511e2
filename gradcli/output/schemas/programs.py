"""The records of programs: their runs, rows, traces, and both modes side by side; and of errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

from gradcli.autodiff.runs.event_log import Happening
from gradcli.errors import ExitCode
from gradcli.output.schemas.runs import RunFacts
from gradcli.output.schemas.vocabulary import Also, Bindings, Count, Gradient, Line, Mode, Number, Row

if TYPE_CHECKING:
    from typing_extensions import NotRequired


class RunDocument(TypedDict):
    """gradcli run --json"""

    expression: Annotated[str, "The source text."]
    mode: Mode
    dtype: Annotated[str, Also(enum=["float64", "float32"])]
    bindings: Bindings
    wrt: Annotated[list[str], "The variables that require gradients."]
    printed: NotRequired[Annotated[str, "What the program printed; left out where that is nothing."]]
    output: Annotated[str, "Name of the first output, which is differentiated."]
    values: Annotated[dict[str, Number], "The value of each output."]
    grad: Gradient


_RowNumber = Annotated[Row, "The number of the row, from 1."]
_Kept = Annotated[dict[str, Any], "The columns that --keep passes through."]


class ResultRecord(TypedDict):
    """The results of a row."""

    row: _RowNumber
    kept: NotRequired[_Kept]
    values: Annotated[dict[str, Number], "The value of each output."]
    grad: Annotated[
        dict[str, Number | None], "Derivative of the first output by each variable; null where it does not depend on it."
    ]
    printed: NotRequired[Annotated[str, "What the program printed in this row; left out where that is nothing."]]


class FailureRecord(TypedDict):
    """A row that failed."""

    row: _RowNumber
    error: Annotated[str, "Why the row failed."]
    hint: str | None
    kept: NotRequired[_Kept]
    given: NotRequired[Annotated[Any, "In a file of --errors: the values that stood in the row, or its text where it has none."]]


class PrintedRecord(TypedDict):
    """A value that a program prints."""

    of: str
    value: Number | str


class PrintEvent(TypedDict):
    """A line that the program prints."""

    kind: Literal["print"]
    line: Line
    printed: Annotated[list[str | PrintedRecord], "A line that the program prints: texts, and values with what they are of."]


class Event(TypedDict):
    """Something else that happened."""

    kind: Happening
    line: Line
    name: Annotated[str, "The node, the statement, or the part of the log."]
    text: str
    value: Annotated[Number | None, "The value, adjoint or contribution."]
    depth: Annotated[Count, "Blocks of a static graph that it stands in."]


class TraceDocument(RunFacts):
    """gradcli trace --json"""

    events: Annotated[list[PrintEvent | Event], "What happened, in order."]


class ModesRow(TypedDict):
    """A node of the program in both modes."""

    line: Row
    name: str
    expr: Annotated[str | None, "What it computes; null for a variable."]
    block: Annotated[str | None, "The block of the static graph that it stands in."]
    dynamic: Annotated[list[Count], "For each run how many nodes are recorded of it."]
    static: Annotated[Count, "How many nodes the static graph has of it."]
    executed: Annotated[list[Count], "For each run how often they execute."]


class ModesDocument(TypedDict):
    """gradcli compare-modes --json"""

    expression: Annotated[str, "The source text."]
    inputs: Annotated[list[dict[str, Number]], "The values of the variables, by run."]
    recorded: Annotated[list[Count], "For each run which dynamic graph it recorded; equal numbers are equal graphs."]
    values: Annotated[list[list[Number]], "For each run the value in the dynamic and in the static mode."]
    nodes: list[ModesRow]


_CODES = [code.value for code in ExitCode if code not in (ExitCode.SUCCESS, ExitCode.INTERRUPTED)]


class ErrorRecord(TypedDict):
    """an error of a command with --json, on standard error"""

    error: str
    hint: str | None
    where: Annotated[str | None, "What the text is called that line and column refer to."]
    line: Annotated[Row | None, "From 1."]
    column: Annotated[Row | None, "From 1."]
    exit_code: Annotated[int, Also(enum=_CODES)]
    printed: NotRequired[Annotated[str, "What a script had printed until then; left out for what is no script."]]
