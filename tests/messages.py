"""The messages of gradcli: every text of the package that a person may read, found in its code, with `{}` for what is put in.

In Python that is every text of several words, and every word that `said` is called with; in pages what stands between tags and in
labels, in their scripts what is marked by `say`.

`python tests/messages.py` counts what the Chinese catalogue lacks, folder by folder; `--missing` lists it, `--spare` what no code
says any more; `--write` puts the one into it, empty, beside the messages of its module, and takes out the other.
"""

from __future__ import annotations

import ast
import itertools
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import gradcli
from gradcli.output.page.files import KEY, MARKUP, PUT_IN, SAID, WORD
from gradcli.output.translation import translator
from gradcli.output.translation.catalogue import Entry, entries

PACKAGE = Path(gradcli.__file__).parent

NOT_SAID = {
    "output/schemas": "descriptions of JSON, which is English",
    "output/serialization": "JSON",
    "output/translation": "this",
    "ops/arrays/torch_messages.py": "what PyTorch says, in its words",
    "autodiff/torch_tape/eager.py": "what PyTorch says, in its words",
    "autodiff/torch_tape/tape_state.py": "what PyTorch says, in its words",
    "autodiff/torch_tape/engine.py": "what PyTorch says, in its words",
    "autodiff/torch_tape/saved.py": "what PyTorch says, in its words",
    "autodiff/torch_tape/storage.py": "what PyTorch says, in its words",
    "language/grammar.py": "texts of grammars",
    "api.py": "Python's own exceptions",
    "plotting.py": "Python's own exceptions",
    "frozen.py": "Python's own exceptions",
    "data/kernels/native.py": "C",
    "data/kernels/c_source.py": "C",
    "output/notebook.py": "displays of notebooks",
    "output/json.py": "JSON",
    "graph/verifier.py": "defects of the program",
    "ops/declaration/facts.py": "what PyTorch says",
    "language/readings/scan.py": "names of tokens",
    "language/readings/vocabulary.py": "names of letters",
}
"""Folders and modules whose texts are not messages of the command line, and why."""

EMULATED = "emulation"
"""Where Python, PyTorch and TensorFlow speak, in their words; messages are what is not known there, and hints."""

RAISED = {"output/code": "programs in other languages, and what stands in them"}
"""Those of which errors alone are messages."""

_PICTURES = (
    "output/diagrams",
    "output/documents/html.py",
    "output/page",
    "output/plots/page.py",
    "output/quizzes",
    "output/manual",
)
_PICTURED = re.compile(
    r"<|\w=[\w\"{]|\{\{|\b(box|edge|digraph|classDef|linkStyle|subgraph|label)\b|'unsafe|// "
    r"|^grad_fn |= const |^broken, |^derivative by |\.grad \{\}|of shape \{\} does not|\nexport|light dark|monospace"
)
"""Folders and modules that write pictures and pages, and what stands in their texts that are no messages."""

_WORDS = re.compile(
    r"[A-Za-z]{2,}[,;:.?]? ([A-Za-z]{2,}|\d+ [a-z]{2}|[a-z] [a-z]{3,})"
    r"|[A-Za-z]{2,}[,:]? '?\(?\{\}|\{\}'?,? [A-Za-z]{2,}|\d, or [a-z] |^an? [a-z]{3,}"
)
_CODE = re.compile(
    r"\\[a-z(\[]|</|/>|=>|\$|^[\w.]+:\w+$|^with t"
    r"|(^|\} )(select|insert|create|pragma|set|integer) [a-z{*]|finite\[|double (?!click)"
)
_DECLARED = re.compile(
    r"Backward\w*[(]|^[\w{}.]+[(].*[)](\.\w+)?$|: (torch|Tensor|linalg|top|nn|tf)\b"
    r"|^(\{\})?(convex|concave|rises|falls|defined from|degree)\b"
)
"""What stands in declarations of operations as names and codes."""
_LABEL = re.compile(r"^ *([a-z]{2,}) {2,}\{\}$")
"""What stands before a line of a report in two columns."""
_FIELD = re.compile(r"(?<!\{)\{\w+\}(?!\})")
_MOST_VARIANTS = 6
_NAMES = (
    "report string",
    "because since",
    "is are",
    "zero one",
    "sum mean ",
    "bold ",
    "0, ",
    "e i pi ",
    "Piecewise(",
    "<m",
    "is_leaf ",
    "QTI Package",
    "IMS Content",
    "quad ",
    "big ",
    "<svg ",
    "<meta ",
    "GREEK ",
    ".chart ",
)
"""How texts begin that are lists of names, styles or pictures."""
_DEFECTS = {"AssertionError", "KeyError", "TypeError", "NotImplementedError", "RuntimeError", "AttributeError", "IndexError"}


def messages(root: Path = PACKAGE) -> dict[str, list[str]]:
    """Every message, with the modules that say it."""
    found: dict[str, list[str]] = {}
    for path in sorted(root.rglob("*.*")):
        module = path.relative_to(root).as_posix()
        if path.suffix not in _TEXTS or any(_stands_in(module, name) for name in NOT_SAID):
            continue
        pictured = any(_stands_in(module, name) for name in _PICTURES)
        texts = _TEXTS[path.suffix]
        if texts is _said and any(_stands_in(module, name) for name in RAISED):
            texts = _raised
        if _stands_in(module, EMULATED):
            texts = _own
        for text in texts(path.read_text("utf-8")):
            if (pictured and _PICTURED.search(text)) or (_stands_in(module, "ops") and _DECLARED.search(text)):
                continue
            modules = found.setdefault(text, [])
            if module not in modules:
                modules.append(module)
    return found


def _stands_in(module: str, name: str) -> bool:
    return module == name or module.startswith(f"{name}/")


def _script(text: str) -> Iterator[str]:
    yield from (_put_in(PUT_IN, said[1].strip()) for said in SAID.finditer(text))


def _page(text: str) -> Iterator[str]:
    yield from (_put_in(KEY, said[0].strip()) for said in MARKUP.finditer(text) if WORD.search(said[0]))


def _put_in(other: re.Pattern[str], text: str) -> str:
    return "{}".join(_escaped(piece) for piece in other.split(text)[::2])


def _said(text: str) -> Iterator[str]:
    return _said_in(ast.parse(text))


def _raised(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and _called(node) == "GradcliError":
            yield from _said_in(node)


def _own(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and _called(node).rpartition(".")[2] in ("UnknownError", "unknown", "GradcliError"):
            yield from _said_in(node)
        elif isinstance(node, ast.Call):
            hints = [keyword.value for keyword in node.keywords if keyword.arg == "hint"]
            yield from [said for hint in hints + (node.args[2:] if _called(node) == "Raised" else []) for said in _said_in(hint)]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "hint":
            yield from _said_in(node.value)
        elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and "known here" in ast.unparse(node.elts[0]):
            yield from _said_in(node)


def _called(node: ast.Call) -> str:
    """The name of the function that a call is of, or of a module and it; empty for anything else."""
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return f"{node.func.value.id}.{node.func.attr}"
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _said_in(tree: ast.AST) -> Iterator[str]:
    done: set[int] = set()
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Call) and _called(node) == "said" and isinstance(word := node.args[0], ast.Constant):
            yield from [word.value] if is_word(word.value) else ()
        elif isinstance(node, ast.Call) and _called(node) in ("Table", "Heading"):
            parts = [part for argument in node.args[:2] for part in ast.walk(argument) if isinstance(part, ast.Constant)]
            yield from [part.value for part in parts if isinstance(part.value, str) and is_word(part.value)]
        elif isinstance(node, ast.keyword) and node.arg == "domain" and isinstance(node.value, ast.Constant):
            yield from [node.value.value] if re.search(" (or|and) ", node.value.value) else ()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            done.add(id(node.value))  # a docstring
        elif _unsaid(node):
            done.update(map(id, ast.walk(node)))
        elif isinstance(node, ast.Subscript | ast.arg | ast.AnnAssign) and getattr(node, "annotation", None) is not None:
            done.update(map(id, ast.walk(node.annotation)))  # type: ignore[union-attr]
    for node in nodes:
        if id(node) in done:
            continue
        if isinstance(node, ast.Assign) and any(isinstance(name, ast.Name) and name.id == "HELP" for name in node.targets):
            done.update(map(id, ast.walk(node)))
            for text in _texts(node.value) or ():
                yield from help_messages(text)
            continue
        texts = _texts(node)
        if texts is None:
            continue
        done.update(map(id, _parts(node)))
        for text in texts:
            yield from _LABEL.findall(text)
            if _WORDS.search(text) and not _CODE.search(text) and not text.startswith(_NAMES):
                yield from _remarks(text) if "\n" in text.strip() else [_opened(text)]


_TEXTS = {".py": _said, ".js": _script, ".html": _page}


def is_word(text: str) -> bool:
    """Whether a message is a single word, which stands in the catalogue by the context of words."""
    return bool(re.fullmatch(r"[A-Za-z]{2,}[:.]?", text))


def key_of(text: str) -> tuple[str, str]:
    """The context and the text by which a message stands in the catalogue."""
    return (translator.WORD if is_word(text) else "", text)


_FACTS = {
    "course",
    "grad_fn",
    "javascript",
    "latex",
    "linear",
    "masks",
    "promotes",
    "quizzes",
    "sympy",
    "takes",
    "tensorflow",
    "torch",
    "torch_call",
    "torch_message",
}
"""What a declaration says of an operation in names and codes."""


def _unsaid(node: ast.AST) -> bool:
    """Whether nobody is told what stands in a part of the code: defects, representations, patterns, codes of declarations."""
    if isinstance(node, ast.keyword):
        return node.arg in _FACTS
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split" and not node.args:
        return True  # names
    if isinstance(node, ast.Raise):
        return isinstance(node.exc, ast.Call) and ast.unparse(node.exc.func) in _DEFECTS
    if isinstance(node, ast.FunctionDef):
        return node.name in ("__repr__", "_repr_latex_")
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) == "_TABLE"
    return isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and _called(node).startswith("re."))


def _opened(text: str) -> str:
    """A text as a message: what begins or ends in a space, or begins with a comma, is said behind or before something else."""
    before = "{}" if text[:1] in (" ", ",", ";", ":") and text[:2] != "{}" else ""
    return f"{before}{text.rstrip()}{' {}' if text[-1:] == ' ' else ''}"


def help_messages(text: str) -> Iterator[str]:
    """The messages of a help page, braces doubled: its paragraphs, each as one line, and the remarks behind its examples."""
    for paragraph in text.strip().split("\n\n"):
        if paragraph.startswith("\b"):
            yield from _remarks(paragraph)
        else:
            yield " ".join(paragraph.split())


def _remarks(text: str) -> Iterator[str]:
    """What stands behind the examples, or the names, of lines in two columns."""
    for line in text.split("\n"):
        _, *remark = re.split(" {2,}", line.strip(), maxsplit=1)
        yield from (text for text in remark if re.search("[a-z]{2}", text))


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """The node and what of it is a part of the text itself, and not of what is put in."""
    work = [node]
    while work:
        at = work.pop()
        yield at
        if isinstance(at, ast.JoinedStr):
            for value in at.values:
                yield value
                if isinstance(value, ast.FormattedValue):
                    if value.format_spec is not None:
                        yield from ast.walk(value.format_spec)
                    if _texts(value.value) is not None:
                        work.append(value.value)
        elif isinstance(at, ast.BinOp):
            work += [side for side in (at.left, at.right) if _texts(side) is not None]
        elif isinstance(at, ast.IfExp):
            work += [at.body, at.orelse]
        elif isinstance(at, ast.Tuple | ast.List):
            work += [item for item in at.elts if isinstance(item, ast.Constant)]


def _texts(node: ast.AST) -> list[str] | None:
    """What a node may say, `{}` for what is put in; None where it is no text."""
    if isinstance(node, ast.Constant):
        return [_escaped(node.value)] if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return _joined(_piece(value) for value in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _texts(node.left), _texts(node.right)
        return None if left is None and right is None else _joined((left or ["{}"], right or ["{}"]))
    if isinstance(node, ast.IfExp):
        body, other = _texts(node.body), _texts(node.orelse)
        return None if body is None or other is None else [*body, *other]
    if isinstance(node, ast.Tuple | ast.List):
        own = [item for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
        spaced = [item.value for item in own if item.value[:1] == " " or item.value[-1:] == " "]
        if not spaced or len(own) == len(node.elts):
            return None
        return _joined(_texts(item) if isinstance(item, ast.Constant) else ["{}"] for item in node.elts)
    return None


def _escaped(text: str) -> str:
    """A literal text as a message: what `str.format` fills in is a hole, and other braces are doubled."""
    if _FIELD.search(text) or "{{" in text:
        return _FIELD.sub("{}", text)
    return text.replace("{", "{{").replace("}", "}}")


def _piece(value: ast.expr) -> list[str]:
    if isinstance(value, ast.FormattedValue):
        inner = _texts(value.value)
        return ["{}"] if inner is None or isinstance(value.value, ast.Constant) else inner
    return _texts(value) or ["{}"]


def _joined(pieces: Iterable[list[str] | None]) -> list[str]:
    """Every way to put pieces together; of too many ways the pieces with several are holes."""
    ways = [piece or ["{}"] for piece in pieces]
    total = 1
    for way in ways:
        total *= len(way)
    if total > _MOST_VARIANTS:
        ways = [way if len(way) == 1 else ["{}"] for way in ways]
    return ["".join(way) for way in itertools.product(*ways)]


def main() -> None:
    """Compare the catalogue with the code."""
    found, known = messages(), {(entry.context, entry.message): entry for entry in entries("zh")}
    missing = {
        text: modules for text, modules in found.items() if key_of(text) not in known or not known[key_of(text)].translation
    }
    spare = [entry.message for entry in known.values() if entry.message not in found and not entry.context]
    if "--write" in sys.argv:
        write({text: modules[0] for text, modules in found.items()}, known)
    counts: dict[str, int] = {}
    for modules in missing.values():
        folder = modules[0].rpartition("/")[0]
        counts[folder] = counts.get(folder, 0) + 1
    for folder, count in sorted(counts.items()):
        print(f"{count:5} {folder}")
    print(f"{len(found)} messages, {len(missing)} without a translation, {len(spare)} translations without a message")
    for option, texts in (("--spare", spare), ("--missing", missing)):
        if option in sys.argv:
            print("\n".join(map(repr, texts)))


def write(found: dict[str, str], known: dict[tuple[str, str], Entry]) -> None:
    """Write the catalogue anew: what the code says, module by module, each with the translation that it has."""
    lines = [*_HEAD]
    for entry in known.values():
        if entry.context:
            lines += ["", f'msgctxt "{entry.context}"', f"msgid {quoted(entry.message)}", f"msgstr {quoted(entry.translation)}"]
    for text in found:
        if is_word(text) and key_of(text) not in known:
            lines += ["", f'msgctxt "{translator.WORD}"', f"msgid {quoted(text)}", 'msgstr ""']
    for text, module in sorted(found.items(), key=lambda item: item[1]):
        if is_word(text):
            continue
        translation = known["", text].translation if ("", text) in known else ""
        lines += ["", f"#: {module}", f"msgid {quoted(text)}", f"msgstr {quoted(translation)}"]
    (PACKAGE / "manual" / "zh" / "messages.po").write_text("\n".join(lines) + "\n", "utf-8")


def quoted(text: str) -> str:
    """A text as gettext writes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


_HEAD = (
    "# The messages of gradcli in Chinese. English is the source: a msgid is what the code says, {} for what is put in.",
    "# In a msgstr {0} is what stands in the first {}, translated where it is a message itself; {0:w} a word of msgctxt",
    '# "word", {0:l} a list, {0:L} one of words, {0:n} one word, else the message is not meant, {0:-} nothing.',
    "# `python tests/messages.py --write` keeps it in step with the code.",
    'msgid ""',
    'msgstr "Language: zh\\nContent-Type: text/plain; charset=UTF-8\\n"',
)

if __name__ == "__main__":
    main()
