"""What the functions and values of a script ask of the machine that runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gradcli.errors import Span
from gradcli.typing import Any, Protocol


class Interpreter(Protocol):
    """The machine, as far as values and functions know it."""

    write: Callable[[str], None]
    """Writes what the script prints."""

    @property
    def span(self) -> tuple[int, int]:
        """The place of what runs."""

    def charge(self, steps: int) -> None:
        """Count work that is more than one step."""

    def warn(self, text: str, span: Span | None = None) -> None:
        """Write a warning with the line that it speaks of: that of a place, or of what runs."""

    def apply(self, function: Any, arguments: list[Any], keywords: dict[str, Any] | None = None) -> Any:
        """The result of a function, of the script or not, that a function of the interpreter calls."""

    def call(self, function: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """The result of a function that is none of the script."""

    def binary(self, symbol: str, a: Any, b: Any) -> Any:
        """The result of an operator."""

    def truth(self, value: Any) -> bool:
        """Whether a value counts as true."""

    def iterate(self, value: Any) -> Iterator[Any]:
        """The elements of a value."""

    def listed(self, value: Any) -> list[Any]:
        """The elements of a value as a list."""

    def text(self, value: Any) -> str:
        """What ``print`` writes of a value."""

    def representation(self, value: Any) -> str:
        """What ``repr`` gives of a value."""
