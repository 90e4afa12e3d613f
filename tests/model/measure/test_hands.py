"""What is measured of teaching hands: a small run of it, and the table."""

import json

import numpy as np
import pytest

from model.measure import evaluate, hands
from model.measure.hands import as_table, goals
from model.runs.presets import Preset

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # TensorFlow's own


def row(who: str, seed: int, before: int, after: int, lost: float = 0.0) -> dict:
    forgotten = dict.fromkeys(hands.FORGOTTEN, lost)
    return {"who": who, "seed": seed, "taught": 20, "read": 100, "before": before, "after": after} | forgotten


def test_a_group_is_summed_over_its_hands_and_averaged_over_the_seeds():
    rows = [row("ann", 0, 10, 3), row("bob", 0, 10, 7, 0.2), row("ann", 1, 20, 4), row("bob", 1, 0, 6)]
    *_, line = as_table({"both": rows}).splitlines()
    assert line == (
        "| both | 400 | 10.00 ± 0.00 % | 5.00 ± 0.00 % | 50.00 ± 0.00 % | -0.050 ± 0.071 | -0.050 ± 0.071 "
        "| -0.050 ± 0.071 |"
    )


@pytest.mark.parametrize(("after", "lost", "missed"), [(50, 0.05, 0), (51, 0.05, 1), (50, 0.06, 3)])
def test_a_goal_is_met_or_missed(after, lost, missed):
    assert "\n".join(goals({hands.WORST: [row("ann", 0, 100, after, lost)]})).count("MISSED") == missed


def test_a_network_is_taught_and_measured_from_the_command_line(
    tiny_mnist_file, strokes_file, state, monkeypatch, capsys
):
    monkeypatch.setattr(hands, "SEEDS", [0])
    monkeypatch.setattr(hands, "WRITERS", 1)
    monkeypatch.setattr(hands, "FEWEST_DIGITS", 10)
    monkeypatch.setattr(hands, "ODD_HANDS", {"a nine like a g": hands.ODD_HANDS["a nine like a g"]})
    monkeypatch.setitem(hands.PRESETS, "Quick", Preset("reader", 1, 3))
    arguments = ["hands", "--mnist", str(tiny_mnist_file), "--strokes", str(strokes_file)]
    assert evaluate.main(arguments) == 0
    printed = capsys.readouterr()
    rows = [json.loads(line) for line in printed.err.splitlines() if line.startswith("{")]
    # Of each laboratory one writer is to validate and one to test: four have wrong labels.
    assert [row["taught"] for row in rows] == [5, 5, 20, 20]
    assert [row["read"] for row in rows] == [15, 15, 200, 20]
    odd = rows[2]
    assert odd["before"] > 100
    assert odd["after"] < odd["before"]
    assert "| a nine like a g | 200 |" in printed.out
    assert np.isfinite([row["MNIST"] for row in rows]).all()
