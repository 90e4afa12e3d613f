"""The networks that come with the app: their size, their files, and that the docs' table tells of them."""

import re

import pytest

from model.card import ALL_SHIPPED, LITERT_FILE, TUTORIALS, file_sha256, read_card, read_quality
from model.runs.folder import METRICS_FILE, read_metrics
from model.tutorials import PUBLISHED
from tests.conftest import ROOT
from utils.words import SET_TITLES

MOST_BYTES = 3_000_000
each_shipped = pytest.mark.parametrize("folder", ALL_SHIPPED, ids=lambda folder: folder.name)
each_tutorial = pytest.mark.parametrize("folder", TUTORIALS, ids=lambda folder: folder.name)


@each_shipped
def test_the_card_and_the_figures_are_of_the_file_beside_them(folder):
    card, quality = read_card(folder), read_quality(folder)
    assert card.litert_sha256 == file_sha256(folder / LITERT_FILE)
    assert card.litert_max_difference < 0.01
    assert {part: figures["accuracy"] for part, figures in quality.items()} == card.accuracy
    assert len(read_metrics(folder, METRICS_FILE)) == card.epochs


@each_tutorial
def test_it_was_trained_as_it_was_published(folder):
    card = read_card(folder)
    assert card.how_trained == PUBLISHED[folder.name].options
    assert (card.network, card.seed, card.train_writers) == (folder.name, 0, 0)


def test_all_are_published_networks_and_small_together():
    assert {folder.name for folder in TUTORIALS} == PUBLISHED.keys() - {"dense_validate_on_test"}
    files = [file for folder in TUTORIALS for file in folder.iterdir()]
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES


def rows_of_the_table() -> dict[str, dict[str, str]]:
    """The rows of the table in docs/training.md, by preset: what stands below each heading."""
    text = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    _, written, *_ = text.split("<!-- ")  # by `python -m model.measure table`, from here to the next
    lines = re.findall(r"^\|(.*)\|$", written, re.MULTILINE)
    heads, _, *rows = ([cell.strip(" `") for cell in line.split("|")] for line in lines)
    return {row[0]: dict(zip(heads, row, strict=True)) for row in rows}


@each_tutorial
def test_its_card_and_the_table_of_the_docs_agree(folder):
    card, row = read_card(folder), rows_of_the_table()[folder.name]
    assert row["parameters"] == f"{card.parameters:,}"
    for part, title in SET_TITLES.items():
        mean, spread = (float(figure) / 100 for figure in re.findall(r"[\d.]+", row[title]))
        # One training of those that the mean ± standard deviation is of, or another such.
        assert abs(card.accuracy[part] - mean) <= 3 * spread + 0.005, title
