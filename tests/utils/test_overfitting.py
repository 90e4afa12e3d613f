"""Where overfitting starts: hand-made curves, each a clear case."""

import json
from math import inf, nan

import pytest

from model.card import SHIPPED
from model.runs.folder import read_metrics
from utils.overfitting import overfitting_from, overfitting_in_words

FALLING = [0.4, 0.2, 0.15, 0.12, 0.1, 0.08, 0.06, 0.05, 0.04, 0.03]
# Lowest after the fifth epoch.
RISING_AGAIN = [0.2, 0.12, 0.09, 0.08, 0.07, 0.075, 0.08, 0.09, 0.1, 0.11]


def epochs(loss: list[float], val_loss: list[float]) -> list[dict]:
    rows = enumerate(zip(loss, val_loss, strict=False), start=1)
    return [{"epoch": epoch, "loss": training, "val_loss": validation} for epoch, (training, validation) in rows]


def test_it_starts_after_the_lowest_validation_loss():
    curves = epochs(FALLING, RISING_AGAIN)
    assert overfitting_from(curves) == 6
    assert overfitting_in_words(curves) == (
        "From epoch 6 on the validation loss rises while the training loss still falls: the network learns its "
        "training digits by heart (overfitting). The validation loss was lowest, 0.070, after epoch 5 of 10."
    )


def test_a_training_loss_above_the_validation_loss_is_none_and_hides_none():
    harder = [1 + loss for loss in FALLING]
    sound = epochs(harder, FALLING)
    assert overfitting_from(sound) is None
    assert "lies above it is no fault" in overfitting_in_words(sound)
    assert overfitting_from(epochs(harder, RISING_AGAIN)) == 6


@pytest.mark.parametrize(
    "val_loss",
    [
        pytest.param(FALLING, id="still falling"),
        pytest.param([0.2, 0.1, 0.08] + [0.07] * 7, id="level"),
        pytest.param([0.2, 0.12, 0.09, 0.08, 0.07, 0.071, 0.07, 0.072, 0.071, 0.072], id="a hair above its lowest"),
        pytest.param([0.2, 0.12, 0.1, 0.09, 0.085, 0.08, 0.075, 0.07, 0.2, 0.069], id="one bad epoch"),
        pytest.param([0.15, 0.18, 0.13, 0.07, 0.11, 0.1, 0.12, 0.09, 0.11, 0.1], id="one lucky epoch"),
        pytest.param([0.2, 0.12, 0.09, 0.08, 0.075, 0.073, 0.072, 0.07, 0.1, 0.12], id="too short to tell"),
    ],
)
def test_chance_is_not_taken_for_overfitting(val_loss):
    curves = epochs(FALLING, val_loss)
    assert overfitting_from(curves) is None
    assert overfitting_in_words(curves).startswith("No overfitting to see")


def test_where_both_losses_rise_nothing_is_learned_by_heart():
    assert overfitting_from(epochs([0.4, 0.2, 0.15, 0.12, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], RISING_AGAIN)) is None


def test_after_few_epochs_it_says_what_one_would_see():
    for n in range(4):
        assert overfitting_from(epochs(FALLING[:n], RISING_AGAIN[:n])) is None
        assert overfitting_in_words(epochs(FALLING[:n], RISING_AGAIN[:n])).startswith("Too few epochs to see")


@pytest.mark.parametrize("end", [nan, inf])
def test_a_training_that_diverged_is_judged_by_what_it_was_before(end):
    curves = [*epochs(FALLING, RISING_AGAIN), {"epoch": 11, "loss": end, "val_loss": end}]
    curves = json.loads(json.dumps(curves))  # as the file has it
    assert overfitting_from(curves) == 6
    assert overfitting_in_words(curves[-1:]).startswith("Too few epochs")


def test_the_shipped_network_did_not_overfit_whenever_one_looks():
    curves = read_metrics(SHIPPED)
    assert len(curves) == 30
    assert all(overfitting_from(curves[:n]) is None for n in range(31))
