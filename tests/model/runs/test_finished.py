"""The trained networks on this machine, and what of them is one point of the chart."""

from dataclasses import replace
from datetime import datetime
from itertools import product
from pathlib import Path

import pytest

from model.card import SHIPPED, TUTORIALS, read_card, write_card
from model.options import Options
from model.runs.finished import MOST_LETTERS, NAME_FILE, Trained, average_over_seeds, find_trained, name_runs, rename
from model.runs.folder import CONFIG_FILE, write_json
from model.tutorials import PUBLISHED
from utils.words import SET_TITLES

NOW = datetime.fromisoformat("2026-11-22T08:00+01:00")


def trained(seed: int, accuracy: float, command: str, **others: object) -> Trained:
    """A network whose card, as older ones, has its options in the command alone."""
    fields = {"network": "dense", "seed": seed, "accuracy": {"mnist": accuracy}, "command": command, "options": None}
    card = replace(read_card(SHIPPED), **fields | others)
    return Trained(Path("somewhere"), card, "somewhere")


OF_TUTORIALS = {folder: folder.name for folder in TUTORIALS}


def test_the_shipped_ones_and_every_finished_run_are_found(finished_run):
    write_card(replace(read_card(finished_run), network="dense"), finished_run)
    (finished_run.parent / "unfinished").mkdir()
    assert [network.name for network in find_trained(NOW)] == [
        "reader, shipped",
        "dense, 30 epochs, one",
        *OF_TUTORIALS.values(),
    ]


def test_every_shipped_network_is_a_point_of_the_chart(state):
    points = {(row["network"], row["set"]) for row in average_over_seeds(find_trained(NOW))}
    assert points == set(product(["reader", *OF_TUTORIALS.values()], SET_TITLES))


@pytest.fixture
def run(state):
    """Make a run folder that was not finished, begun at this hour and minute of the day before, UTC."""

    def make(time: str, **config: object) -> Path:
        folder = state / "runs" / f"2026-11-21T{time}"
        folder.mkdir(parents=True)
        write_json(folder / CONFIG_FILE, {"network": "cnn", "epochs": 3, "start_from": None} | config)
        return folder

    return make


def test_runs_are_called_by_network_epochs_and_local_time_each_by_a_name_of_its_own(run):
    first, second, later = run("13-05-00"), run("13-05-20"), run("23-30-00", epochs=1)
    gone_on = run("14-00-00", start_from=str(SHIPPED))
    (later.parent / "mine").mkdir()
    assert name_runs(NOW) == {
        SHIPPED: "reader, shipped",
        **OF_TUTORIALS,
        first: "cnn, 3 epochs, yesterday 14:05",
        second: "cnn, 3 epochs, yesterday 14:05 (2)",
        gone_on: "reader, 3 epochs, yesterday 15:00",
        later: "cnn, 1 epoch, today 00:30",
        later.parent / "mine": "a run, mine",
    }


def test_a_run_keeps_the_name_that_it_is_given_and_gets_its_first_one_back(run):
    first, second = run("13-05-00"), run("14-05-00")
    rename(first, "  wide\nand \u202eshort ")
    rename(second, "wide and short")
    assert [name_runs(NOW)[folder] for folder in (first, second)] == ["wide and short", "wide and short (2)"]
    rename(first, "x" * 1000)
    assert name_runs(NOW)[first] == "x" * MOST_LETTERS
    rename(first, " ")
    assert name_runs(NOW)[first] == "cnn, 3 epochs, yesterday 14:05"
    (first / NAME_FILE).write_bytes(b"\xff\x00")
    assert name_runs(NOW)[first] == "�"


def test_settings_are_what_training_was_told_but_for_chance_and_places():
    command = "python train.py --seed 3 --hidden 64 32 --as-it-is --epochs=5 --network=dense --run-dir '/a b' --mnist=m"
    assert trained(3, 0.9, command).settings == "--hidden 64 32 --epochs 5 --as-it-is"
    assert trained(0, 0.9, "python train.py --epochs 25").settings == trained(0, 0.9, "python train.py").settings == ""


def test_settings_are_the_cards_own_options_where_it_tells_them():
    options = Options(network="dense", epochs=7, seed=3)
    assert trained(3, 0.9, "python train.py --epochs 5", options=options).settings == "--epochs 7"


def test_a_preset_and_its_options_spelled_out_are_the_same_settings():
    spelled_out = PUBLISHED["cnn"].options.as_arguments()
    same = [
        trained(0, 0.97, "python train.py --preset cnn"),
        trained(1, 0.98, " ".join(["python train.py --seed 1", *spelled_out])),
    ]
    assert [row["seeds"] for row in average_over_seeds(same)] == [2]


@pytest.mark.parametrize("command", ["python train.py --epochs many", "make it '"])
def test_a_command_that_cannot_be_made_out_is_told_as_it_is(command):
    network = trained(0, 0.97, command)
    assert network.settings == command
    assert network.card.test_told == "Whether these digits were looked at while it was trained is not known."


def test_other_seeds_are_one_point_with_their_mean_and_spread():
    (row,) = average_over_seeds(
        [
            trained(0, 0.97, "python train.py --network dense --epochs 5 --seed 0 --run-dir a"),
            trained(1, 0.98, "python train.py --epochs=5 --network=dense --seed=1"),
            trained(2, 0.99, "python train.py --seed 2 --network dense --epochs 5"),
            trained(2, 0.50, "python train.py --seed 2 --network dense --epochs 5"),  # again: the newest counts
        ]
    )
    assert (row["network"], row["settings"], row["set"], row["seeds"]) == ("dense", "--epochs 5", "mnist", 3)
    assert (row["accuracy"], row["spread"]) == pytest.approx((0.98, 0.01))


@pytest.mark.parametrize(
    "other",
    [
        {"command": "python train.py --epochs 5 --seed 1 --as-it-is"},
        {"command": "python train.py --epochs 6 --seed 1"},
        {"parameters": 7},
        {"train_writers": 0},
        {"data_sha256": "another file's"},
    ],
)
def test_what_differs_by_more_than_the_seed_stays_apart(other):
    command = "python train.py --epochs 5 --seed 1"
    rows = average_over_seeds(
        [trained(0, 0.97, "python train.py --epochs 5"), trained(1, 0.98, **{"command": command} | other)]
    )
    assert [(row["seeds"], row["accuracy"], row["spread"]) for row in rows] == [(1, 0.97, 0), (1, 0.98, 0)]


def test_a_test_part_that_only_some_were_read_on_is_averaged_over_those():
    with_strokes = trained(0, 0.97, "python train.py")
    with_strokes.card.accuracy["strokes"] = 0.9
    rows = average_over_seeds([with_strokes, trained(1, 0.98, "python train.py --seed 1")])
    assert {row["set"]: row["seeds"] for row in rows} == {"mnist": 2, "strokes": 1}
