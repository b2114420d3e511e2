"""From the syntax tree of a script to instructions: a table of what each kind of node expands to, and a list of work.

An expansion is a list of nodes, which are expanded in turn, of instructions, and of labels. So nesting costs no stack.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Sequence

from gradcli.emulation.python.code import Code, Instruction, Label
from gradcli.emulation.python.expansion import MODULE, Item, Stores
from gradcli.emulation.python.expressions import Expressions
from gradcli.emulation.python.local_names import local_names
from gradcli.emulation.python.source import Source
from gradcli.emulation.python.statements import Statements
from gradcli.typing import Any


def compiled(source: Source, builtins: Collection[str]) -> Code:
    """The code of a script.

    Args:
        source: The script.
        builtins: The names that every script has.

    Raises:
        GradcliError: It is no Python, or uses what the subset does not have.
    """
    tree = source.tree()
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    stored |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    stored |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    stored |= {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    return _Compiler(source, stored | {*builtins, "__name__"}).code(MODULE, tree.body)


class _Compiler(Statements, Expressions):
    def code(self, name: str, body: Sequence[ast.stmt]) -> Code:
        """Compile the statements of a script; those of its functions are compiled when the work list comes to them."""
        code = Code(name)
        later: list[tuple[Code, Sequence[ast.stmt] | ast.expr]] = [(code, body)]
        self.later = later
        while later:
            target, part = later.pop()
            self.blocks = []
            self.target = target
            if isinstance(part, ast.expr):
                self.fill(target, [part, Instruction("return", None, part)])
            else:
                target.own = local_names(part) if target.calls and target is not code else frozenset()
                last = part[-1] if part else ast.Pass()
                self.fill(target, [*part, Instruction("constant", None, last), Instruction("return", None, last)])
        return code

    def fill(self, code: Code, items: Sequence[Item]) -> None:
        """Expand items into the instructions of a code."""
        work: list[Item] = list(reversed(items))
        instructions = code.instructions
        while work:
            item = work.pop()
            if isinstance(item, Instruction):
                instructions.append(item)
            elif isinstance(item, Label):
                item.index = len(instructions)
            elif isinstance(item, ast.AST):
                expand = EXPANSIONS.get(type(item))
                if expand is None:
                    raise self.unknown(item)
                work.extend(reversed(expand(self, item)))
            else:
                item()


EXPANSIONS: dict[type[ast.AST], Callable[[_Compiler, Any], list[Item]]] = {
    ast.Expr: _Compiler.expression_statement,
    ast.Pass: _Compiler.nothing,
    ast.Assign: _Compiler.assign,
    ast.AnnAssign: _Compiler.annotated,
    ast.AugAssign: _Compiler.augmented,
    ast.If: _Compiler.if_,
    ast.While: _Compiler.while_,
    ast.For: _Compiler.for_,
    ast.Break: _Compiler.break_,
    ast.Continue: _Compiler.break_,
    ast.With: _Compiler.with_,
    ast.Try: _Compiler.try_,
    ast.Raise: _Compiler.raise_,
    ast.Assert: _Compiler.assert_,
    ast.Return: _Compiler.return_,
    ast.Yield: _Compiler.yield_,
    ast.YieldFrom: _Compiler.yield_,
    ast.Delete: _Compiler.delete,
    ast.Global: _Compiler.outer,
    ast.Nonlocal: _Compiler.outer,
    ast.Import: _Compiler.import_,
    ast.ImportFrom: _Compiler.import_,
    ast.FunctionDef: _Compiler.define,
    ast.ClassDef: _Compiler.class_,
    ast.Lambda: _Compiler.lambda_,
    ast.Constant: _Compiler.constant,
    ast.Name: _Compiler.name,
    ast.Attribute: _Compiler.attribute,
    ast.BinOp: _Compiler.binary,
    ast.UnaryOp: _Compiler.unary,
    ast.BoolOp: _Compiler.both,
    ast.Compare: _Compiler.compare,
    ast.IfExp: _Compiler.choice,
    ast.Call: _Compiler.call,
    ast.Subscript: _Compiler.subscript,
    ast.Slice: _Compiler.slice,
    ast.List: _Compiler.sequence,
    ast.Tuple: _Compiler.sequence,
    ast.Dict: _Compiler.dictionary,
    ast.JoinedStr: _Compiler.text,
    ast.FormattedValue: _Compiler.formatted,
    ast.ListComp: _Compiler.comprehension,
    ast.Set: _Compiler.set_,
    ast.SetComp: _Compiler.set_,
    ast.GeneratorExp: _Compiler.comprehension,
    ast.DictComp: _Compiler.comprehension,
    ast.NamedExpr: _Compiler.walrus,
    Stores: _Compiler.stores,
}
"""What each kind of node expands to; a kind that is not here is not in the subset."""
