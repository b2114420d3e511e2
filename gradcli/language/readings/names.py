"""What the names of a text mean: functions with and without parentheses, and letters that stand side by side."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from gradcli.errors import GradcliError, nearest
from gradcli.language.grammar import END, Token
from gradcli.language.other_languages import NO_VALUES
from gradcli.language.readings.calls import with_bases, with_groups, with_parentheses
from gradcli.language.readings.commas import in_groups
from gradcli.language.readings.otherwise import natural_note
from gradcli.language.readings.products import arguments, coefficient, exponent, joined, raised_call, seldom_meant, seldom_word
from gradcli.language.readings.scan import VALUE_ENDS, refuse
from gradcli.language.readings.vocabulary import GREEK, LONGEST_PRODUCT, NO_WORDS, PROSE, Vocabulary
from gradcli.language.statements import WORDS

_LETTER = re.compile(r"[^\W\d_](?P<digits>[0-9₀-₉]+)?(?:_(?![0-9]+[^\W\d_])\w+)?")
_INDEXED = re.compile(r"([^\W\d_]+)([^\W\d_]_\w+)")
_NUMBERED = re.compile("[^\\W\\d_](?:_?[0-9]+|[₀-₉]+)?")
_BEGINS = frozenset(
    ("NAME", "NUMBER", "PI", "CONSTANT", "VULGAR", "ROOT", "ABS_OPEN", "SIGN", "POWER", "SUPERSCRIPT", "FRAC", "SQRT", "LBRACE")
) | {"FUNCTION", "CALLED"}
"""Terminals with which the argument of a function without parentheses, or its power, begins."""
_PRIMES = "'′’"
_MIXED = re.compile("[A-Za-z][぀-鿿]")
"""A Latin letter before a word of a script without spaces: x的平方."""
_NAMES = frozenset(("NAME", "CONSTANT", "PI"))
_CAPITALS = frozenset("XYZ")
_BESSEL = frozenset("JY")
_OWN = frozenset("fghFGHζφψχΦΨ")
"""Letters that nobody reads as a factor before a parenthesis."""
_SHORT = frozenset(("re", "im", "Re", "Im", "qr", "li", "zeta", "phi", "psi", "chi", "Phi", "Psi"))
"""Words that others call functions."""
_NUMBERS = {"∞": "inf", "oo": "inf", "Infinity": "inf", "NaN": "nan"}


class Names:
    """The names of one text.

    Args:
        vocabulary: The functions.
        known: Names that are one name however long: those with a value, and what the text assigns.
        notes: Takes what can mean two things, with its place.
        letters: Whether letters side by side are a product however many they are, as in LaTeX.
    """

    def __init__(
        self, vocabulary: Vocabulary, known: Collection[str], notes: list[tuple[int, str]], *, letters: bool = False
    ) -> None:
        self.longest = 1_000 if letters else LONGEST_PRODUCT
        self.vocabulary = vocabulary
        self.known = set(known)
        self.notes = notes
        self.own: set[str] = set()

    def classified(self, tokens: Sequence[Token]) -> list[Token]:
        """The tokens with functions told from variables, and products of letters taken apart."""
        self._note_own(tokens)
        tokens = joined(tokens, self.vocabulary.functions, self.known)
        tokens = with_parentheses(with_bases(tokens, self.vocabulary, self.known), self.vocabulary, self.known)
        tokens = in_groups(tokens, self.notes)
        if self.longest == LONGEST_PRODUCT:
            tokens = with_groups(tokens, self.known, self.notes)
        result: list[Token] = []
        for place, token in enumerate(tokens):
            self.notes += seldom_meant(result, tokens, place, self.known)
            if token.kind == "NUMBER":
                self._note_exponent(token, tokens[place + 1 : place + 2])
                result += coefficient(result, tokens[place : place + 2], self.notes)
            elif token.kind == "MINUS" and result and result[-1].kind == "PLUS" and result[-1].span[1] == token.span[0]:
                self._note(token, "+- is read as + and the sign of what follows; of ± there are two values")
            elif token.kind == "TIMES":
                token = token._replace(text="*")
            if token.kind == "CONSTANT" and result and result[-1].kind in VALUE_ENDS:
                value, constant = result[-1].text, token.text[1:]
                hint = f"write {value}*{constant} or {value} % {constant}"
                raise refuse(f"{token.text} may be a constant or a remainder", token, hint)
            if token.kind != "NAME":
                result.append(token)
                continue
            before = result[-1].kind if result else ""
            after = tokens[place + 1].kind if place + 1 < len(tokens) else END
            inner = tokens[place + 2 : place + 4]
            if after == "MINUS":  # sin -x has an argument, and sin - x has none
                minus, behind = tokens[place + 1].span, tokens[place + 2 : place + 3]
                touches = minus[0] > token.span[1] and behind and behind[0].span[0] == minus[1]
                after = "SIGN" if touches else after
            elif after == "POWER" and token.text == "e" and before in VALUE_ENDS - {"NUMBER"}:
                token = token._replace(kind="EULER")
            if token.text in _OWN and token.text not in self.known and raised_call(tokens, place):
                raise self._may_be_function(token)
            if after == "LPAR" and token.text in self.vocabulary.heads and token.text not in {*self.known, *self.own}:
                head, count = self.vocabulary.heads[token.text]
                if arguments(tokens, place + 1) == count:
                    self._note(
                        token, f"{token.text}(...) is read as the function {head}; for a variable give {token.text} a value"
                    )
                    result.append(token._replace(kind="CALLED", text=head))
                    continue
            read = [token] if token.kind == "EULER" else self._read(token, before, after, inner)
            result += exponent(result, token, read, self.notes) if len(read) > 1 else read
        result = self._orders(result)
        self._refuse_orders(result)
        return self._inverses(result)

    def _note_exponent(self, token: Token, behind: Sequence[Token]) -> None:
        """Say that 3e2x is 300*x."""
        mantissa, e, power = token.text.lower().partition("e")
        if not (e and behind and behind[0].kind in ("NAME", "LPAR", "PI") and behind[0].span[0] == token.span[1]):
            return
        other = f"a power of e is written {mantissa}*e^{power}" if power.isdecimal() else f"{mantissa}*e {power} is written so"
        self._note(token, f"{token.text} is read as {mantissa}*10^{power}; {other}")

    def _orders(self, tokens: list[Token]) -> list[Token]:
        """Functions of an order with it as their first argument: ψ^{(1)}(x)."""
        result = list(tokens)
        place = 0
        while place < len(result):
            token = result[place]
            kinds = [one.kind for one in result[place + 1 : place + 4]]
            name = self.vocabulary.orders.get(token.text)
            if name and token.text not in self.known and kinds == ["POWER", "LBRACE", "LPAR"]:
                depth, end = 0, place + 3
                while end < len(result):
                    depth += (result[end].kind == "LPAR") - (result[end].kind == "RPAR")
                    if depth == 0:
                        break
                    end += 1
                if [one.kind for one in result[end + 1 : end + 3]] == ["RBRACE", "LPAR"]:
                    comma = Token("COMMA", ",", result[end].span)
                    head = [token._replace(kind="CALLED", text=name), result[place + 3], *result[place + 4 : end], comma]
                    result[place : end + 3] = head
            place += 1
        return result

    def _note_own(self, tokens: Sequence[Token]) -> None:
        """Remember the functions and names that the text defines."""
        depth = 0
        start = 0
        self.of_matrices = any(token.text in self.vocabulary.matrices.values() for token in tokens)
        for place, token in enumerate(tokens):
            depth += (token.kind in ("LPAR", "LSQB")) - (token.kind in ("RPAR", "RSQB"))
            if token.kind == "FOR":
                self.known.add(token.text.split()[1])
            if depth == 0 and token.kind in ("SEPARATOR", "LBRACE", "RBRACE"):
                start = place + 1
            elif depth == 0 and token.kind == "EQUAL" and place > start and tokens[start].kind == "NAME":
                if place == start + 1:
                    self.known.add(tokens[start].text)
                elif tokens[start + 1].kind == "LPAR":
                    self.own.add(tokens[start].text)
                    self.known.update(item.text for item in tokens[start + 2 : place] if item.kind == "NAME")
                start = place + 1
            elif depth and token.kind == "EQUAL":
                self.known.add(tokens[place - 1].text)

    def _read(self, token: Token, before: str, after: str, inner: Sequence[Token]) -> list[Token]:
        token = token._replace(text=token.text.replace("{", "").replace("}", ""))
        name, called = token.text, after == "LPAR"
        if called and name in self.own:
            return [token._replace(kind="CALLED")]
        if name in self.known or (before == "EQUAL" and name in WORDS):
            found = self.vocabulary.function(token.text) if called else None
            return [token._replace(kind="CALLED", text=found) if found else token]
        if name[-1] == "_":
            raise refuse("this index is no part of a name", token, NO_VALUES.get(name[:-1], "write x_1, or x_{max}"))
        if primes := sum(sign in _PRIMES for sign in name):
            return self._primed(token, primes, called)
        function = self.vocabulary.function(token.text)
        if function and name not in self.vocabulary.functions and name[0] == "A" and name[1:] in self.vocabulary.functions:
            message = f"{name} may be A*{name[1:]} or {name.lower()}"
            raise refuse(message, token, f"write A*{name[1:]}(x) or {name.lower()}(x)")
        if function and called:
            self._note_logarithm(token, function, called)
            return [token._replace(kind="CALLED", text=function)]
        if function and name not in GREEK and self._is_single(function) and after in _BEGINS and len(name) > 1:
            self._note_logarithm(token, function)
            return [token._replace(kind="FUNCTION", text=function)]
        if name in self.vocabulary.missing:
            raise refuse(f"{name} is not known here", token, f"write {self.vocabulary.missing[name]}")
        if function and name not in GREEK and self._is_single(function) and len(name) > 1:
            raise refuse(f"{name} has no argument", token, f"write {name}(x); for a variable of this name give it a value")
        if name in _NUMBERS:
            return [token._replace(text=_NUMBERS[name])]
        if called and name in _SHORT:
            raise self._may_be_function(token)
        if name in ("Pi", "PI") and self.longest == LONGEST_PRODUCT:
            return [token._replace(text="pi")]
        if name in ("tau", "τ"):
            self._note(token, f"{name} is read as the number 2π; for a variable give it a value")
        if name in self.vocabulary.constants or name in GREEK:
            return [token]
        if name == "E":
            self._note(token, "E is read as the number e; for a variable give it a value: --E VALUE")
            return [token._replace(text="e")]
        if name in PROSE and self.longest == LONGEST_PRODUCT:
            raise refuse(f"'{name}' is a word, and no product of letters", token, PROSE[name])
        if function and name not in GREEK and not self._is_single(function) and after in _BEGINS and len(name) > 2:
            several = "sqrt(...) for a square root, root(x, n) for others" if function == self.vocabulary.root else f"{name}(...)"
            raise refuse(f"{name} has no argument", token, NO_VALUES.get(f"\\{name}", f"write {several}"))
        if _LETTER.fullmatch(name):
            return [self._letter(token, called, inner)]
        if called and (len(name) > 2 or name[0].isupper() > name[-1].isupper()) and not self._ends_with_function(name):
            raise self._no_function(token)
        if numbered := self._numbered(token, called, after):
            return numbered
        index = _INDEXED.fullmatch(name)
        if index and not called and self._ends_with_function(index[1]):  # lnx_1
            cut = token.span[0] + len(index[1])
            before_index = Token("NAME", index[1], (token.span[0], cut))
            return [*self._read(before_index, before, "NAME", ()), Token("NAME", index[2], (cut, token.span[1]))]
        indexed = [] if called or name.isalpha() or ("_" in name) > (name[1] == "_") else _NUMBERED.findall(name)
        if 1 < len(indexed) <= self.longest and "".join(indexed) == name:
            ends = [token.span[0] + len("".join(indexed[: at + 1])) for at in range(len(indexed))]
            letters = [Token("NAME", one, (end - len(one), end)) for one, end in zip(indexed, ends, strict=True)]
            if "_" in name:
                self._note(token, f"{name} is read as {'*'.join(indexed)}; a variable of this name needs a value")
            return [piece for one in letters for piece in self._read(one, "", "", ())]
        if name[0] in "Δ∆" and len(name) == 2:
            self._note(token, f"{name} is read as one variable; a product is written {'*'.join(name)}")
            return [token]
        if "_" in name or (function and len(name) > 2) or not all(sign.lower() != sign.upper() for sign in name):
            mixed = _MIXED.search(name) if name.isalpha() else name.isascii()
            head = re.split("[0-9_]", name)[0]
            mixed = (mixed and "_" not in name) or self._is_single(self.vocabulary.functions.get(head, ""))
            if mixed and self.longest == LONGEST_PRODUCT:
                self._note(token, f"{name} is read as one variable; factors of a product are written with * between them")
            return [token]
        return self._parts(token, called, before, after)

    def _letter(self, token: Token, called: bool, inner: Sequence[Token]) -> Token:
        name = token.text
        found = _LETTER.fullmatch(name)
        assert found
        if found["digits"] and found["digits"].isascii() and "_" not in name:
            power = f"{name[0]}^{found['digits']}"
            self._note(
                token, f"{name} is read as the variable {name}; a power is written {power}, a product {name[0]}*{found['digits']}"
            )
        if called and name[0] in _OWN:
            raise self._may_be_function(token)
        if called and name[0] in _BESSEL and name[1:].strip("_").isdigit():
            raise self._may_be_function(token)
        if called and name.partition("_")[0] + "_0" in self.vocabulary.heads and "_" in name:
            raise refuse(f"{name}(...) may be a function or a product", token, f"write {name}*(...) for a product")
        if name == "I" and self.of_matrices:
            self._note(token, "I is read as a variable; an identity matrix is eye(n)")
        elif name == "i":
            self._note(token, "i is read as a variable: nothing is complex here, and a vector is written [a, b]")
        elif name in _CAPITALS and name.lower() not in self.known and self.longest == LONGEST_PRODUCT:
            self._note(token, f"{name} is read as a variable of its own, and not as {name.lower()}")
        if called and len(inner) == 2 and inner[0].kind in ("NAME", "NUMBER") and inner[1].kind == "RPAR":
            self._note(token, f"{name}({inner[0].text}) is read as the product {name}*{inner[0].text}")
        return token

    def _may_be_function(self, token: Token) -> GradcliError:
        name = token.text
        hint = f"write {name}*(...) for a product; define a function before: {name}(x) = ...; {name}(2)"
        return refuse(f"{name}(...) may be a function or a product", token, hint)

    def _primed(self, token: Token, primes: int, called: bool) -> list[Token]:
        """A name with a prime, which belongs to its last letter: ab' is a*b'."""
        if called:
            hint = f"write {token.text}*(...) for a product; gradcli diff gives a derivative"
            raise refuse(f"{token.text}(...) may be the derivative of a function or a product", token, hint)
        name = "".join(sign for sign in token.text if sign not in _PRIMES)
        start, end = token.span
        letters = len(name)
        if 1 < letters <= self.longest and name.isalpha() and name not in self.known and token.text.startswith(name):
            before = Token("NAME", name[:-1], (start, start + letters - 1))
            last = Token("NAME", token.text[letters - 1 :], (start + letters - 1, end))
            return [*self._read(before, "", "", ()), *self._primed(last, primes, called)]
        read = name + "_" + "p" * primes + "rime" if primes == 1 else f"{name}_{'prime' * primes}"
        self._note(token, f"{token.text} is read as a variable called {read}")
        self.known.add(read)
        return [token._replace(text=read)]

    def _is_single(self, function: str) -> bool:
        return function in self.vocabulary.single or "_" in function

    def _note_logarithm(self, token: Token, function: str, called: bool = False) -> None:
        if function == self.vocabulary.natural and token.text.lower() == function and not called:  # of a call the builder says it
            self._note(token, natural_note(token.text))
        elif token.text == "lg":
            self._note(token, "lg is read as the logarithm to the base 10; that to the base 2 is written log_2 x")

    def _parts(self, token: Token, called: bool, before: str, after: str) -> list[Token]:
        """Words and letters without a sign between them: xsinx, xcos(x), ac, pix."""
        name, start = token.text, token.span[0]
        words = self._words()
        pieces: list[tuple[str, int]] = []
        at = 0
        while at < len(name):
            found = [word for word in words if name.startswith(word, at)]
            found = [word for word in found if at + len(word) < len(name) or called or after in _BEGINS]
            letters = len(pieces) - 1 - max((place for place, (word, _) in enumerate(pieces) if len(word) > 1), default=-1)
            found = [word for word in found if self._stands_behind(word, letters)]
            found += [word for word in ("pi", *GREEK) if len(word) > (1 if word == "pi" else 3) and name.startswith(word, at)]
            word = max(found, key=len, default=name[at])
            pieces.append((word, at))
            at += len(word)
        if all(len(word) == 1 for word, _ in pieces):
            if name[-2] == "d" and name[-1] in "xyzt":
                hint = f"write d*{name[-1]} for a product; --wrt asks for a derivative"
                raise refuse(f"{name} may be a differential or a product", token, hint)
            if len(name) > self.longest:
                if before in _NAMES or after in _NAMES:
                    raise refuse(f"'{name}' is a word, and no product of letters", token, NO_WORDS)
                self._note(token, f"{name} is read as one variable; a product is written {'*'.join(name)}")
                return [token]
        first, _ = pieces[0]
        if len(first) > 1 and first[0] == "a" and first[1:] in words:
            rest = name[len(first) :] or "x"
            raise refuse(f"{name} may be {first}({rest}) or a*{first[1:]}({rest})", token, "write one of them")
        self.notes += seldom_word(token, [word for word, _ in pieces], words)
        result: list[Token] = []
        for word, at in pieces:
            span = (start + at, start + at + len(word))
            if word in self.vocabulary.missing:
                raise refuse(f"{word} is not known here", Token("NAME", word, span), f"write {self.vocabulary.missing[word]}")
            function = self.vocabulary.functions.get(word) if len(word) > 1 else None
            last = at + len(word) == len(name)
            piece = Token("NAME", word, span)
            if last and called and word in _OWN:
                raise self._may_be_function(piece)
            if function and word in words:
                self._note_logarithm(piece, function, last and called)
                piece = piece._replace(kind="CALLED" if last and called else "FUNCTION", text=function)
            result.append(piece)
        return result

    def _numbered(self, token: Token, called: bool, after: str) -> list[Token]:
        """A function and the number that it takes: sin2x, xln2, 2sin2xcos3x; nothing where no function stands before a number."""
        words = sorted((word for word in self._words() if word not in GREEK), key=len, reverse=True)
        found = re.fullmatch(rf"([^\W\d_]{{0,2}}?)({'|'.join(words)})([0-9]+)(?![0-9])([^\W\d_]*.*)", token.text)
        if found is None or "_" in token.text:
            return []
        ends = [token.span[0] + found.end(group) for group in range(1, 5)]
        before, word, digits, behind = (
            token._replace(text=found[group], span=(ends[group - 1] - len(found[group]), ends[group - 1]))
            for group in range(1, 5)
        )
        both = word.text + digits.text
        if both in self.vocabulary.functions:
            raise refuse(f"{both}{behind.text} may be {both}(...) or {word.text}({digits.text}...)", token, "write one of them")
        if word.text[0] == "a" and word.text[1:] in words:
            message = f"{both} may be {word.text}({digits.text}...) or a*{word.text[1:]}({digits.text}...)"
            raise refuse(message, token, "write one of them")
        parts = [*(self._read(before, "", "FUNCTION", ()) if before.text else []), *self._read(word, "", "NUMBER", ())]
        parts.append(digits._replace(kind="NUMBER"))
        if not behind.text and after not in _BEGINS:
            self._note(token, f"{both} is read as {word.text} of {digits.text}; a variable of this name needs a value")
        elif not behind.text:
            self._note(
                token, f"{both} is read as {word.text} of {digits.text} times what follows; a power is {word.text}^{digits.text}"
            )
        elif behind.text:
            parts += self._read(behind, "NUMBER", "LPAR" if called else after, ())
        return parts

    def _words(self) -> list[str]:
        """The words that may stand among letters."""
        functions = self.vocabulary.functions
        return [word for word in functions if len(word) > 1 and self._is_single(functions[word])] + [*self.vocabulary.missing]

    def _ends_with_function(self, name: str) -> bool:
        words = sorted(self._words(), key=len, reverse=True)
        functions = re.compile("|".join(word for word in words if self._stands_behind(word, 2)))  # letters count from the last
        behind = {word: functions.split(name[: -len(word)])[-1] for word in words if name.endswith(word)}
        return any(self._stands_behind(word, len(letters)) for word, letters in behind.items())

    def _stands_behind(self, word: str, letters: int) -> bool:
        """Whether a function may stand behind so many letters: axsin x is one, and length x none."""
        function = self.vocabulary.functions.get(word, word)
        logarithm = function.startswith(self.vocabulary.natural)
        return letters < (LONGEST_PRODUCT if logarithm or len(word) > 2 else 1) + 1

    def _no_function(self, token: Token) -> GradcliError:
        near = nearest(token.text, self.vocabulary.functions)
        hint = f"did you mean {near}? " if near else ""
        return refuse(f"{token.text} is no function that is known", token, f"{hint}for a product write * between its factors")

    def _refuse_orders(self, tokens: Sequence[Token]) -> None:
        """f^{(1)}(x) is the derivative of an order to some, and a power to others."""
        kinds = [token.kind for token in tokens]
        for place, token in enumerate(tokens):
            follow = kinds[place + 1 : place + 7]
            if token.kind in ("FUNCTION", "CALLED", "NAME") and follow == ["POWER", "LBRACE", "LPAR", "NUMBER", "RPAR", "RBRACE"]:
                hint = "write a power without the parentheses; gradcli diff --order gives a derivative"
                raise refuse(f"{token.text}^{{(...)}} may be a derivative of this order or a power", token, hint)

    def _inverses(self, tokens: list[Token]) -> list[Token]:
        """sin^-1 x is the inverse function: one token."""
        result: list[Token] = []
        place = 0
        while place < len(tokens):
            token = tokens[place]
            used = _minus_one(tokens, place + 1) if token.kind in ("FUNCTION", "CALLED") else 0
            if token.kind == "FUNCTION" or used:
                after = tokens[place + 1 + used].kind if place + 1 + used < len(tokens) else END
                inverse = self.vocabulary.inverses.get(token.text) if used else None
                if used and inverse is None:
                    hint = f"write 1/{token.text}(...) for the reciprocal"
                    raise refuse(f"{token.text}^-1 may be an inverse or a reciprocal", token, hint)
                if inverse:
                    self._note(
                        token,
                        f"{token.text}^-1 is read as the inverse function {inverse}; for the reciprocal write 1/{token.text}(x)",
                    )
                    token = Token(
                        "CALLED" if after == "LPAR" else "FUNCTION", inverse, (token.span[0], tokens[place + used].span[1])
                    )
                place += used
            result.append(token)
            place += 1
        return result

    def _note(self, token: Token, text: str) -> None:
        self.notes.append((token.span[0], text))


def _minus_one(tokens: Sequence[Token], place: int) -> int:
    """How many tokens from a place on are ^-1, in one of its spellings; 0 where they are something else."""
    kinds = [token.kind for token in tokens[place : place + 5]]
    texts = [token.text for token in tokens[place : place + 5]]
    if texts[:1] == ["⁻¹"]:
        return 1
    if kinds[:3] == ["POWER", "MINUS", "NUMBER"] and texts[2] == "1":
        return 3
    if (
        kinds[:5] in (["POWER", "LPAR", "MINUS", "NUMBER", "RPAR"], ["POWER", "LBRACE", "MINUS", "NUMBER", "RBRACE"])
        and texts[3] == "1"
    ):
        return 5
    return 0
