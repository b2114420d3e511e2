"""The record of an error: what :meth:`gradcli.errors.GradcliError.as_json` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from gradcli.errors import ExitCode
from gradcli.output.records.types import Also, Row

if TYPE_CHECKING:
    from typing_extensions import NotRequired

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
