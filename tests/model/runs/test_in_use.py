import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from math import inf, nan

import numpy as np
import pytest

from model.card import (
    ALL_SHIPPED,
    CARD_FILE,
    LITERT_FILE,
    SHIPPED,
    TUTORIALS,
    CheckpointError,
    file_sha256,
    read_card,
    write_card,
)
from model.predictor import Predictor
from model.runs.finished import find_trained
from model.runs.in_use import IN_USE_FILE, folder_in_use, previous_folder, use

pytestmark = pytest.mark.usefixtures("state")


def test_the_shipped_network_is_in_use_until_another_is_chosen_and_again_after(finished_run):
    assert folder_in_use() == SHIPPED
    assert previous_folder() is None
    use(finished_run)
    assert (folder_in_use(), previous_folder()) == (finished_run, SHIPPED)
    use(finished_run)  # no harm
    assert (folder_in_use(), previous_folder()) == (finished_run, SHIPPED)
    use(SHIPPED)
    assert (folder_in_use(), previous_folder()) == (SHIPPED, finished_run)


@pytest.mark.parametrize("folder", TUTORIALS, ids=lambda folder: folder.name)
def test_every_tutorials_network_can_be_used(folder):
    use(folder)
    assert folder_in_use() == folder


def test_a_network_that_was_deleted_is_no_way_back(finished_run):
    use(finished_run)
    use(SHIPPED)
    shutil.rmtree(finished_run)
    assert previous_folder() is None
    with pytest.raises(CheckpointError, match="This run is gone"):
        use(finished_run)
    assert folder_in_use() == SHIPPED


def test_from_a_broken_network_there_is_a_way_back_whatever_else_is_wrong(finished_run):
    use(finished_run)
    (finished_run / LITERT_FILE).write_bytes(b"nothing")
    use(SHIPPED)
    assert folder_in_use() == SHIPPED
    with pytest.raises(CheckpointError, match="was changed since its card was written"):
        use(previous_folder())


def test_a_network_that_is_not_what_its_card_says_is_refused(finished_run):
    network = bytearray((finished_run / LITERT_FILE).read_bytes())
    network[len(network) // 2] ^= 1  # a weight a little off
    (finished_run / LITERT_FILE).write_bytes(network)
    with pytest.raises(CheckpointError, match="was changed since its card was written"):
        use(finished_run)
    assert folder_in_use() == SHIPPED


def test_a_network_that_cannot_be_loaded_is_refused_and_the_one_in_use_stays(finished_run):
    use(finished_run)
    broken = shutil.copytree(finished_run, finished_run.parent / "broken")
    (broken / LITERT_FILE).write_bytes(b"nothing")
    write_card(replace(read_card(broken), litert_sha256=file_sha256(broken / LITERT_FILE)), broken)
    with pytest.raises(CheckpointError, match="is broken"):
        use(broken)
    assert folder_in_use() == finished_run


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("temperature", value) for value in (nan, inf, 0, -1, 1e-300, "1", None)),
        *(("parameters", value) for value in ("many", 10**30, -1)),
        *(("network", value) for value in (None, "![](http://elsewhere/picture.png)")),
        *(("date", value) for value in (None, "![](http://elsewhere/picture.png)")),
        *(("accuracy", value) for value in ({}, {"mnist": 0.9}, {"mnist": 2, "redrawn": 0.9}, {"mnist": "x"})),
        ("images", {"mnist": 10, "redrawn": 10}),
        ("command", 3),
    ],
)
def test_a_card_with_something_else_in_it_is_refused_and_named(finished_run, field, value):
    card = json.loads((finished_run / CARD_FILE).read_text())
    (finished_run / CARD_FILE).write_text(json.dumps(card | {field: value}))
    with pytest.raises(CheckpointError, match=f"{finished_run / CARD_FILE} is not as it should be"):
        use(finished_run)
    assert folder_in_use() == SHIPPED
    assert [network.folder for network in find_trained(datetime.now(UTC))] == [*ALL_SHIPPED]


def test_a_network_that_cannot_read_is_refused_with_the_reason(finished_run, monkeypatch):
    def always_three(self, images):
        logits = np.zeros((len(images), 11), np.float32)
        logits[:, 3] = 9
        return logits

    monkeypatch.setattr("model.litert.LiteRTNetwork.__call__", always_three)
    with pytest.raises(CheckpointError, match="reads 1 of 10 plain drawings right; expected 8 or more"):
        use(finished_run)
    assert folder_in_use() == SHIPPED


@pytest.mark.parametrize(
    "folder",
    ["3", '"/nowhere"', '"a\\u0000b"', f'"{"a" * 300}"', '"/etc/passwd"', "[" * 100_000],
    ids=lambda text: text[:9],
)
def test_a_folder_that_is_none_means_the_shipped_one(state, folder):
    (state / IN_USE_FILE).write_text(f'{{"folder": {folder}, "previous": {folder}}}')
    assert (folder_in_use(), previous_folder()) == (SHIPPED, None)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"folder": 3}', '{"folder": "/nowhere"}'])
def test_a_choice_that_cannot_be_made_out_or_is_gone_means_the_shipped_one(state, content):
    (state / IN_USE_FILE).write_text(content)
    assert folder_in_use() == SHIPPED


def test_while_it_is_switched_every_reading_is_from_the_one_or_the_other(finished_run):
    card = json.loads((finished_run / CARD_FILE).read_text())
    (finished_run / CARD_FILE).write_text(json.dumps(card | {"temperature": 4.0}))
    image = np.random.default_rng(0).random((28, 28))
    sure = {folder: Predictor(folder).predict(image)[0].confidence for folder in (SHIPPED, finished_run)}
    loaded = {folder: Predictor(folder) for folder in sure}

    def read(_):
        return loaded[folder_in_use()].predict(image)[0].confidence

    with ThreadPoolExecutor(8) as pool:
        readings = pool.map(read, range(1000))
        for _ in range(20):
            use(finished_run)
            use(SHIPPED)
    assert {*readings} <= {*sure.values()}
