"""The mutants of a module: the operators of mutmut, at each place inside of a function.

mutmut itself leaves every decorated function alone, which are most of the methods of a protocol.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# what they return is always a size and a truth value: mutants of their arguments fail at once
LEFT = {"len", "isinstance", "cast"}


@dataclass(frozen=True)
class Mutant:
    """One change of one module."""

    path: Path
    module: cst.Module
    node: cst.CSTNode
    replacement: cst.CSTNode
    line: int
    function: str

    @property
    def source(self) -> str:
        """The text of the changed module."""
        changed = self.module.deep_replace(self.node, self.replacement)
        assert isinstance(changed, cst.Module)
        return changed.code

    def __str__(self) -> str:
        lines = difflib.unified_diff(
            self.module.code.splitlines(), self.source.splitlines(), n=0, lineterm=""
        )
        changes = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
        return "\n".join([f"{self.path}:{self.line} {self.function}", *changes])


def mutants(path: Path) -> list[Mutant]:
    """Return every mutant of a file, in the order of its lines.

    Args:
        path: The file.
    """
    wrapper = MetadataWrapper(cst.parse_module(path.read_text(encoding="utf-8")))
    visitor = _Visitor(path, wrapper.module)
    wrapper.visit(visitor)
    return visitor.found


class _Visitor(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, path: Path, module: cst.Module) -> None:
        super().__init__()
        self._path = path
        self._module = module
        self._names: list[str] = []
        self._functions = 0
        self.found: list[Mutant] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _is_left_alone(node):
            return False
        if isinstance(node, cst.ClassDef | cst.FunctionDef):
            self._names.append(node.name.value)
            self._functions += isinstance(node, cst.FunctionDef)
        elif self._functions:
            self._add(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.ClassDef | cst.FunctionDef):
            self._names.pop()
            self._functions -= isinstance(original_node, cst.FunctionDef)

    def _add(self, node: cst.CSTNode) -> None:
        replacements = list(_replacements(node))
        if replacements:
            position = self.get_metadata(PositionProvider, node)
            assert isinstance(position, CodeRange)
            function = ".".join(self._names)
            self.found += [
                Mutant(self._path, self._module, node, each, position.start.line, function)
                for each in replacements
            ]


def _replacements(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.SimpleString):
        # one change of a name is enough
        if node.raw_value and not _is_for_people(node):
            yield node.with_changes(value=f"{node.prefix}{node.quote}XX{node.raw_value}XX{node.quote}")
        return
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            yield from operator(node)


def _is_left_alone(node: cst.CSTNode) -> bool:
    match node:
        # decorators and default values run at import, an error's text is for people
        case cst.Annotation() | cst.Decorator() | cst.Param() | cst.Raise():
            return True
        case cst.Assign(value=cst.SimpleString() | cst.FormattedString() | cst.ConcatenatedString() as text):
            return isinstance(text, cst.FormattedString) or _is_for_people(text)
        case cst.Call(func=cst.Name(value=name)):
            return name in LEFT
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString())]):
            return True
        case _:
            return False


def _is_for_people(text: cst.SimpleString | cst.ConcatenatedString) -> bool:
    """Whether it is a text with spaces, such as that of an error."""
    return isinstance(text, cst.ConcatenatedString) or " " in text.value


def share(mutants: Sequence[Mutant], part: str) -> list[Mutant]:
    """Return one part of the mutants, evenly spread.

    Args:
        mutants: All of them.
        part: `k/n`, the part k of n, counted from 0.
    """
    which, parts = map(int, part.split("/"))
    return list(mutants[which::parts])
