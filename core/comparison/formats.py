"""A table as CSV, Markdown or LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping

from core.pictures import Table

_SPECIAL = str.maketrans({c: "\\" + c for c in "&%$#_{}"})


def to_csv(table: Table) -> str:
    """Comma separated, quoted where needed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([table.columns, *table.rows])
    return out.getvalue()


def to_markdown(table: Table) -> str:
    """With its notes below."""
    cells = [[str(c).replace("|", "\\|") for c in row] for row in [table.columns, *table.rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(table.columns))]
    ruled = [cells[0], ["-" * width for width in widths], *cells[1:]]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in ruled
    ]
    return "\n".join([*lines, *(["", table.notes] if table.notes else [])]) + "\n"


def to_latex(table: Table) -> str:
    """A tabular in the style of booktabs, its notes as a comment."""
    head, *body = [
        " & ".join(str(c).translate(_SPECIAL).replace("±", r"$\pm$") for c in row) + r" \\"
        for row in [table.columns, *table.rows]
    ]
    columns = "l" + "r" * (len(table.columns) - 1)
    lines = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", head, r"\midrule", *body,
             r"\bottomrule", r"\end{tabular}"]  # fmt: skip
    return "\n".join([*(["% " + table.notes] if table.notes else []), *lines]) + "\n"


FORMATS: Mapping[str, Callable[[Table], str]] = {
    "csv": to_csv,
    "md": to_markdown,
    "tex": to_latex,
}
