"""A program as a function from columns to columns: values and derivatives of a batch of rows.

The function is made of the program's text, so that it can be pickled and sent to where the rows are; the static graph is built on
the first batch, once for each combination of shapes that columns have.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from gradcli.autodiff.given import Names, Values, names_of, values_of
from gradcli.autodiff.passes.reverse import whole_numbers
from gradcli.autodiff.request import Request
from gradcli.autodiff.runs.names_asked import check_used, variables_among
from gradcli.autodiff.runs.prepared import Prepared, free_variables, prepare, results
from gradcli.autodiff.runs.rows import vectorisable
from gradcli.errors import GradcliError, UnknownVariableError, located, no_value
from gradcli.frozen import Frozen, replace
from gradcli.graph.graph import Shape
from gradcli.language.parser import parse
from gradcli.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcli.data.kernels.array_rows import ArrayKernel
    from gradcli.data.kernels.reducer import Part, Reducer
    from gradcli.data.kernels.row_kernel import RowKernel
    from gradcli.data.kernels.sums import Reduced

KERNELS = ("auto", "numpy", "c")
"""What may compute: ``auto`` chooses by the work that there is."""

DTYPES = ("float64", "float32")

NOTHING: Mapping[str, Any] = {}


class Batch(Frozen, eq=False):
    """What a batch of n rows gives.

    Attributes:
        values: For each output its value in each row: n numbers, or n arrays of one shape; nan where a row failed.
        grad: For each variable the derivative of the first output by it, in the shape of its values; 0 where the output does
            not depend on it, nan where a row failed. Empty without a gradient.
        errors: The rows that failed, from 0, each with the reason.
        odd: For each row whether something in it is not finite, be it on the way.
        absent: Of variables on which the output does not depend in some rows, these rows as truth values.
        count: How many rows there are.
    """

    values: dict[str, Any]
    grad: dict[str, Any]
    errors: dict[int, GradcliError]
    odd: Any
    absent: dict[str, Any]
    count: int

    def columns(self) -> dict[str, Any]:
        """Values and derivatives as columns of a table, called as in CSV: ``y``, ``grad_x``."""
        return {**self.values, **{f"grad_{name}": column for name, column in self.grad.items()}}


class BatchFunction:
    """A program as a function of columns; see :func:`batch_function`, which makes it.

    Args:
        program: The program's text.
        asked: What its runs are asked for, with the values that all rows have in common: a run of a static graph. Without a
            gradient ``wrt`` is empty.
        threads: How many threads compute; None for one a core.
        kernel: See :data:`KERNELS`.
        columns: Names that are columns although they could be constants, such as e.
        expected: How many rows there will be, as far as that is known: what the kernel ``auto`` goes by.

    Attributes:
        variables: The variables that come from columns, in the order of their first use.
        outputs: What the outputs are called.
        wrt: The variables to differentiate by; empty without a gradient.

    Raises:
        GradcliError: The program is wrong, or a name is of no variable.
    """

    def __init__(
        self,
        program: str,
        asked: Request,
        threads: int | None = None,
        kernel: str = "auto",
        columns: Sequence[str] = (),
        expected: int = 0,
    ) -> None:
        _check("dtype", asked.dtype, DTYPES)
        _check("kernel", kernel, KERNELS)
        if threads is not None and (not isinstance(threads, int) or threads < 1):
            raise GradcliError(f"threads is a whole number from 1, not {threads!r}")
        self.program, self.asked, self.threads, self.kernel = program, asked, threads, kernel
        self.expected = expected
        self._columns_given = tuple(columns)
        self.values = {**(asked.bindings or {}), **asked.feed}
        with located(program, "expression"):
            self._parsed = parse(program)
            free = free_variables(self._parsed, asked)
            check_used(free, asked.bindings or {}, asked.spare)
            known = variables_among(free, {*columns, *self.values})
            for name in asked.wrt or ():
                if name not in free and name not in asked.feed:
                    raise UnknownVariableError(name, known, "wrt: ")
            self.outputs = tuple(results(self._parsed, asked))
        self.variables = tuple([name for name in known if name not in self.values])
        self.wrt = tuple(dict.fromkeys(known if asked.wrt is None else asked.wrt))
        self._graphs: dict[tuple[tuple[str, Shape], ...], Prepared] = {}
        self._kernels: dict[int, RowKernel] = {}
        self._array_kernels: dict[int, ArrayKernel | None] = {}

    @property
    def note(self) -> str:
        """Why a kernel that was asked for does not compute; empty where nothing is to be said."""
        return next((kernel.note for kernel in self._kernels.values() if kernel.note), "")

    def __repr__(self) -> str:
        by = f", by {', '.join(self.wrt)}" if self.wrt else ""
        return f"BatchFunction({', '.join(self.outputs)} of {', '.join(self.variables)}{by})"

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {field: getattr(self.asked, field) for field in Request.__match_args__}
        return _restored, (self.program, fields, self.threads, self.kernel, self._columns_given, self.expected)

    def __call__(self, table: Any) -> Any:
        """The values and derivatives of a batch of rows.

        Args:
            table: For each of ``variables`` its n values by its name: n numbers, or n arrays of one shape, the rows along the
                first axis. Or a data frame of pandas or Polars, or a table or record batch of Arrow, with columns of these
                names; lists of one length are arrays. Other columns are left alone.

        Returns:
            A :class:`Batch`; of a frame or table one of the same kind with the columns of :meth:`Batch.columns`, and behind
            them, where a row failed, ``error``.

        Raises:
            GradcliError: A column is missing, is no numbers, or has another length; or the program does not fit its shapes.
        """
        if isinstance(table, Mapping):
            return self.batch(table)
        from gradcli.data.frames import columns_of, frame_like

        found = self.batch(columns_of(table, self.variables))
        columns = found.columns()
        if found.errors:
            columns["error"] = [found.errors[at].message if at in found.errors else None for at in range(found.count)]
        return frame_like(table, columns)

    def batch(self, columns: Mapping[str, Any]) -> Batch:
        """The values and derivatives of a batch of rows, given as columns by name; see :meth:`__call__`."""
        given = self._columns(columns)
        count = len(next(iter(given.values()))) if given else 0
        prepared = self._prepared(given)
        if self._on_numbers(prepared, given):
            return self._vectors(prepared, given, count)
        kernel = self._array_kernel(prepared)
        found = None if kernel is None else self._arrays(kernel, given, count)
        return self._one_by_one(prepared, given, count) if found is None else found

    def at_once(self, columns: Mapping[str, Any]) -> bool:
        """Whether rows of such columns run together, and not one by one; so it is where the first output is no array."""
        given = self._columns(columns)
        prepared = self._prepared(given)
        if prepared.graph.output in prepared.graph.shapes:
            return False
        return self._on_numbers(prepared, given) or self._array_kernel(prepared) is not None

    def width(self, columns: Mapping[str, Any]) -> int:
        """The bytes that the results of a row of such columns take."""
        given = self._columns(columns)
        prepared = self._prepared(given)
        shapes = [prepared.graph.shape(output) for output in prepared.graph.outputs]
        return 8 * sum(math.prod(shape) for shape in [*shapes, *[self._shape(given, name) for name in self.wrt]])

    def _on_numbers(self, prepared: Prepared, given: Mapping[str, Any]) -> bool:
        """Whether a program computes with numbers alone."""
        numbers = all(column.ndim == 1 for column in given.values()) and all(isinstance(v, float) for v in self.values.values())
        return numbers and vectorisable(prepared.graph)

    def _columns(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        import numpy

        found: dict[str, Any] = {}
        missing = [name for name in self.variables if name not in columns]
        if missing:
            raise no_value(missing, None, f"add a column {missing[0]}, or give {missing[0]} a value for all rows")
        for name in self.variables:
            column = numpy.asarray(columns[name])
            if column.ndim == 0 or column.dtype.kind not in "buif":
                raise GradcliError(f"the column {name} is no column of numbers")
            found[name] = column if column.dtype.kind == "f" else column.astype("float64")
        lengths = {name: len(column) for name, column in found.items()}
        if len({*lengths.values()}) > 1:
            raise GradcliError(f"columns have {', '.join(f'{name} {n:,}' for name, n in lengths.items())} rows")
        return found

    def _prepared(self, given: Mapping[str, Any]) -> Prepared:
        """The static graph for the shapes of some columns; built once for each."""
        shapes = tuple([(name, column.shape[1:]) for name, column in given.items()])
        found = self._graphs.get(shapes)
        if found is None:
            with located(self.program, "expression"):
                found = prepare(self._parsed, replace(self.asked, shapes=dict(shapes)))
            self._graphs[shapes] = found
        return found

    def _vectors(self, prepared: Prepared, given: Mapping[str, Any], count: int) -> Batch:
        import numpy

        from gradcli.data.kernels.row_kernel import RowKernel

        kernel = self._kernels.get(id(prepared))
        if kernel is None:
            asked = self.asked
            options: Any = {"dtype": asked.dtype, "threads": self.threads, "kernel": self.kernel, "expected": self.expected}
            kernel = RowKernel(prepared, self.variables, self.values, self.wrt, **options)
            self._kernels[id(prepared)] = kernel
        found = kernel.run(given or {"": numpy.empty(count)})
        failed = sorted(found.errors)
        for column in (*found.values, *found.gradient):
            column[failed] = numpy.nan
        absent = {name: rows for name, rows in zip(self.wrt, found.absent, strict=True) if rows.any()}
        values, grad = dict(zip(self.outputs, found.values, strict=True)), dict(zip(self.wrt, found.gradient, strict=True))
        return Batch(values, grad, {at: found.errors[at] for at in failed}, found.odd, absent, count)

    def _array_kernel(self, prepared: Prepared) -> ArrayKernel | None:
        """The kernel of a program of arrays; None where it runs row by row."""
        from gradcli.data.kernels.array_rows import array_kernel

        if id(prepared) not in self._array_kernels:
            wrt = self._wrt(prepared)
            kernel = array_kernel(prepared, self.variables, self.values, wrt, dtype=self.asked.dtype)
            self._array_kernels[id(prepared)] = kernel
        return self._array_kernels[id(prepared)]

    def _wrt(self, prepared: Prepared) -> tuple[str, ...]:
        """The variables to differentiate by: of all those that do not serve as whole numbers alone, such as classes."""
        whole = whole_numbers(prepared.graph) if self.asked.wrt is None else set()
        return tuple([name for name in self.wrt if prepared.graph.variables.get(name) not in whole])

    def _arrays(self, kernel: ArrayKernel, given: Mapping[str, Any], count: int) -> Batch | None:
        """The results of arrays of rows; None where a row is an error, so that each has to run by itself."""
        import numpy

        from gradcli.data.kernels.blocks import in_threads
        from gradcli.data.kernels.row_kernel import cores

        adjoints = dict(zip(kernel.wrt, kernel.adjoints, strict=True))
        dtype, outputs = numpy.dtype(self.asked.dtype), len(self.outputs)
        values = {name: numpy.empty((count, *shape), dtype) for name, shape in zip(self.outputs, kernel.shapes, strict=False)}
        shapes = dict(zip(kernel.wrt, kernel.shapes[outputs:], strict=True))
        grad = {name: numpy.zeros((count, *shapes.get(name, self._shape(given, name))), dtype) for name in self.wrt}
        odd = numpy.zeros(count, bool)
        results = [*values.values(), *[grad[name] for name in kernel.wrt]]
        starts = range(0, count, kernel.block)
        try:
            in_threads(lambda some: kernel.run(given, results, odd, some, count), starts, self.threads or cores())
        except (GradcliError, ArithmeticError, ValueError, IndexError):
            return None
        absent = {name: numpy.ones(count, bool) for name in self.wrt if adjoints.get(name) is None}
        return Batch(values, grad, {}, odd, absent, count)

    def _shape(self, given: Mapping[str, Any], name: str) -> Shape:
        """The shape of a variable in a row."""
        import numpy

        return given[name].shape[1:] if name in given else numpy.shape(self.values[name])

    def _one_by_one(self, prepared: Prepared, given: Mapping[str, Any], count: int) -> Batch:
        from gradcli.data.kernels.one_by_one import one_by_one

        shapes = {name: self._shape(given, name) for name in self.wrt}
        asked = replace(self.asked, wrt=self._wrt(prepared), needs_cotangent=False)
        return Batch(*one_by_one(self._parsed, asked, prepared, given, count, self.outputs, shapes), count)

    def reduce(self, table: Any, by: str | None = None) -> Reduced:
        """Sums and means over all rows of a table, in one pass: the loss and the gradient of a data set.

        Args:
            table: As for :meth:`__call__`.
            by: A column whose values are groups, each with its own sums; None for one group.

        Raises:
            GradcliError: As :meth:`__call__`, or there is no such column; exit code 4 where there are too many groups.
        """
        from gradcli.data.frames import columns_of, keys_of

        plain = isinstance(table, Mapping)
        columns = table if plain else columns_of(table, self.variables)
        keys = None if by is None else table.get(by) if plain else keys_of(table, by)
        if by is not None and keys is None:
            raise GradcliError(f"there is no column {by} to group by")
        reducer = self.reducer()
        reducer.add(self._columns(columns), keys)
        return reducer.sums().result()

    def reducer(self, first: int = 0) -> Reducer:
        """What sums up columns that come in parts, one behind the other.

        Args:
            first: How many rows of the data set stand before the first part.

        Raises:
            GradcliError: No block of sums begins there.
        """
        from gradcli.data.kernels.reducer import Reducer

        def width(columns: Mapping[str, Any]) -> int:
            given = self._columns(columns)
            return self.width(given) + sum(int(column.nbytes) // len(column) for column in given.values())

        return Reducer(self._part, width, (*self.outputs, *self.wrt), len(self.outputs), first)

    def _part(self, columns: Mapping[str, Any], keys: Any, block: int) -> Part:
        """The sums of blocks of rows."""
        from gradcli.data.kernels.reducer import MOST_BYTES, contracted, joined, part_of

        given = self._columns(columns)
        prepared = self._prepared(given)
        if keys is None and not self._on_numbers(prepared, given):
            kernel = self._array_kernel(prepared)
            found = None if kernel is None else contracted(kernel, given, self.wrt, self.threads, block)
            if found is not None:
                return found
        count = len(next(iter(columns.values()), ()))
        rows = max(1, MOST_BYTES // self.width(given) // block) * block
        parts: list[Part] = []
        for start in range(0, count, rows):
            own = slice(start, start + rows)
            batch = self.batch({name: column[own] for name, column in columns.items()})
            results = [*batch.values.values(), *batch.grad.values()]
            parts.append(part_of(results, None if keys is None else keys[own], batch.errors, block))
        return joined(parts)


def _check(option: str, given: str, choices: Sequence[str]) -> None:
    if given not in choices:
        raise GradcliError(f"{option} is {', '.join(choices[:-1])} or {choices[-1]}, not {given!r}")


def _restored(program: str, asked: Mapping[str, Any], *others: Any) -> BatchFunction:
    """A function that was pickled."""
    return BatchFunction(program, Request(**asked), *others)


def batch_function(
    program: str,
    wrt: Names | None = None,
    *,
    values: Values = NOTHING,
    dtype: str = "float64",
    grad: bool = True,
    threads: int | None = None,
    kernel: str = "auto",
    columns: Sequence[str] = (),
) -> BatchFunction:
    """A program as a function from columns to columns, which can be pickled: ``batch_function("x^2*w")``.

    Called with columns by name it gives a :class:`Batch`; called with a data frame of pandas or Polars, or a table or record
    batch of Arrow, it gives one of the same kind and length, see :meth:`BatchFunction.__call__`.

    Args:
        program: The program's text.
        wrt: The variables to differentiate the first output by, ``"w"`` or ``["x", "w"]``; None for all.
        values: The value that a variable has in all rows, by name: a number, a list, or an array of NumPy.
        dtype: ``float64``, or ``float32``, to which every value is rounded.
        grad: Whether there is a gradient.
        threads: How many threads compute; None for one a core.
        kernel: What computes, see :data:`KERNELS`.
        columns: Names that are columns although they could be constants, such as e.

    Raises:
        GradcliError: The program is wrong, or a name is of no variable.
    """
    asked = Request(values_of(values), names_of(wrt) if grad else (), "static", dtype)
    return BatchFunction(program, asked, threads, kernel, columns)
