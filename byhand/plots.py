"""Figures in the style of the book."""

__all__ = ['PALETTE', 'new_figure', 'plot_seeds', 'smooth', 'chance_level', 'label_lines', 'alignment_map', 'draw_block']

# %% ../notebooks/01-sequences.ipynb #plots
from importlib.util import find_spec
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager

PALETTE = {
    "bag": "#808080",
    "window": "#333333",
    "RNN": "#b57500",
    "LSTM": "#c8385a",
    "GRU": "#7b4fb5",
    "CNN": "#00876c",
    "attention": "#0068b8",
    "query": "#d6277f",
    "key": "#5a7d00",
    "value": "#00809c",
}


def new_figure(columns=1, height=3.2):
    """(figure, axes) in the book's size and style: legible on a phone, with Hangul."""
    hangul = find_spec("koreanize_matplotlib")  # only for its font file, NanumGothic
    if hangul:
        fonts = Path(hangul.origin).with_name("fonts")
        font_manager.fontManager.addfont(fonts / "NanumGothic.ttf")
    plt.rcParams.update(
        {
            "axes.xmargin": 0.01,
            "font.family": ["DejaVu Sans"] + ["NanumGothic"] * bool(hangul),
            "font.size": 10,
            "figure.dpi": 200,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#e4e4e4",
            "axes.edgecolor": "#555555",
            "axes.axisbelow": True,
        }
    )
    return plt.subplots(1, columns, figsize=(5.6, height), layout="constrained")


def plot_seeds(axis, x, values, name, color=None):
    """Draw values (seeds, len(x)): the mean, inside a band from smallest to largest."""
    color = color or PALETTE[name]
    axis.plot(x, values.mean(0), color=color, linewidth=2, label=name)
    axis.fill_between(
        x, values.min(0), values.max(0), color=color, alpha=0.2, linewidth=0
    )


def smooth(losses, width=10):
    """Means over `width` steps at a time: (seeds, steps) -> (seeds, steps / width)."""
    return losses.reshape(len(losses), -1, width).mean(-1)


def chance_level(axis, loss):
    """A dotted line at the loss of pure guessing."""
    axis.axhline(loss, color="#555555", linestyle=":", linewidth=1)
    axis.annotate(
        "guessing",
        (0.62, loss),
        (0, -3),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="center",
        va="top",
        color="#555555",
        fontsize=9,
    )


def label_lines(axis, gap=12):
    """Write each line's name at its right end, at least `gap` points apart."""
    axis.figure.canvas.draw()
    points = 72 / axis.figure.dpi
    ends = []
    for line in axis.get_lines():
        if not line.get_label().startswith("_"):
            end = line.get_xdata()[-1], line.get_ydata()[-1]
            ends.append((axis.transData.transform(end)[1] * points, end, line))
    height = -np.inf
    for natural, end, line in sorted(ends, key=lambda item: item[0]):
        height = max(natural, height + gap)
        axis.annotate(
            line.get_label(),
            end,
            (6, height - natural),
            va="center",
            textcoords="offset points",
            color=line.get_color(),
        )

# %% ../notebooks/09-alignment.ipynb #map
import torch


def alignment_map(axis, weights, queries, keys):
    """Draw weights (T, S), 0 white and 1 dark: queries (T labels) down, keys across."""
    weights = torch.as_tensor(weights).detach().double().cpu().numpy()
    axis.imshow(weights, cmap="Blues", vmin=0, vmax=1)
    axis.set_xticks(range(len(keys)), map(str, keys), parse_math=False)
    axis.set_yticks(range(len(queries)), map(str, queries), parse_math=False)
    axis.tick_params(length=0)
    axis.grid(False)

# %% ../notebooks/13-block.ipynb #draw-block
def draw_block(axis, x, y, sublayers, pre_norm=True, side=1):
    """Draw a block upwards from (x, y); return the height at which it ends.

    sublayers: pairs of a name and a color. The straight line is the road of x; what
    a sublayer says comes to it from the right, or with side=-1 from the left.
    """

    def box(x, y, name, color):
        frame = {"boxstyle": "round,pad=0.35", "facecolor": color, "edgecolor": "none"}
        axis.text(
            x, y, name, ha="center", va="center", fontsize=8, color="white", bbox=frame
        )

    def line(*points, arrow=True):
        axis.plot(*zip(*points), color="#555555", linewidth=1, zorder=0)
        if arrow:
            axis.annotate(
                "",
                points[-1],
                points[-2],
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": "#555555",
                    "shrinkA": 0,
                    "shrinkB": 4,
                },
            )

    away = x + 1.4 * side
    for name, color in sublayers:
        plus = y + (1.8 if pre_norm else 1.3)
        line((x, y), (x, plus))
        line((x, y + 0.3), (away, y + 0.3), (away, plus), (x, plus))
        if pre_norm:
            box(away, y + 0.75, "norm", "#777777")
        box(away, plus - 0.5, name, color)
        ring = {
            "boxstyle": "circle,pad=0.15",
            "facecolor": "white",
            "edgecolor": "#555555",
        }
        axis.text(x, plus, "+", ha="center", va="center", fontsize=9, bbox=ring)
        y = plus
        if not pre_norm:
            line((x, y), (x, y + 0.6), arrow=False)
            box(x, y + 0.6, "norm", "#777777")
            y += 0.6
        line((x, y), (x, y + 0.5), arrow=False)
        y += 0.5
    line((x, y), (x, y + 0.3))
    return y + 0.3