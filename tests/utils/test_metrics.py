import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.metrics import auroc, expected_calibration_error, fpr_at_tpr, reliability, wilson_interval

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
