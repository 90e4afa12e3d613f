"""What is said of a new network beside the one in use."""

from dataclasses import replace

import pytest

from model.card import SHIPPED, Card, HeldBack, read_card
from model.runs.verdict import judge

DRAWN, REDRAWN, MNIST = "*People’s drawings*", "*MNIST redrawn*", "*MNIST*"


def card(images: int = 10_000, **accuracy: float) -> Card:
    return replace(read_card(SHIPPED), accuracy=accuracy, images=dict.fromkeys(accuracy, images))


@pytest.mark.parametrize(
    ("new", "current", "sentence"),
    [
        (card(mnist=0.99), card(mnist=0.98), f"It reads {MNIST} 1.0 points better (not compared: {{}}): use it."),
        (
            card(mnist=0.991),
            card(mnist=0.995),
            f"It reads {MNIST} 0.4 points worse (not compared: {{}}): keep the current one.",
        ),
        (
            card(mnist=0.9951),
            card(mnist=0.995),
            f"It reads {MNIST} about as well (not compared: {{}}): keep the current one.",
        ),
    ],
)
def test_on_one_test_part_it_is_better_worse_or_about_as_good(new, current, sentence):
    verdict = judge(new, current)
    assert verdict.sentence == sentence.format(f"{DRAWN} and {REDRAWN}")
    assert verdict.use_it == verdict.sentence.endswith(": use it.")


def test_what_is_a_difference_depends_on_how_many_digits_were_read():
    assert "about as well" in judge(card(100, mnist=0.99), card(100, mnist=0.98)).sentence
    assert "1.0 points better" in judge(card(mnist=0.99), card(mnist=0.98)).sentence


def test_better_here_and_worse_there_is_left_to_people():
    verdict = judge(card(strokes=0.97, redrawn=0.95, mnist=0.99), card(strokes=0.95, redrawn=0.95, mnist=0.998))
    assert verdict.sentence == (
        f"It reads {DRAWN} 2.0 points better, {MNIST} 0.8 points worse, {REDRAWN} about as well: "
        "use it if what it reads better matters more to you."
    )
    assert not verdict.use_it


def test_a_network_that_was_not_tried_on_all_is_not_advised():
    verdict = judge(card(mnist=0.99), card(mnist=0.98, strokes=0.97))
    assert verdict.sentence.endswith(
        f"(not compared: {DRAWN} and {REDRAWN}): draw with both on *Networks* before you use it."
    )
    assert not verdict.use_it
    assert judge(card(mnist=0.99, strokes=0.97), card(mnist=0.98)).use_it


def test_nothing_in_common_is_said():
    verdict = judge(card(mnist=0.99), card(strokes=0.97))
    assert verdict.sentence == "The two were tried on no digits in common: draw with both on *Networks*."
    assert not verdict.use_it


def taught(before: int, after: int, of: str, **accuracy: float) -> Card:
    return replace(card(**accuracy), corrections=40, held_back=HeldBack(10, before, after, of))


@pytest.mark.parametrize(
    ("before", "after", "said", "use_it"),
    [
        (3, 9, "*Held-back corrections* 60.0 points better", True),
        (9, 3, "*Held-back corrections* 60.0 points worse", False),
        (8, 9, "*Held-back corrections* about as well", False),
    ],
)
def test_corrections_that_were_held_back_count_as_a_test_part_does(before, after, said, use_it):
    current = card(mnist=0.99)
    verdict = judge(taught(before, after, current.litert_sha256, mnist=0.99), current)
    assert said in verdict.sentence
    assert verdict.use_it == use_it


def test_corrections_read_by_another_network_than_the_one_in_use_are_not_compared():
    verdict = judge(taught(1, 9, "0" * 64, mnist=0.99), card(mnist=0.99))
    assert "corrections" not in verdict.sentence
    assert verdict.sentence.endswith("draw with both on *Networks* before you use it.")


def test_what_it_learned_of_too_few_corrections_to_hold_some_back_people_see_by_drawing():
    assert judge(replace(card(mnist=0.99), corrections=5), card(mnist=0.99)).sentence.endswith(
        "draw with both on *Networks* before you use it."
    )
    assert "keep the current one" in judge(replace(card(mnist=0.9), corrections=5), card(mnist=0.99)).sentence
