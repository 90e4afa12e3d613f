import json

import pytest

from model.runs.folder import (
    METRICS_FILE,
    STATUS_FILE,
    STEPS_FILE,
    State,
    Status,
    append_metrics,
    keep_metrics,
    read_metrics,
    read_status,
    write_status,
)
from utils.json_files import UnreadableError


def epoch(number: int) -> dict:
    return {"epoch": number, "seconds": 1.0, "loss": 0.5, "accuracy": 0.8, "val_loss": 0.4, "val_accuracy": 0.9}


def step(number: float) -> dict:
    return {"epoch": number, "loss": 0.5, "accuracy": 0.8}


def test_status_comes_back_as_it_was_written(tmp_path):
    status = Status(State.TRAINING, "Epoch 2 of 5", 1, 244.0, 0.3)
    write_status(tmp_path, status)
    assert read_status(tmp_path) == status
    assert read_status(tmp_path).state is State.TRAINING
    assert [path.name for path in tmp_path.iterdir()] == [STATUS_FILE]


def test_status_of_an_earlier_version_is_read(tmp_path):
    write_status(tmp_path, Status(State.DONE, "Trained and judged", 3))
    values = json.loads((tmp_path / STATUS_FILE).read_text())
    del values["share"]
    values |= {"epochs": 3, "batch": 0, "batches": 210, "seconds": 81.5}
    (tmp_path / STATUS_FILE).write_text(json.dumps(values))
    assert read_status(tmp_path) == Status(State.DONE, "Trained and judged", 3)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "\x00",
        '{"state": "training"}',
        '{"state": "flying", "message": ""}',
    ],
)
def test_status_that_cannot_be_made_out_is_an_error(tmp_path, content):
    assert read_status(tmp_path) is None
    (tmp_path / STATUS_FILE).write_text(content)
    with pytest.raises(UnreadableError, match=STATUS_FILE):
        read_status(tmp_path)


def test_half_a_last_line_of_metrics_is_left_out(tmp_path):
    assert read_metrics(tmp_path) == []
    lines = [epoch(1), epoch(2)]
    for line in lines:
        append_metrics(tmp_path, line)
    assert read_metrics(tmp_path) == lines
    with (tmp_path / METRICS_FILE).open("ab") as file:
        file.write(b'{"epoch": 3, "lo\xc3')
    assert read_metrics(tmp_path) == lines


def test_only_the_first_metrics_are_kept(tmp_path):
    for number in (1, 2, 3):
        append_metrics(tmp_path, step(number - 0.5), STEPS_FILE)
        append_metrics(tmp_path, step(number), STEPS_FILE)
        append_metrics(tmp_path, epoch(number))
    keep_metrics(tmp_path, 2)
    assert read_metrics(tmp_path) == [epoch(1), epoch(2)]
    assert read_metrics(tmp_path, STEPS_FILE) == [step(number) for number in (0.5, 1, 1.5, 2)]
    keep_metrics(tmp_path, 0)
    assert read_metrics(tmp_path) == []


@pytest.mark.parametrize("line", ["5", "[]", "{}", '{"epoch": 1}', "null", '"epoch"'])
@pytest.mark.parametrize(("file", "write"), [(METRICS_FILE, epoch), (STEPS_FILE, step)])
def test_a_line_that_is_none_of_ours_is_an_error(tmp_path, file, write, line):
    append_metrics(tmp_path, write(1), file)
    with (tmp_path / file).open("a") as opened:
        opened.write(f"{line}\n")
    with pytest.raises(UnreadableError, match=file):
        read_metrics(tmp_path, file)
