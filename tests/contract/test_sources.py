"""What the source may not contain, read from its syntax tree: loaders that execute, global dice."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [
    ROOT / "main.py",
    *(f for d in ("core", "gui") for f in sorted((ROOT / d).rglob("*.py"))),
]
AROUND = [f for d in ("bench", "tools") for f in sorted((ROOT / d).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))

EXECUTING_MODULES = {
    "pickle",
    "cPickle",
    "_pickle",
    "dill",
    "cloudpickle",
    "marshal",
    "shelve",
    "joblib",
}
EXECUTING_CALLS = {
    "eval", "exec", "compile", "__import__", "torch.load", "torch.jit.load", "torch.hub.load",
    "yaml.load", "yaml.unsafe_load", "yaml.full_load", "pandas.read_pickle",
}  # fmt: skip
GLOBAL_DICE = {
    "torch.manual_seed", "torch.seed", "torch.set_rng_state", "torch.get_rng_state",
    "torch.cuda.manual_seed", "torch.cuda.manual_seed_all", "torch.default_generator",
}  # fmt: skip
DRAWS = {
    f"torch.{name}"
    for name in ("rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial",
                 "rand_like", "randn_like", "randint_like", "poisson")
}  # fmt: skip
DRAWS_IN_PLACE = {
    "normal_", "uniform_", "random_", "bernoulli_", "exponential_", "log_normal_", "cauchy_",
    "geometric_",
}  # fmt: skip
# These layers draw from the global generator in every training step and take no other.
DROPOUT = {"Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "dropout", "dropout2d"}

Search = Callable[[ast.AST], Iterator[tuple[int, str]]]


def executing(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of whatever could execute what it loads."""
    names = _names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported = [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            imported = [(node.module or "").partition(".")[0]]
        else:
            imported = []
        yield from ((node.lineno, name) for name in imported if name in EXECUTING_MODULES)
        if isinstance(node, ast.Call):
            called = _dotted(node.func, names)
            if called in EXECUTING_CALLS:
                yield node.lineno, called
            for keyword in node.keywords:
                allowed = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
                if keyword.arg == "allow_pickle" and not allowed:
                    yield node.lineno, "allow_pickle"


def global_draws(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of whatever draws from torch's global generator, or moves it."""
    names = _names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = _dotted(node, names)
            if name in GLOBAL_DICE or name.startswith("torch.random."):
                yield node.lineno, name
        if not isinstance(node, ast.Call):
            continue
        called = _dotted(node.func, names)
        method = called.rpartition(".")[2]
        generated = any(keyword.arg == "generator" for keyword in node.keywords)
        on_tensor = method in DRAWS_IN_PLACE and not called.startswith("torch.nn.init.")
        if (called in DRAWS or on_tensor) and not generated:
            yield node.lineno, called
        if called.startswith("torch.nn.") and method in DROPOUT:
            yield node.lineno, called


def _names(tree: ast.AST) -> dict[str, str]:
    """Local name -> what it is short for: `F` -> `torch.nn.functional`."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return found


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """The full name of an expression: `torch.nn.functional.dropout` of `F.dropout`."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, names)}.{node.attr}"
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    return "?"


@cache
def searched(file: Path) -> dict[Search, list[tuple[int, str]]]:
    """What either search finds in a file, which is parsed once for both."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {search: list(search(tree)) for search in (executing, global_draws)}


def found_in(files: Iterable[Path], search: Search) -> list[str]:
    """What a search finds, as `core/engine.py:12: torch.load`."""
    return [
        f"{file.relative_to(ROOT)}:{line}: {name}"
        for file in files
        for line, name in searched(file)[search]
    ]


def test_nothing_executable_is_loaded() -> None:
    assert found_in(PROGRAM + AROUND, executing) == []


def test_nobody_draws_from_torchs_global_generator() -> None:
    files = [file for file in PROGRAM if file != ROOT / "core" / "randomness.py"]
    assert found_in(files, global_draws) == []


@pytest.mark.parametrize(("files", "most"), [(PROGRAM + AROUND, 400), (TESTS, 600)])
def test_a_file_is_short_enough_to_be_read(files: list[Path], most: int) -> None:
    lengths = {str(f.relative_to(ROOT)): f.read_text("utf-8").count("\n") for f in files}
    assert {name: lines for name, lines in lengths.items() if lines > most} == {}


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "import torch as t\nt.load('x')",
        "from torch import load\nload('x')",
        "np.load('x', allow_pickle=True)",
        "np.load('x', allow_pickle=given)",
        "eval('1')",
    ],
)
def test_the_search_finds_what_executes(code: str) -> None:
    assert list(executing(ast.parse(code)))


def test_the_search_lets_safe_loading_pass() -> None:
    safe = "np.load('x', allow_pickle=False)\njson.load(f)\nmodel.eval()\nre.compile('x')"
    assert list(executing(ast.parse(safe))) == []


@pytest.mark.parametrize(
    "code",
    [
        "torch.manual_seed(0)",
        "from torch import randn\nrandn(3)",
        "torch.rand(2, 2)",
        "x.normal_()",
        "torch.empty(3).uniform_(0, 1)",
        "import torch.nn.functional as F\nF.dropout(x)",
        "from torch import nn\nnn.Dropout(0.1)",
        "torch.random.fork_rng()",
    ],
)
def test_the_search_finds_global_draws(code: str) -> None:
    assert list(global_draws(ast.parse(code)))


def test_the_search_lets_own_generators_pass() -> None:
    own = "torch.rand(2, generator=g)\nx.normal_(generator=g)\ng.manual_seed(3)"
    initialised = "from torch import nn\nnn.init.normal_(w)"
    assert list(global_draws(ast.parse(own))) == []
    assert list(global_draws(ast.parse(initialised))) == []
