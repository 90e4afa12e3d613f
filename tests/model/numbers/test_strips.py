from itertools import pairwise

import numpy as np
import pytest

from model.data.by_rule.written import write_digit
from model.data.examples import Pool
from model.litert import NO_DIGIT
from model.numbers import strips
from model.numbers.compose import Line
from model.numbers.locate import BLANK
from model.numbers.strips import COLUMNS, UNASKED, Strips, Writing, draw_line, make_strip, random_gap
from model.options import Options


@pytest.fixture(scope="module")
def writing() -> Writing:
    rng = np.random.default_rng(0)
    labels = np.arange(20) % 10
    digits = Pool([write_digit(digit, rng) for digit in labels], labels)
    others = Pool([[np.array([[0.0, 0], [1, 1]]), np.array([[0.0, 1], [1, 0]])]], np.array([NO_DIGIT]))
    return Writing({"pens": digits, "written": digits, "no digit": others}, np.repeat(["a/1", "a/2"], 10))


def test_the_same_seed_gives_the_same_strips_and_each_epoch_others(writing):
    options = Options(epochs=2, images=8, batch_size=4, seed=1)
    first, again = Strips(writing, options), Strips(writing, options)
    assert len(first) == 2
    for index in range(2):
        for one, other in zip(first[index], again[index], strict=True):
            assert np.array_equal(one, other)
    before = first[0][0]
    first.epoch = 2
    assert not np.array_equal(first[0][0], before)


def test_a_strip_is_ink_with_a_class_for_each_column(writing):
    rng = np.random.default_rng(2)
    seen = set()
    for _ in range(60):
        strip, classes = make_strip(writing, rng)
        assert (strip.shape, strip.dtype, classes.shape) == ((32, 256), np.uint8, (COLUMNS,))
        seen |= {*classes.tolist()}
    assert seen == {*range(10), NO_DIGIT, BLANK, UNASKED}


def test_a_characters_middle_is_told():
    ring = 0.5 * np.stack([np.cos(t := np.linspace(0, 7, 60)), np.sin(t)], axis=1)
    line = Line([[ring], [ring + (3, 0)]], pen=0.1)
    ink, middles = draw_line(line, 26)
    columns = np.flatnonzero(ink.any(axis=0))
    gap = int(np.flatnonzero(np.diff(columns) > 1)[0])
    for middle, part in zip(middles, (columns[: gap + 1], columns[gap + 1 :]), strict=True):
        assert middle == pytest.approx((part[0] + part[-1] + 1) / 2, abs=1.5)


def test_a_column_has_the_class_of_what_has_its_middle_there():
    bar = [np.array([[0.0, 0], [0, 1]])]
    only_ones = Writing({"written": Pool([bar], np.array([1])), "no digit": Pool([bar], np.array([NO_DIGIT]))})
    rng = np.random.default_rng(0)
    for _ in range(20):
        strip, classes = make_strip(only_ones, rng)
        for column in np.flatnonzero(classes == 1):
            assert strip[:, max(0, 2 * column - 4) : 2 * column + 6].max() > 30


def test_a_line_of_pens_is_by_one_writer(writing):
    writer_of = {id(strokes): index // 10 for index, strokes in enumerate(writing.pools["pens"].strokes)}
    assert len(writer_of) == 20
    rng = np.random.default_rng(0)
    for _ in range(20):
        chosen = writing.choose("pens", 6, rng)
        assert len({*(chosen // 10).tolist()}) == 1


def test_a_ligature_goes_from_a_characters_end_to_the_next_ones_start_and_has_no_middle(monkeypatch):
    monkeypatch.setattr(strips, "WITH_MARKS", 0.0)
    monkeypatch.setattr(strips, "WITH_LIGATURES", 1.0)
    hook = [np.array([[0.0, 0], [0.2, 1], [0.4, 0]])]
    hooks = Writing({"written": Pool([hook], np.array([1])), "no digit": Pool([hook], np.array([NO_DIGIT]))})
    rng = np.random.default_rng(0)
    joined = 0
    for _ in range(40):
        line, classes = hooks.write(rng)
        characters, ligatures = np.flatnonzero(classes != BLANK), np.flatnonzero(classes == BLANK)
        ends = np.array([line.characters[index][-1][-1] for index in characters])
        starts = np.array([line.characters[index][0][0] for index in characters])
        for index in ligatures:
            (ligature,) = line.characters[index]
            assert np.hypot(*(ends - ligature[0]).T).min() < 0.05 > np.hypot(*(starts - ligature[-1]).T).min()
        joined += len(ligatures)
    assert joined > 10


@pytest.mark.parametrize("spacing", ["overlapping", "near", "apart", "wide"])
def test_gaps_are_what_they_are_called(spacing):
    rng = np.random.default_rng(0)
    gaps = [random_gap(spacing, 0.1, rng) for _ in range(200)]
    low, high = {"overlapping": (-0.17, 0.03), "near": (0, 0.15), "apart": (0.1, 0.6), "wide": (0.5, 2)}[spacing]
    assert low <= min(gaps) < low + 0.1 * (high - low)
    assert high >= max(gaps) > high - 0.1 * (high - low)


def test_marks_stand_beside_the_digits_before_and_after(monkeypatch):
    monkeypatch.setattr(strips, "WITH_MARKS", 1.0)
    monkeypatch.setattr(strips, "MARKS", 1.0)
    bar = [np.array([[0.0, 0], [0.4, 0.5], [0.0, 1]])]
    bars = Writing({"written": Pool([bar], np.array([1])), "no digit": Pool([bar], np.array([NO_DIGIT]))})
    monkeypatch.setattr(strips, "WITH_OTHERS", 0.0)
    monkeypatch.setattr(strips, "SPACINGS", {"wide": 1.0})
    rng = np.random.default_rng(0)
    for _ in range(20):
        line, classes = bars.write(rng)
        assert len(classes) % 2 == 1  # mark, digit, mark, digit, mark
        assert {*classes[1::2]} == {1}
        for place in range(0, len(classes), 2):  # what rises above the line is a sign of its own
            top = np.concatenate(line.characters[place])[:, 1].min()
            bottom = np.concatenate(line.characters[place - 1 if place else 1])[:, 1].max()
            assert classes[place] == (BLANK if top > bottom - 0.1 else NO_DIGIT)
        extents = [np.concatenate(strokes)[:, 0] for strokes in line.characters]
        for before, after in pairwise(extents):
            assert after.min() > before.max() + 0.02
