import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.data.by_rule import habits
from model.data.by_rule.habits import add_habit
from model.data.drawing import to_unit_box
from tests.drawings import STROKES
from tests.drawings import strokes as drawn

DIGITS = [to_unit_box([stroke.astype(np.float32) for stroke in drawn(digit, 0, 0, 60, 100)]) for digit in STROKES]


def extent(strokes) -> np.ndarray:
    return np.ptp(np.concatenate(strokes), axis=0)


@given(st.integers(0, 9), st.integers(0, 2**32))
def test_habits_add_to_a_digit_and_leave_what_was_given(digit, seed):
    before = [stroke.copy() for stroke in DIGITS[digit]]
    with_habit = add_habit(digit, DIGITS[digit], np.random.default_rng(seed))
    assert all(np.array_equal(a, b) for a, b in zip(before, DIGITS[digit], strict=True))
    assert 0.8 < extent(with_habit).max() < 3


def test_a_zero_gets_its_slash_a_one_its_flag_and_a_seven_its_bar(monkeypatch):
    monkeypatch.setattr(habits, "HABIT_SHARE", 1)
    one = [np.stack([np.zeros(20), np.linspace(-0.5, 0.5, 20)], axis=1)]
    seven = [np.concatenate(DIGITS[7])]
    for digit, strokes in ((0, DIGITS[0]), (1, one), (7, seven)):
        more = [len(add_habit(digit, strokes, np.random.default_rng(seed))) - len(strokes) for seed in range(20)]
        assert sum(more) > 10, digit


def test_some_slashes_are_much_longer_than_their_zero_and_some_lie_level(monkeypatch):
    monkeypatch.setattr(habits, "HABIT_SHARE", 1)
    slashes = [add_habit(0, DIGITS[0], np.random.default_rng(seed))[-1] for seed in range(200)]
    assert 10 < sum(np.ptp(slash, axis=0).max() > 1.5 * extent(DIGITS[0])[0] for slash in slashes) < 120
    assert 10 < sum(np.ptp(slash[:, 1]) < 0.3 * np.ptp(slash[:, 0]) for slash in slashes) < 90


def test_a_six_may_stay_open_at_its_loop_whichever_end_it_began_at(monkeypatch):
    monkeypatch.setattr(habits, "HABIT_SHARE", 1)
    (six,) = DIGITS[6]
    for stroke in (six, six[::-1]):
        left = [add_habit(6, [stroke], np.random.default_rng(seed))[0] for seed in range(20)]
        top = six[six[:, 1].argmin()]
        assert all(np.isclose(points, top).all(axis=1).any() for points in left)
        assert min(map(len, left)) < 0.9 * len(six)


def test_digits_without_a_habit_stay_as_they_are():
    for digit in (2, 3, 4):
        assert add_habit(digit, DIGITS[digit], np.random.default_rng(0)) is DIGITS[digit]


def test_a_one_may_end_in_a_tick_and_a_seven_begin_with_a_curl(monkeypatch):
    monkeypatch.setattr(habits, "HABIT_SHARE", 1)
    one = [np.stack([np.zeros(20), np.linspace(-0.5, 0.5, 20)], axis=1)]
    ends = [add_habit(1, one, np.random.default_rng(seed))[-1] for seed in range(200)]
    assert any(np.allclose(end[0], (0, 0.5), atol=0.06) and end[-1, 1] < 0.46 and end[-1, 0] < 0 for end in ends)
    curls = [habits.curl(np.zeros(2), np.random.default_rng(seed)) for seed in range(20)]
    for curled in curls:  # from inside, by the left, to where the roof begins
        assert curled[0, 0] > 0.02
        assert curled[:, 0].min() < curled[0, 0] - 0.03
        assert np.allclose(curled[-1], 0, atol=0.06)
