"""What has been typed in a session so far, and the programs that commands get of it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from gradcli.autodiff.runs.names_asked import variables_among
from gradcli.errors import GradcliError
from gradcli.frozen import Frozen
from gradcli.language.ast import Definition, Program
from gradcli.language.parser import parse
from gradcli.language.statements import free_names

WORD = re.compile(r"[^\W\d]\w*")


class State(Frozen):
    """What has been typed so far.

    Attributes:
        values: The value of each variable, as text.
        named: Each name with its statement, in the order of typing; a name may have several.
        last: The statement that commands are about; empty where there is none.
    """

    values: Mapping[str, str]
    named: tuple[tuple[str, str], ...]
    last: str = ""

    def program(self, last: str) -> str:
        """A text, behind those of the named statements that it needs."""
        needed: list[str] = []
        itself = any(text == last for _, text in self.named)
        words = {*WORD.findall(last.partition("=")[2] if itself else last)}
        for name, text in reversed(self.named):
            if itself and text == last:
                itself = False
            elif name in words:
                words.discard(name)
                words.update(WORD.findall(text.partition("=")[2]))
                needed.append(text)
        return "\n".join([*reversed(needed), last])

    def values_of(self, program: Program) -> dict[str, str]:
        """The values of the variables that a program has."""
        free = variables_among(free_names(program), self.values)
        return {name: self.values[name] for name in free if name in self.values}

    def derivative_at(self, name: str, primes: str, place: str) -> str:
        """The command that gives the derivative of what is named at a place.

        Raises:
            GradcliError: Nothing is called so, or it is no function of one variable.
        """
        text = next((text for own, text in reversed(self.named) if own == name), "")
        text = text or (self.last if name in ("y", "f") else "")
        if not text:
            raise GradcliError(f"nothing is called {name}", hint=f"write {name}(u) = u^2 before")
        [*_, last] = parse(self.program(text)).statements
        if isinstance(last, Definition):
            variables, text = list(last.parameters), f"{name}({', '.join(last.parameters)})"
        else:
            free = variables_among(free_names(parse(self.program(text))), self.values)
            variables = [one for one in free if one not in self.values] or list(free)
        if len(variables) != 1:
            listed = ", ".join(variables) or "no variable"
            raise GradcliError(f"{name} is a function of {listed}", hint="for one of several variables: :diff --wrt NAME")
        order = ["--order", str(len(primes))] if len(primes) > 1 else []
        place = self.values.get(place, place)
        at = [] if place == variables[0] else ["=".join(("--" + variables[0], place))]
        return shlex.join(["diff", text, "--wrt", *variables, *order, *at])
