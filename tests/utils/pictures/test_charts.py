import altair as alt
import numpy as np
import pytest

from utils.pictures.charts import (
    WINNER_COLOR,
    accuracy_over_size,
    confusion_chart,
    learning_curve,
    learning_curves,
    probability_chart,
    rule_at,
)
from utils.words import in_words

PROBABILITIES = np.array([0, 0, 0.02, 0, 0.9, 0, 0, 0, 0, 0.08], np.float32)


def rows_of(chart: dict) -> list[dict]:
    """Take the bars' rows from a chart, and check what is left of it: raises if it is no specification."""
    rows = chart["datasets"][chart["data"]["name"]].to_pylist()
    alt.Chart.from_dict(chart | {"datasets": {}})
    return rows


def test_probability_chart_is_valid_and_shows_the_ten_figures():
    chart = probability_chart(PROBABILITIES)
    rows = rows_of(chart)
    assert [row["digit"] for row in rows] == [*"0123456789"]
    assert [row["probability"] for row in rows] == pytest.approx(PROBABILITIES.tolist())
    assert [row["digit"] for row in rows if row["winner"]] == ["4"]
    assert rows[4]["figure"] == "90.0 %"
    assert WINNER_COLOR in str(chart)


def test_one_charts_data_is_not_anothers():
    first = probability_chart(PROBABILITIES)
    second = probability_chart(PROBABILITIES[::-1])
    assert first["datasets"] != second["datasets"]
    assert rows_of(first)[4]["winner"]


def test_text_color_follows_the_theme():
    assert probability_chart(PROBABILITIES, "white") != probability_chart(PROBABILITIES, "black")


def test_words_say_what_the_bars_show():
    assert in_words(PROBABILITIES) == "Most likely a 4 (90.0 %), next a 9 (8.0 %)."


def test_curves_and_confusion_are_drawn(tmp_path):
    epochs = [
        {"epoch": n, "loss": 1 / n, "accuracy": 1 - 0.5 / n, "val_loss": 1.1 / n, "val_accuracy": 1 - 0.6 / n}
        for n in (1, 2, 3)
    ]
    for name, chart in (
        ("curves.png", learning_curves(epochs)),
        ("confusion.png", confusion_chart(np.eye(10, dtype=int))),
    ):
        chart.save(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_without_mistakes_a_cell_has_the_color_of_the_page(tmp_path):
    confusion = np.eye(10, dtype=int)
    confusion[4, 9] = 3
    confusion_chart(confusion, text_color="white").save(tmp_path / "confusion.svg")
    drawn = (tmp_path / "confusion.svg").read_text()
    assert drawn.count('fill="rgba(47, 111, 237, 0)"') == 99
    assert drawn.count('fill="rgb(47, 111, 237)"') == 1
    assert drawn.count('fill="white"') == 101  # each count's, be it empty, and the file's own paper


def test_nothing_stands_out_of_a_muted_chart():
    chart = probability_chart(PROBABILITIES, muted=True)
    assert not any(row["winner"] for row in rows_of(chart))
    assert chart["layer"] != probability_chart(PROBABILITIES)["layer"]


def test_accuracy_over_size_has_a_point_and_a_bar_for_each_row_and_names_the_sizes(tmp_path):
    rows = [
        {"network": name, "settings": "", "parameters": size, "seeds": 3}
        | {"set": part, "accuracy": accuracy, "spread": 0.01}
        for name, size in (("dense", 101_770), ("cnn", 34_826), ("scratch", 101_899))
        for part, accuracy in (("MNIST", 0.98), ("People’s drawings", 0.8))
    ]
    accuracy_over_size(rows).save(tmp_path / "sizes.svg")
    drawn = (tmp_path / "sizes.svg").read_text()
    assert drawn.count('aria-roledescription="point"') == 6
    assert drawn.count('aria-roledescription="rule mark"') == 6
    assert ">cnn: 34,826</text>" in drawn
    assert ">dense, scratch: 101,770</text>" in drawn  # too close for two


def test_a_rule_is_laid_over_a_curve_at_its_epoch(tmp_path):
    epochs = [{"epoch": n, "loss": 1 / n, "val_loss": 1.1 / n} for n in (1, 2, 3)]
    (learning_curve("loss", epochs) + rule_at(2)).save(tmp_path / "curve.svg")
    assert 'aria-roledescription="rule mark"' in (tmp_path / "curve.svg").read_text()
