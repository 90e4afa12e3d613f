import json

import numpy as np
import pytest

from model.data.strokes import Characters, load_strokes
from model.measure.ablation import ROWS, as_table, group_sites, main


def test_laboratories_are_grouped_evenly_and_each_once():
    sites = ["a"] * 50 + ["b"] * 30 + ["c"] * 25 + ["d"] * 20 + ["e"]
    characters = Characters(
        [[]] * len(sites), np.array(["5"] * len(sites)), np.array([f"{s}/x" for s in sites]), np.arange(len(sites))
    )
    assert group_sites(characters) == [["a"], ["b", "e"], ["c", "d"]]


def test_table_gives_mean_and_standard_deviation():
    table = as_table({"one": [{"mnist": 0.98}, {"mnist": 1.0}], "two": [{"mnist": 0.5, "AUROC": 0.9}] * 2})
    assert table.splitlines() == [
        "| trained on | mnist | AUROC |",
        "|---|---|---|",
        "| one | 99.00 ± 1.41 | – |",
        "| two | 50.00 ± 0.00 | 90.00 ± 0.00 |",
    ]


def test_each_row_is_trained_without_each_laboratory(tiny_mnist_file, strokes_file, capsys):
    assert group_sites(load_strokes(strokes_file)) == [["hut"], ["lab"]]
    files = ["--mnist", str(tiny_mnist_file), "--strokes", str(strokes_file)]
    rows = ["MNIST, as it is", "everything"]
    assert main([*files, "--rows", *rows, "--images", "1000", "--network", "dense"]) == 0
    printed = capsys.readouterr()
    runs = [json.loads(line) for line in printed.err.splitlines() if line.startswith("{")]
    assert [(run["row"], run["unseen"]) for run in runs] == [(row, [site]) for site in ("hut", "lab") for row in rows]
    assert [("FPR95, letters" in run) for run in runs] == [False, True, False, True]
    assert printed.out.count(" ± ") == 4 + 5


def test_every_recipe_is_whole():
    for recipe in ROWS.values():
        assert sum(recipe.shares.values()) == pytest.approx(1)
