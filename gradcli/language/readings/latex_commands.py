"""LaTeX's commands as the tokens that they stand for, and letters with an index as one name."""

from __future__ import annotations

import re
from collections.abc import Collection

from gradcli.errors import GradcliError
from gradcli.language.grammar import Token
from gradcli.language.other_languages import NO_VALUES
from gradcli.language.readings.latex_habits import ACCENTS, ARROWS, BOLD, COLOURS, NOTHING, SIGNS, WORDS, as_commands
from gradcli.language.readings.scan import VALUE_ENDS
from gradcli.language.readings.vocabulary import GREEK, Vocabulary, letter

_UNITS = frozenset(["m", "cm", "mm", "km", "s", "ms", "min", "h", "kg", "g", "mg", "N", "J", "W", "V", "A", "K", "L", "Hz", "Pa"])
_MATRICES = frozenset(("matrix", "vmatrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "array"))
_INNER = frozenset(("LPAR", "LBRACE", "CASES", "MATRIX"))
_SPACES = frozenset((",", ";", ":", " ", "quad", "qquad", "thinspace", "medspace", "thickspace"))
_PART = r"(?:-?\d+|(?:-?\d+)?:(?:-?\d+)?(?::(?:-?\d+)?)?)"
_PARTS = re.compile(rf"{_PART}(?:,{_PART})*")
"""Which elements of an array: 0, 1 or :, 0."""
_CONDITION = re.compile(
    r"\s*(?:(?P<if>if|for|when|wenn|falls|si|where)|(?P<else>otherwise|else|sonst|sinon))\s*[,:.]?\s*", re.IGNORECASE
)


def without_commands(
    text: str, tokens: list[Token], vocabulary: Vocabulary, known: Collection[str], notes: list[tuple[int, str]]
) -> tuple[list[Token], set[str], dict[str, int]]:
    """The tokens with each command as what it stands for.

    Args:
        text: What was typed.
        tokens: The tokens as they are scanned.
        vocabulary: The functions.
        known: The names that have values: of the ways to write an indexed or Greek name the one that has one is taken.

        notes: Takes what stands for something else than it is read as.

    Returns:
        The tokens, the names that are written upright, each of which is one, and how many axes those in bold have.

    Raises:
        GradcliError: A command is not known, or digits stand where LaTeX takes one.
    """
    functions = [*vocabulary.functions, *GREEK]
    own = (NOTHING, SIGNS, WORDS, ACCENTS, COLOURS, vocabulary.fences, vocabulary.missing, ("begin", "end", "cdots"))
    known_commands = {*functions, *(name for names in own for name in names), *(sign[1:] for sign in NO_VALUES)}
    tokens = as_commands(tokens, functions, known_commands)
    commands = _Commands(text, tokens, vocabulary, known, notes)
    return commands.translated(), commands.whole, commands.bold


class _Commands:
    def __init__(
        self, text: str, tokens: list[Token], vocabulary: Vocabulary, known: Collection[str], notes: list[tuple[int, str]]
    ) -> None:
        self.text = text
        self.tokens = tokens
        self.vocabulary = vocabulary
        self.known = known
        self.result: list[Token] = []
        self.place = 0
        self.called: list[bool] = []  # environments in parentheses of their own
        self.whole: set[str] = set()
        self.bold: dict[str, int] = {}
        self.notes = notes
        self.closing: dict[
            int, str
        ] = {}  # braces that are parentheses, or belong to a floor: by the place of the one that closes

    def translated(self) -> list[Token]:
        while self.place < len(self.tokens):
            token = self.tokens[self.place]
            self.place += 1
            if token.kind == "COMMAND":
                self._command(token, token.text[1:])
            elif token.kind == "DOLLAR":
                continue
            elif token.kind == "NAME":
                self._letters(token)
            elif token.kind == "PRIMES":
                raise GradcliError("a prime stands behind a letter", token.span, "write f'; gradcli diff gives a derivative")
            elif token.kind == "INDEX" and self.result and self.result[-1].kind in ("ABS_OPEN", "ABS_CLOSE"):
                self._index_of_bar(token)
            elif token.kind == "INDEX":
                raise GradcliError("an index stands behind a letter", token.span, "write x_{1}")
            elif token.kind == "NUMBER":
                self._number(token)
            elif token.kind in ("LSQB", "RSQB"):
                self._square(token)
            elif self.place - 1 in self.closing:
                self.result.append(Token("RPAR", ")", token.span))
            else:
                self.result.append(token)
        return self._without_last_rows()

    def _next(self) -> Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def _command(self, token: Token, command: str) -> None:
        follows = self._next()
        if command in ("left", "right") and follows is not None and follows.text in ("|", "\\vert"):
            self.place += 1
            self.result.append(Token("ABS_OPEN" if command == "left" else "ABS_CLOSE", "\\|", follows.span))
        elif command in ("vert", "mid"):
            self.result.append(Token("ABS_OPEN", "|", token.span))
        elif command in NOTHING or command.endswith("."):  # \left.
            before = self.result[-1].kind if self.result else ""
            digits = follows is not None and follows.kind == "NUMBER"
            if command == " " and self.text.count("\\") == self.text.count("\\ "):  # nothing else is LaTeX
                self.notes.append((token.span[0], "\\ is read as a blank of LaTeX; a quotient is written with /"))
            grouped = before == "NUMBER" and digits and len(self.tokens[self.place].text) == 3
            if command in _SPACES and before in VALUE_ENDS and digits and not grouped:
                self.result.append(Token("TIMES", "*", token.span))
        elif command in ("top", "intercal"):
            names = [one.text for one in self.result[-3:] if one.kind == "NAME"]
            self.bold |= {name: 2 if name[0].isupper() else 1 for name in names[-1:] if name not in self.bold}
            self.result.append(Token("NAME", "T", token.span))
        elif command in SIGNS:
            kind, sign = SIGNS[command]
            before = self.result[-1].text if self.result and self.result[-1].kind == "NAME" else ""
            if command == "{" and before and self.vocabulary.function(before) is None:
                hint = "write parentheses for a product; sets have no value"
                raise GradcliError(f"{before}\\{{ may begin a product or a set", token.span, hint)
            if command == "{" and not before:
                self.notes.append((token.span[0], "{ } are read as parentheses, and not as a set"))
            self.result.append(Token(kind, sign or token.text, token.span))
        elif command in WORDS:
            self._word(token)
        elif command in ACCENTS:
            self._word(token, f"_{ACCENTS[command]}")
        elif command in COLOURS:
            self._braced()
        elif command in ("begin", "end"):
            self._environment(token, command)
        elif command in self.vocabulary.fences:
            opens = self.vocabulary.fences[command]
            self.result += (
                [Token("CALLED", opens, token.span), Token("LPAR", "(", token.span)]
                if opens
                else [Token("RPAR", ")", token.span)]
            )
        elif token.text in NO_VALUES:
            raise GradcliError(f"{token.text} has no value here", token.span, NO_VALUES[token.text])
        elif command in self.vocabulary.functions or command in self.vocabulary.missing:
            if command in GREEK and not (follows is not None and follows.kind == "LPAR"):
                self._name(token, self._greek(command))
            else:
                self._name(token, command)
        elif command in GREEK:
            self._name(token, self._greek(command))
        else:
            hint = "write the formula with other commands, or leave it out"
            if len(command) == 1 or command == "backslash":
                hint = "a backslash begins a command of LaTeX; a quotient is written with /"
            raise GradcliError(f"{token.text} is not known here", token.span, hint)

    def _greek(self, word: str) -> str:
        """The letter, or the word where that has a value."""
        return word if word in self.known else letter(f"\\{word}")

    def _braced(self) -> tuple[str, int] | None:
        """The text between the braces that come next, and where they end; moves behind them."""
        follows = self._next()
        if follows is None or follows.kind != "LBRACE":
            return None
        depth, at = 0, self.place
        while at < len(self.tokens):
            depth += (self.tokens[at].kind == "LBRACE") - (self.tokens[at].kind == "RBRACE")
            at += 1
            if depth == 0:
                break
        else:
            raise GradcliError("this '{' is never closed", follows.span, "write the missing '}'")
        self.place = at
        end = self.tokens[at - 1].span
        return self.text[follows.span[1] : end[0]], end[1]

    def _letters(self, token: Token) -> None:
        """Letters side by side: an index belongs to the last of them, and a power or a fraction takes the first."""
        word, start = token.text, token.span[0]
        before = self.result[-1].kind if self.result else ""
        fraction = before in ("FRAC", "SQRT") or (len(self.result) > 1 and self.result[-2].kind == "FRAC")
        follows = self._next()
        indexed = follows is not None and follows.kind == "INDEX" and word not in self.vocabulary.functions
        if len(word.rstrip("'′’")) < 2 or word in self.known or not (fraction or before == "POWER" or indexed):
            self._name(token, word)
            return
        cut = len(word) - 1 if indexed and before != "POWER" and not fraction else 1
        self.result.append(Token("NAME", word[:cut], (start, start + cut)))
        self._letters(Token("NAME", word[cut:], (start + cut, token.span[1])))

    def _word(self, token: Token, suffix: str = "") -> None:
        found = self._braced() or self._one_letter()
        if found is None:
            raise GradcliError(f"{token.text} needs braces", token.span, f"write {token.text}{{name}}")
        content, end = found
        span = (token.span[0], end)
        condition = _CONDITION.fullmatch(content)
        if condition:
            self.result.append(Token("WORD_IF" if condition["if"] else "WORD_ELSE", content, span))
            return
        name = re.sub(r"\\(?:rm|bf|it|sf)(?![a-zA-Z])", "", content).replace("\\_", "_").strip()
        name = re.sub(r"\\([a-zA-Z]+)", lambda found: self._greek(found[1]) if found[1] in GREEK else found[0], name)
        if not re.fullmatch(r"[^\W\d]\w*", name):
            raise GradcliError(f"'{content}' is no name", span, "write the formula without text")
        if len(name) > 1 and name not in self.vocabulary.functions and name not in self.known:
            name = name.lower() if name.lower() in self.vocabulary.functions else name
        if suffix:
            self.notes.append((span[0], f"{token.text}{{{name}}} is read as a variable called {name}{suffix}"))
            name += suffix
        elif (
            name in _UNITS
            and token.text in ("\\text", "\\mathrm", "\\textrm")
            and self.result
            and self.result[-1].kind in VALUE_ENDS
        ):
            self.notes.append((span[0], f"{name} is read as a variable; a unit is left out"))
        follows = self._next()
        if name == "d" and follows is not None and follows.kind == "NAME" and token.text[1:] not in BOLD:
            message = f"d{follows.text} may be a differential or a product"
            raise GradcliError(message, (token.span[0], follows.span[1]), f"write d*{follows.text} for a product")
        if len(name) > 1 and name not in self.vocabulary.functions:
            if name not in self.known and follows is not None and (follows.kind == "LPAR" or follows.text == "\\left"):
                raise GradcliError(f"{name} is no function that is known", span, "for a product write \\cdot between its factors")
            self.whole.add(name)
        self._name(Token("NAME", name, span), name)
        if token.text[1:] in BOLD:
            name = self.result[-1].text
            self.bold[name] = 2 if name[0].isupper() and token.text[1:] not in ARROWS else 1

    def _one_letter(self) -> tuple[str, int] | None:
        """The letter that comes next without braces, and where it ends; moves behind it."""
        follows = self._next()
        if follows is None or (follows.kind != "NAME" and follows.text[1:] not in GREEK):
            return None
        start = follows.span[0]
        self.place += 1
        if follows.kind == "COMMAND":
            return follows.text, follows.span[1]
        if len(follows.text) > 1:
            self.place -= 1
            self.tokens[self.place] = Token("NAME", follows.text[1:], (start + 1, follows.span[1]))
        return follows.text[0], start + 1

    def _index_of_bar(self, token: Token) -> None:
        """An index of a norm is its order, and one of a bar an end of a range."""
        if self.result[-1].text not in "‖∥":
            raise GradcliError("a value between two ends has no value here", token.span, "write the difference of the two values")
        order = self._braced() or ("", 0)
        if not order[1] and (follows := self._next()) is not None and follows.kind == "NUMBER":
            self.place += 1
            order = (follows.text, 0)
        if order[0].strip() != "2":
            hint = "write sum(abs(x)) for the order 1, and max(abs(x)) for the order inf"
            raise GradcliError("a norm of another order than 2 has no value here", token.span, hint)

    def _name(self, token: Token, name: str) -> None:
        """A name with its index; a function's argument in braces is one in parentheses."""
        follows = self._next()
        end = token.span[1]
        if follows is not None and follows.kind == "PRIMES" and name not in self.vocabulary.functions:
            self.place += 1
            name, end = name + follows.text, follows.span[1]
            follows = self._next()
        if follows is not None and follows.kind == "INDEX":
            self.place += 1
            behind = self._next()
            index: str | None = None
            if behind is not None and behind.kind == "LBRACE":
                braced = self._braced()
                assert braced is not None
                content, end = braced
                content = content.replace("{:}", ":")
                index = re.sub(r"\\(?:mathrm|text|mathit)\s*\{([^{}]*)\}", r"\1", content).replace("\\_", "_").replace(" ", "")
                index = re.sub(r"\\([a-zA-Z]+)", lambda found: self._greek(found[1]) if found[1] in GREEK else found[1], index)
            elif behind is not None and behind.kind == "COMMAND" and behind.text[1:] in GREEK:
                self.place += 1
                index, end = self._greek(behind.text[1:]), behind.span[1]
            elif behind is not None and behind.kind in ("NAME", "NUMBER"):
                if len(behind.text.rstrip("'′’")) > 1:
                    hint = f"write {name}_{{{behind.text}}}, or _{behind.text[0]} and * before the rest"
                    raise GradcliError("an index without braces is one character", behind.span, hint)
                self.place += 1
                index, end = behind.text, behind.span[1]
            if index is not None and self._is_part(name, index):
                name = f"{name}[{index.replace(',', ', ')}]"
                self.whole.add(name)
                self.result.append(Token("NAME", name, (token.span[0], end)))
                return
            if index is None or not re.fullmatch(r"\w+['′’]*", index):
                raise GradcliError("this is no index of a name", follows.span, "write x_{1} or x_{max}")
            bare, plain = index.rstrip("'′’"), name.rstrip("'′’")
            primes = name[len(plain) :] + index[len(bare) :]
            name, index = plain, bare
            together = name + index
            name = together if together in self.known and f"{name}_{index}" not in self.known else f"{name}_{index}"
            follows = self._next()
            if follows is not None and follows.kind == "PRIMES":
                self.place += 1
                primes, end = primes + follows.text, follows.span[1]
                follows = self._next()
            name += primes
        self.result.append(Token("NAME", name, (token.span[0], end)))
        stem = name.partition("_")[0]
        if stem in self.vocabulary.functions and len(stem) > 1 and follows is not None and follows.kind == "LBRACE":
            self._parenthesis()
        elif stem in self.vocabulary.functions and len(stem) > 1 and follows is not None and follows.kind == "POWER":
            self._power_of_function()

    def _is_part(self, name: str, index: str) -> bool:
        """Whether an index is that of an element or a row: several numbers, or one of a name that has a value."""
        if not _PARTS.fullmatch(index):
            return False
        own = f"{name}_{index}" in self.known or name + index in self.known
        return not index.isdigit() or (name in self.known and not own)

    def _parenthesis(self) -> None:
        """Make the braces that come next parentheses."""
        opening, before = self.tokens[self.place], self.place
        name = self.result[-1]
        self._braced()
        if (follows := self._next()) is not None and follows.kind == "POWER":  # what is seen has no braces
            end = self.tokens[self.place - 1].span[1]
            called, argument = self.text[name.span[0] : end], self.text[opening.span[1] : end - 1]
            power = f"{called}^ is read as the power of {called}; that of {argument} is written inside the braces"
            self.notes.append((name.span[0], power))
        self.closing[self.place - 1] = ""
        self.place = before + 1
        self.result.append(Token("LPAR", "(", opening.span))

    def _power_of_function(self) -> None:
        """sin^{2}{x}: what follows the power in braces is the argument."""
        start = self.place
        self.place += 1
        if self._braced() is not None:
            follows = self._next()
            if follows is not None and follows.kind == "LBRACE":
                end = self.place
                self._braced()
                self.closing[self.place - 1] = ""
                opening = self.tokens[end]
                self.tokens[end] = Token("LPAR", "(", opening.span)
        self.place = start

    def _number(self, token: Token) -> None:
        before = self.result[-1] if self.result else None
        behind = self.tokens[self.place : self.place + 4]
        if [one.text for one in behind[:3]] == ["{", ",", "}"] and len(behind) == 4 and behind[3].text.isdecimal():
            self.place += 4  # 1{,}5 is a decimal
            whole, digits, span = token.text, behind[3].text, (token.span[0], behind[3].span[1])
            if re.fullmatch("[1-9][0-9]{0,2}", whole) and len(digits) == 3:
                both, point, grouped = (f"{whole}{sign}{digits}" for sign in ("{,}", ".", ""))
                raise GradcliError(f"{both} may be {point} or {grouped}", span, "write one of them")
            token = Token("NUMBER", f"{token.text}.{behind[3].text}", (token.span[0], behind[3].span[1]))
        if before is not None and before.kind == "POSTFIX":  # 5!7!
            self.result.append(Token("TIMES", "*", token.span))
        if before is not None and before.kind == "FRAC" and re.fullmatch("[0-9]{2}", token.text):
            middle = token.span[0] + 1
            self.result += [
                Token("NUMBER", token.text[0], (token.span[0], middle)),
                Token("NUMBER", token.text[1], (middle, token.span[1])),
            ]
            return
        if before is not None and before.kind in ("POWER", "FRAC", "SQRT") and len(token.text) > 1:
            message = f"LaTeX takes one digit of {token.text} here"
            raise GradcliError(message, token.span, f"write {{{token.text}}}, or {token.text[0]} and * before the rest")
        self.result.append(token)

    def _square(self, token: Token) -> None:
        """Brackets are parentheses, but for those of the degree of a root."""
        before = self.result[-1] if self.result else None
        if token.kind == "LSQB" and before is not None and before.kind == "SQRT":
            self.result.append(token)
            depth = 0
            for at in range(self.place - 1, len(self.tokens)):
                depth += (self.tokens[at].kind == "LSQB") - (self.tokens[at].kind == "RSQB")
                if depth == 0:
                    self.closing[at] = "]"
                    break
        elif self.closing.get(self.place - 1) == "]":
            self.result.append(token)
        else:
            self.result.append(Token("LPAR", "(", token.span) if token.kind == "LSQB" else Token("RPAR", ")", token.span))

    def _environment(self, token: Token, command: str) -> None:
        found = self._braced()
        name = found[0].strip("* ") if found else ""
        end = found[1] if found else token.span[1]
        start = token.span[0]
        if command == "end":
            while self.result and self.result[-1].kind == "ROW":
                self.result.pop()
            self.result.append(Token("END_ENVIRONMENT", name, (start, end)))
            if self.called and self.called.pop():
                self.result.append(Token("RPAR", ")", (end - 1, end)))
        elif name in _MATRICES:
            if name == "array":
                self._braced()
            if name == "vmatrix":
                self.result.append(Token("NAME", self.vocabulary.matrices["determinant"], (start, start)))
            before = self.result[-1] if self.result else None
            self.called.append(before is not None and before.kind == "NAME" and before.text in self.vocabulary.functions)
            if self.called[-1]:
                self.result.append(Token("LPAR", "(", (start, start + 1)))
            self.result.append(Token("MATRIX", name, (start, end)))
        elif name in ("cases", "dcases"):
            self.called.append(False)
            self.result.append(Token("CASES", name, (token.span[0], end)))
        else:
            raise GradcliError(f"the environment {name} has no value", (token.span[0], end), "write the formula alone")

    def _names_argument(self, before: list[Token]) -> bool:
        """Whether what was read ends with a comma and a name between the parentheses of a function: sum(A, axis = 0)."""
        depth = 0
        for place in range(len(before) - 1, 0, -1):
            depth += (before[place].kind == "RPAR") - (before[place].kind == "LPAR")
            if depth < 0:
                function = before[place - 1].text in self.vocabulary.functions
                return function and [token.kind for token in before[-2:]] == ["COMMA", "NAME"]
        return False

    def _without_last_rows(self) -> list[Token]:
        """Commas before the conditions of cases are left out."""
        result: list[Token] = []
        depth = 0
        for token in self.result:
            depth += (token.kind in _INNER) - (token.kind in ("RPAR", "RBRACE", "END_ENVIRONMENT"))
            if token.kind == "EQUAL" and depth > 0 and not self._names_argument(result):  # a condition
                token = Token("COMPARISON", "==", token.span)
            if token.kind == "AMPERSAND" and result and result[-1].kind == "COMMA":
                result.pop()
            result.append(token)
        return result
