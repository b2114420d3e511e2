"""What `gradcli predict` says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradcli.autodiff.passes.tape import Tape
from gradcli.errors import visible
from gradcli.language.numbers import short_text
from gradcli.output.json import document, json_number
from gradcli.teaching.exercises.predictions import HINT, Guess, Prompt, Unread, score
from gradcli.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.output.schemas.teaching import PredictDocument


def question(prompt: Prompt) -> str:
    """What is asked."""
    return f"{prompt.name} = {prompt.hint} =" if prompt.hint else f"{prompt.name} ="


def told(prompt: Prompt, guess: Guess | Unread, *, typed: bool) -> str:
    """A line on a guess, or on what is none; where it was typed behind the question, without this."""
    value = short_text(prompt.value)
    if isinstance(guess, Unread) and guess.text.strip() == HINT:
        said = guess.note
    elif isinstance(guess, Unread):
        said = f"unreadable, once more: {visible(guess.note)}"
    elif guess.right:
        said = "right"
    elif guess.text is None:
        said = f"it is {value}"
    else:
        said = f"wrong: it is {value}" + (f"; {visible(guess.note)}" if guess.note else "")
    if typed:
        return f"  {said}"
    return f"{question(prompt)} {visible(guess.text) if guess.text else '?'}   {said}"


def predictions_json(text: str, tape: Tape, guesses: Sequence[Guess]) -> Iterator[str]:
    """The document of `gradcli predict --json`."""
    right, total = score(guesses)
    parts: PredictDocument = {
        "expression": text,
        "bindings": {name: json_number(float(value)) for name, value in tape.bindings.items()},
        "guesses": [
            {
                "phase": guess.prompt.phase,
                "name": guess.prompt.name,
                "hint": guess.prompt.hint,
                "guess": guess.text,
                "value": json_number(guess.prompt.value),
                "right": guess.right,
                "note": guess.note,
                "unread": list(guess.unread),
            }
            for guess in guesses
        ],
        "right": right,
        "asked": total,
    }
    return document("predict", parts)
