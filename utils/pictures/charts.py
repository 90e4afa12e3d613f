"""The charts, for the page and for the files that training writes. Made with Altair, without Streamlit."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa

from utils.metrics import Bin
from utils.words import percent

WINNER_COLOR = "#2f6fed"
OTHERS_COLOR = "#9aa5b8"
NO_TO_FULL_COLOR = [f"{WINNER_COLOR}00", WINNER_COLOR]  # from transparent, which suits a light and a dark page
MUTED_OPACITY = 0.55
# Networks with less than so many times the parameters of another share its label, or labels would overlap.
CLOSE_SIZES_RATIO = 1.15
# People who cannot tell red from green can tell these apart (Okabe and Ito, "Color Universal Design", 2008).
RUN_COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]

Row = Mapping[str, Any]  # a row of the table that a chart draws; each function says which keys it has
Specification = dict[str, Any]  # a chart in Vega-Lite's JSON


def probability_chart(probabilities: np.ndarray, text_color: str = "black", muted: bool = False) -> Specification:
    """Draw ten bars, a digit each, the winner in colour, each with its figure.

    Parameters
    ----------
    probabilities : ndarray of float, shape (10,)
        They sum to one.
    text_color : str
        The colour of the figures, as CSS has it: axes take the page's theme, text in the chart does not.
    muted : bool
        Whether all bars are pale, because it is no digit.

    Returns
    -------
    dict
        A Vega-Lite specification. Altair takes 30 ms to build and check it, so this is done once. For each reading
        only the data are added, as a table that Streamlit sends on unchanged.
    """
    winner = int(np.argmax(probabilities))
    rows = [
        {
            "digit": str(digit),
            "probability": float(probability),
            "figure": percent(probability),
            "winner": digit == winner and not muted,
        }
        for digit, probability in enumerate(probabilities)
    ]
    return _probability_specification(text_color, MUTED_OPACITY if muted else 1.0) | {
        "datasets": {"probabilities": pa.Table.from_pylist(rows)}
    }


@cache
def _probability_specification(text_color: str, opacity: float) -> Specification:
    # In Streamlit only data with a name reach the layers of a layered chart.
    base = alt.Chart(alt.NamedData("probabilities")).encode(
        y=alt.Y(
            "digit:N",
            title="Digit",
            sort=None,
            axis=alt.Axis(labelFontSize=14, labelOverlap=False, labelFlush=False, ticks=False, domain=False),
        ),
        x=alt.X(
            "probability:Q",
            title=None,
            # Room to the right of a full bar for its figure.
            scale=alt.Scale(domain=[0, 1.28], nice=False),
            axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], grid=True),
        ),
        tooltip=[
            alt.Tooltip("digit:N", title="Digit"),
            alt.Tooltip("probability:Q", title="Probability", format=".2%"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=3, opacity=opacity).encode(color=_if("winner", WINNER_COLOR, OTHERS_COLOR))
    figures = base.mark_text(align="left", dx=5, fontSize=13, color=text_color, opacity=opacity).encode(text="figure:N")
    return alt.LayerChart(layer=[bars, figures]).properties(height=240).to_dict()


def learning_curve(measure: str, epochs: Sequence[Row], steps: Sequence[Row] | None = None) -> alt.LayerChart:
    """Draw loss or accuracy over the epochs, training beside validation.

    Parameters
    ----------
    measure : str
        ``loss`` or ``accuracy``.
    epochs : sequence of dict
        The lines of ``metrics.jsonl``: ``epoch`` (from 1), ``loss``, ``accuracy``, ``val_loss``, ``val_accuracy``.
    steps : sequence of dict, optional
        The lines of ``steps.jsonl`` (``epoch`` with a fraction, ``loss``, ``accuracy``), for a finer training curve.
    """
    rows = [
        {"epoch": row["epoch"], "on": "training", "value": row[measure], "step": bool(steps)} for row in steps or epochs
    ]
    rows += [{"epoch": row["epoch"], "on": "validation", "value": row[f"val_{measure}"]} for row in epochs]
    return _curve(measure, rows, "on", ["training", "validation"], ["#d9822b", WINNER_COLOR])


def rule_at(epoch: float) -> alt.Chart:
    """Draw a dashed line at an epoch, to lay over a `learning_curve`."""
    rule: alt.Chart = alt.Chart(alt.InlineData([{"epoch": epoch}])).mark_rule(strokeDash=[4, 4], color=OTHERS_COLOR)
    return rule.encode(x="epoch:Q")


def learning_curves(epochs: Sequence[Row]) -> alt.HConcatChart:
    """Draw the curves of loss and accuracy beside each other; `epochs` as in `learning_curve`."""
    return alt.hconcat(
        *(learning_curve(measure, epochs).properties(width=320, height=220) for measure in ("loss", "accuracy"))
    )


def compared_curves(measure: str, runs: Mapping[str, Sequence[Row]]) -> alt.LayerChart:
    """Draw loss or accuracy on the validation part over the epochs, a line a run.

    Parameters
    ----------
    measure : str
        ``loss`` or ``accuracy``.
    runs : dict of str to list of dict
        For each run's name the lines of its ``metrics.jsonl``.
    """
    rows = [
        {"epoch": row["epoch"], "run": name, "value": row[f"val_{measure}"]}
        for name, epochs in runs.items()
        for row in epochs
    ]
    return _curve(measure, rows, "run", [*runs], RUN_COLORS[: len(runs)])


def _curve(measure: str, rows: Sequence[Row], by: str, names: list[str], colors: list[str]) -> alt.LayerChart:
    title = measure.capitalize()
    base = alt.Chart(alt.InlineData(rows)).encode(
        x=alt.X("epoch:Q", title="Epoch", axis=alt.Axis(tickMinStep=1, format="d"), scale=alt.Scale(domainMin=0)),
        y=alt.Y(
            "value:Q",
            title=title,
            axis=alt.Axis(format=".3~%" if measure == "accuracy" else "", tickCount=5),
            scale=alt.Scale(zero=False),
        ),
        color=alt.Color(
            f"{by}:N",
            title=None,
            scale=alt.Scale(domain=names, range=colors),
            legend=alt.Legend(orient="top", columns=2 if by == "on" else 1),
        ),
        tooltip=[f"{by}:N", "epoch:Q", alt.Tooltip("value:Q", title=title, format=".4f")],
    )
    # Whole epochs are also drawn as points: after the first one there is no line yet.
    points = base.mark_circle(size=24, opacity=1).transform_filter("!datum.step")
    return alt.LayerChart(layer=[base.mark_line(strokeWidth=1.5), points])


def accuracy_over_size(rows: Sequence[Row]) -> alt.LayerChart:
    """Draw each network's accuracy over its size, a colour a test part, with error bars where there are several seeds.

    Parameters
    ----------
    rows : sequence of dict
        As `model.runs.finished.average_over_seeds` gives them.
    """
    sets = list(dict.fromkeys(row["set"] for row in rows))
    sizes = _named_sizes(rows)
    base = alt.Chart(
        alt.InlineData(rows)
    ).encode(
        x=alt.X(
            "parameters:Q",
            title="Parameters",
            scale=alt.Scale(type="log", nice=False, padding=30),
            axis=alt.Axis(
                values=list(sizes),
                labelExpr=f"({json.dumps({str(size): name for size, name in sizes.items()})})[datum.value]",
                labelAngle=-40,
                labelLimit=0,  # no limit to their length
                labelOverlap=False,
            ),
        ),
        y=alt.Y("accuracy:Q", title="Accuracy", scale=alt.Scale(zero=False), axis=alt.Axis(format=".3~%", tickCount=6)),
        color=alt.Color(
            "set:N",
            title=None,
            scale=alt.Scale(domain=sets, range=RUN_COLORS[: len(sets)]),
            legend=alt.Legend(orient="top", columns=2),  # three beside each other are cut off on a phone
        ),
        tooltip=[
            alt.Tooltip("network:N", title="Network"),
            alt.Tooltip("settings:N", title="Trained with"),
            alt.Tooltip("parameters:Q", title="Parameters", format=","),
            alt.Tooltip("set:N", title="Test part"),
            alt.Tooltip("accuracy:Q", title="Read right", format=".2%"),
            alt.Tooltip("spread:Q", title="Standard deviation", format=".2%"),
            alt.Tooltip("seeds:Q", title="Seeds"),
        ],
    )
    points = base.mark_point(filled=True, size=70, opacity=0.85).encode(
        shape=alt.Shape("set:N", title=None, scale=alt.Scale(domain=sets))
    )
    bars = base.transform_calculate(low="datum.accuracy - datum.spread", high="datum.accuracy + datum.spread")
    bars = bars.mark_rule(strokeWidth=2).encode(y="low:Q", y2="high:Q")
    return alt.LayerChart(layer=[bars, points]).properties(height=380)


def _named_sizes(rows: Sequence[Row]) -> dict[int, str]:
    """Name the sizes on the axis after the networks that have them; sizes too close to be told apart share a name."""
    names: dict[int, dict[str, None]] = {}  # in order, each once
    for row in sorted(rows, key=lambda row: row["parameters"]):
        size = row["parameters"]
        if not names or size > CLOSE_SIZES_RATIO * max(names):
            names[size] = {}
        names[max(names)][row["network"]] = None
    return {size: f"{', '.join(of_size)}: {size:,}" for size, of_size in names.items()}


def layers_chart(drawing: Row, text_color: str = "black") -> alt.LayerChart:
    """Draw a network's layers in a row, those that learn in colour.

    Parameters
    ----------
    drawing : dict
        As `model.layers.draw_layers` gives it.
    text_color : str
        As in `probability_chart`.
    """
    width, height = drawing["width"], drawing["height"]
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False))
    areas = (
        alt.Chart(alt.InlineData(drawing["areas"]))
        .mark_rect(stroke="white", strokeWidth=1)
        .encode(x, y, x2="x2:Q", y2="y2:Q", color=_if("learns", WINNER_COLOR, OTHERS_COLOR))
    )
    texts = (
        alt.Chart(alt.InlineData(drawing["texts"]))
        .mark_text(color=text_color, fontSize=11, fontWeight=alt.expr("datum.strong ? 600 : 400"))
        .encode(x, y, text="text:N")
    )
    # Without this padding, Streamlit takes room from the drawing at its bottom.
    return alt.LayerChart(layer=[areas, texts]).properties(width=width, height=height, padding={"bottom": 0})


def _if(field: str, value: str, otherwise: str) -> Row:
    return alt.condition(f"datum.{field}", alt.value(value), alt.value(otherwise))


def confusion_chart(confusion: np.ndarray, text_color: str = "black") -> alt.LayerChart:
    """Draw a confusion matrix. Colour shows only the mistakes, or the many right answers would outshine them.

    Parameters
    ----------
    confusion : ndarray of int, shape (10, 10)
        ``confusion[label, prediction]``.
    text_color : str
        As in `probability_chart`. It should be readable on the page and on the blue of the cells.
    """
    rows = [
        {
            "label": str(label),
            "prediction": str(prediction),
            "count": int(confusion[label, prediction]),
            "mistakes": 0 if label == prediction else int(confusion[label, prediction]),
        }
        for label in range(10)
        for prediction in range(10)
    ]
    base = alt.Chart(alt.InlineData(rows)).encode(
        x=alt.X("prediction:N", title="Read as", axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("label:N", title="Was"),
    )
    cells = base.mark_rect(stroke=OTHERS_COLOR, strokeWidth=0.3).encode(
        color=alt.Color(
            "mistakes:Q", title="Mistakes", scale=alt.Scale(range=NO_TO_FULL_COLOR, domainMin=0), legend=None
        )
    )
    counts = base.mark_text(fontSize=12, color=text_color).encode(
        text=alt.condition("datum.count > 0", alt.Text("count:Q"), alt.value(""))
    )
    return alt.LayerChart(layer=[cells, counts]).properties(width=380, height=380)


def reliability_chart(sets: Mapping[str, Sequence[Bin]]) -> alt.LayerChart:
    """Draw accuracy over confidence, a line a set; on the diagonal the network is as sure as it is right.

    Parameters
    ----------
    sets : dict of str to list of dict
        For each set's name what `utils.metrics.reliability` returns.
    """
    rows = [{**row, "set": name} for name, bins in sets.items() for row in bins]
    diagonal = (
        alt.Chart(alt.InlineData([{"confidence": 0, "accuracy": 0}, {"confidence": 1, "accuracy": 1}]))
        .mark_line(strokeDash=[4, 4], color=OTHERS_COLOR)
        .encode(x="confidence:Q", y="accuracy:Q")
    )
    lines = (
        alt.Chart(alt.InlineData(rows))
        .mark_line(point=True)
        .encode(
            x=alt.X("confidence:Q", title="Confidence", scale=alt.Scale(domain=[0, 1])),
            y=alt.Y("accuracy:Q", title="Accuracy", scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("set:N", title=None),
        )
    )
    return alt.LayerChart(layer=[diagonal, lines]).properties(width=360, height=360)


def over_hidden_neurons(rows: Sequence[Row]) -> alt.HConcatChart:
    """Draw accuracy, parameters and seconds of training over the number of hidden neurons, beside each other.

    Parameters
    ----------
    rows : sequence of dict
        With ``neurons``, ``accuracy`` (0 to 1), ``parameters`` and ``seconds``. Rows with the same ``neurons`` become
        a mean and a standard deviation.
    """
    neurons = alt.X("neurons:Q", title="Hidden neurons", scale=alt.Scale(type="log", base=2), axis=alt.Axis(format="d"))
    panels = []
    for measure, title, scale in (
        ("accuracy", "MNIST’s test digits read right", alt.Scale(zero=False)),
        ("parameters", "Parameters", alt.Scale(type="log")),
        ("seconds", "Seconds of training", alt.Scale(domainMin=0)),
    ):
        base = alt.Chart(alt.InlineData(rows)).encode(x=neurons)
        axis = alt.Axis(format=".3~%" if measure == "accuracy" else "~s", tickCount=5)
        means = base.encode(y=alt.Y(f"mean({measure}):Q", title=title, scale=scale, axis=axis))
        spread = base.mark_errorbar(extent="stdev", color=WINNER_COLOR).encode(y=alt.Y(f"{measure}:Q", title=title))
        line = means.mark_line(point=True, color=WINNER_COLOR)
        panels.append((spread + line).properties(width=240, height=200))
    return alt.hconcat(*panels)
