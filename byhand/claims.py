"""A claim: rows of what was measured, and the bound that every seed keeps."""

__all__ = ['Claim', 'claim']

# %% ../notebooks/01-sequences.ipynb #claim
import operator
from html import escape

import numpy as np


class Claim:
    """A claim that held: a small table here, and a row of the ledger of claims."""

    def __init__(self, number, rows):
        self.number = number
        self.rows = rows  # (name, values over seeds, relation, bound) each

    def _repr_mimebundle_(self, **kwargs):
        rows, text = [], f"✓ {self.number}"
        for name, values, relation, bound in self.rows:
            number = np.size(values)
            spread = f" ± {np.std(values):.2g}" if number > 1 else ""
            row = (
                name,
                f"{np.mean(values):.3g}{spread}",
                str(number),
                f"{relation} {bound:g}",
            )
            rows.append(row)
            seeds = f" ({number} seeds)" if number > 1 else ""
            text += f"\n{name}: {row[1]}{seeds}, asserted {row[3]}"
        head = "<th>measured</th><th>mean ± sd</th><th>seeds</th><th>asserted</th>"
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
            for row in rows
        )
        html = (
            f'<table class="byhand-claim"><caption>✓ {self.number}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )
        shown = {"text/plain": text, "text/html": html}
        return shown, {"claim": {"number": self.number, "rows": rows}}


def claim(number, *rows):
    """Assert each row (name, values over seeds, relation, bound) for every seed."""
    relations = {"<": operator.lt, ">": operator.gt, "==": operator.eq}
    for name, values, relation, bound in rows:
        held = relations[relation](np.asarray(values), bound)
        if not np.size(held) or not np.all(held):
            raise AssertionError(
                f"claim {number} fails: {name} = {values}, asserted {relation} {bound}"
            )
    return Claim(number, rows)