"""Our own Python files as syntax trees, and what the architecture rules need to know of them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.template import PROJECT

LAYER = PROJECT / "layers/core/python"


@dataclass(frozen=True)
class Module:
    """One module: its dotted name (`sheaf.store.keys`) and its syntax tree."""

    name: str
    tree: ast.Module

    @classmethod
    def of(cls, name: str, text: str) -> "Module":
        return cls(name, ast.parse(text))

    @property
    def package(self) -> str:
        """`domain`, `store`, `http` or `functions`, or the module itself where it is in no package: `settings`."""
        return self.name.split(".")[0 if self.name.startswith("functions.") else 1]

    def imports(self) -> Iterator[str]:
        """The dotted names of all that is imported, wherever the import stands: `sheaf.store.tasks`, `json`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                origin = "." * node.level + (node.module or "")
                yield from (f"{origin}.{alias.name}" for alias in node.names)

    def attributes(self) -> Iterator[str]:
        """Every dotted expression: `os.environ`, `client.scan`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute):
                yield ast.unparse(node)

    def texts(self) -> Iterator[str]:
        """Every string that the code works with, the parts of f-strings too; docstrings are left out."""
        remarks = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in remarks:
                yield node.value

    def docstrings(self) -> Iterator[str]:
        """The docstring of the module and those of its classes and functions."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                yield ast.get_docstring(node) or ""


@cache
def layer() -> list[Module]:
    """All modules of the layer, packages included."""
    return [_read(path, LAYER) for path in sorted(LAYER.rglob("*.py"))]


@cache
def functions() -> list[Module]:
    """The handlers."""
    return [_read(path, PROJECT) for path in sorted((PROJECT / "functions").rglob("handler.py"))]


def _read(path: Path, root: Path) -> Module:
    name = path.relative_to(root).with_suffix("").as_posix().replace("/", ".")
    return Module.of(re.sub(r"\.__init__$", "", name), path.read_text())
