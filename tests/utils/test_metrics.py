import json
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.card import SHIPPED
from model.runs.folder import read_metrics
from utils.metrics import (
    auroc,
    expected_calibration_error,
    fpr_at_tpr,
    overfitting_from,
    overfitting_in_words,
    reliability,
    wilson_interval,
)

# Losses epoch by epoch, each a clear case.
FALLING = [0.4, 0.2, 0.15, 0.12, 0.1, 0.08, 0.06, 0.05, 0.04, 0.03]
# Lowest after the fifth epoch.
RISING_AGAIN = [0.2, 0.12, 0.09, 0.08, 0.07, 0.075, 0.08, 0.09, 0.1, 0.11]
scores = st.lists(st.integers(0, 12), min_size=1, max_size=30).map(lambda values: np.array(values) / 12)


def test_wilson_interval_of_a_hand_worked_case():
    # 9 of 10, z = 2: centre (0.9 + 0.2) / 1.4, half 2 / 1.4 · √(0.009 + 0.01)
    low, high = wilson_interval(9, 10, z=2)
    assert low == pytest.approx(1.1 / 1.4 - 2 / 1.4 * np.sqrt(0.019))
    assert high == pytest.approx(1.1 / 1.4 + 2 / 1.4 * np.sqrt(0.019))


def test_wilson_interval_stays_in_bounds_and_is_not_empty_at_the_ends():
    assert wilson_interval(10, 10)[1] == pytest.approx(1)
    assert 0.6 < wilson_interval(10, 10)[0] < 1
    assert wilson_interval(0, 10)[0] == pytest.approx(0)


def test_calibration_error_of_a_hand_worked_case():
    confidences = np.array([0.95, 0.95, 0.95, 0.95, 0.55, 0.55])
    right = np.array([True, True, True, False, True, False])
    # |0.95 − 0.75| · 4/6 + |0.55 − 0.5| · 2/6
    assert expected_calibration_error(confidences, right, bins=10) == pytest.approx(0.2 * 4 / 6 + 0.05 * 2 / 6)
    assert [row["n"] for row in reliability(confidences, right, bins=10)] == [2, 4]


def test_confidence_of_one_is_in_the_last_bin():
    assert reliability(np.array([1.0, 0.99]), np.array([True, True])) == [
        {"n": 2, "confidence": pytest.approx(0.995), "accuracy": 1}
    ]


@given(scores, scores)
def test_auroc_is_the_share_of_pairs_in_order(positives, negatives):
    pairs = [(p > n) + 0.5 * (p == n) for p in positives for n in negatives]
    assert auroc(positives, negatives) == pytest.approx(np.mean(pairs))


@given(scores, scores, st.sampled_from([0.5, 0.95, 1.0]))
def test_fpr_is_that_of_the_best_threshold_that_keeps_enough(positives, negatives, tpr):
    thresholds = [t for t in np.unique(positives) if (positives >= t).mean() >= tpr]
    assert fpr_at_tpr(positives, negatives, tpr) == min((negatives >= t).mean() for t in thresholds)


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
    assert "lay above it, which is no fault" in overfitting_in_words(sound)
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
