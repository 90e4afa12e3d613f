"""The table of networks in docs/training.md: trained for it, in its place, with mean and spread."""

import re
from dataclasses import replace

import pytest

from model.data.mnist import load_mnist
from model.measure import table
from model.options import Options
from model.tutorials import Published

TINY = Options(network="dense", epochs=2, batch_size=32, learning_rate=0.01, constant_rate=True, as_it_is=True)


def test_the_document_has_its_place():
    assert table.PLACE.search(table.DOCUMENT.read_text())


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # TensorFlow's own
def test_networks_are_trained_for_each_seed_and_stand_in_the_document(tmp_path, tiny_mnist_file, monkeypatch):
    monkeypatch.setattr(table, "PUBLISHED", {"dense": Published(replace(TINY, validate_on_test=True), 0.98)})
    monkeypatch.setattr(table, "AT_HOME", replace(TINY, as_it_is=False))
    monkeypatch.setattr(table, "HIDDEN", (1, 64))
    mnist = load_mnist(tiny_mnist_file)
    tests = table.draw_tests(mnist, None)
    results = table.train_all(mnist, tests, (0, 1))
    assert [*results] == ["dense", "light_reader"]
    assert all(run.accuracy["mnist"] > 0.3 and run.seconds > 0 for runs in results.values() for run in runs)

    document = tmp_path / "training.md"
    document.write_text(f"before\n{table.BEGIN}old\n{table.END}\nafter\n")
    for _ in range(2):  # its place is found again
        table.write_into_document(table.as_table(results, tests), document)
    lines = document.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert "old" not in lines
    assert len(lines) == 4 + 5  # heads, a rule, three networks
    assert re.fullmatch(r"\| `dense` \| [\d.]+ ± [\d.]+ % \| [\d.]+ ± [\d.]+ % \| 98.00 % \| 101,770 \|.*", lines[4])

    rows = table.vary_hidden(mnist, tests, (0, 1))
    assert [(row["neurons"], row["seed"]) for row in rows] == [(1, 0), (1, 1), (64, 0), (64, 1)]
    assert rows[0]["accuracy"] < rows[2]["accuracy"]  # one neuron cannot tell ten digits apart


def test_fewer_seeds_than_three_are_refused(capsys):
    with pytest.raises(SystemExit):
        table.main(["--seeds", "2"])
    assert "expected 3 or more" in capsys.readouterr().err
