"""Networks taken away: each is read by its own runtime, and its folder has all that it takes to read a picture."""

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

import keras
import numpy as np
import onnxruntime
import pytest
import safetensors.numpy
import tensorflow as tf
import yaml
from ai_edge_litert.interpreter import Interpreter

from model.card import CARD_FILE, LITERT_FILE, SHIPPED, TUTORIALS, as_zip, file_sha256, read_card, write_card
from model.data.mnist import to_unit_range
from model.export.download import export_as_zip
from model.export.files import digits_by_rule, main
from model.export.formats import COPIED, FORMATS, ExportError, read_script
from model.litert import LiteRTNetwork, softmax
from model.networks import NETWORKS
from model.predictor import Predictor, accuracy_of
from model.training import save_network
from tests.conftest import ROOT

PICTURE = ROOT / "app_pages" / "pictures" / "five-on-paper.jpg"
EXACT = [name for name in FORMATS if name != "litert-int8"]
# TensorFlow's own
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    """A thousand digits written by rule, with all pens: float32 (1000, 28, 28), and which they are."""
    return digits_by_rule(1000, seed=1), np.arange(1000) % 10


@pytest.fixture(scope="module")
def dense_run(tmp_path_factory, digits) -> Path:
    """A run of a network with ten outputs, that has learned those digits."""
    keras.utils.set_random_seed(0)
    network = NETWORKS["dense"](10)
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    images, labels = digits
    network.fit(images[..., np.newaxis], labels, batch_size=20, epochs=8, verbose=0)
    run = tmp_path_factory.mktemp("runs") / "dense"
    run.mkdir()
    difference = save_network(network, images, run)
    shipped = read_card(SHIPPED)
    of_it = {"network": "dense", "parameters": network.count_params(), "temperature": 1.3, "train_writers": 0}
    checks = {"litert_max_difference": difference, "litert_sha256": file_sha256(run / LITERT_FILE)}
    accuracy = {name: shipped.accuracy[name] for name in ("mnist", "redrawn")}
    write_card(replace(shipped, **of_it, **checks, accuracy=accuracy), run)
    return run


@pytest.fixture(scope="module", params=["reader", "dense"])
def run(request, dense_run) -> Path:
    return SHIPPED if request.param == "reader" else dense_run


@pytest.fixture(scope="module")
def exports(run, tmp_path_factory) -> Path:
    """A folder with the network in each format."""
    folder = tmp_path_factory.mktemp("exports")
    for name in FORMATS:
        assert main([f"--format={name}", f"--model={run}", f"--output={folder / name}"]) == 0
    return folder


def read_keras(folder, images):
    return keras.saving.load_model(folder / "model.keras").predict(images, verbose=0)


def read_saved_model(folder, images):
    network = tf.saved_model.load(folder / "model" / "1")  # what TensorFlow Serving loads, and asks:
    return network.signatures["serving_default"](tf.constant(images))["output_0"].numpy()


def read_onnx(folder, images):
    return onnxruntime.InferenceSession(folder / "model.onnx").run(None, {"images": images})[0]


def read_litert(folder, images):
    return Interpreter(str(folder / LITERT_FILE)).get_signature_runner()(images=images)["output_0"]


def read_safetensors(folder, images):
    weights = safetensors.numpy.load_file(folder / "model.safetensors")
    with safetensors.safe_open(folder / "model.safetensors", "numpy") as file:
        description = file.metadata()["network"]
    network = keras.models.model_from_json(description)
    if network.name == "dense":  # NumPy is enough for it
        hidden, out = (layer.name for layer in network.layers[2:])
        x = np.maximum(images.reshape(-1, 784) @ weights[f"{hidden}/kernel"] + weights[f"{hidden}/bias"], 0)
        return x @ weights[f"{out}/kernel"] + weights[f"{out}/bias"]
    network.set_weights([weights[weight.path] for weight in network.weights])
    return network.predict(images, verbose=0)


READERS = {
    "keras": read_keras,
    "saved_model": read_saved_model,
    "onnx": read_onnx,
    "litert": read_litert,
    "litert-int8": read_litert,
    "safetensors": read_safetensors,
}


def probabilities(name: str, folder: Path, images: np.ndarray) -> np.ndarray:
    logits = READERS[name](folder, images[..., np.newaxis])
    return softmax(logits[:, :10] / read_card(folder).temperature)


@pytest.mark.parametrize("name", EXACT)
def test_each_runtime_gives_the_probabilities_of_the_page(name, run, exports, digits):
    images, _ = digits
    expected = np.stack([prediction.probabilities for prediction in Predictor(run).predict(images)])
    np.testing.assert_allclose(probabilities(name, exports / name, images), expected, atol=1e-5)


def accuracies(exports: Path, images: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Give the accuracy in 32 bits and in 8, read in batches as the page does."""
    before, after = (LiteRTNetwork(exports / name / LITERT_FILE)(images) for name in ("litert", "litert-int8"))
    return accuracy_of(before, labels), accuracy_of(after, labels)


def test_8_bits_read_as_well_in_a_quarter_of_the_size(exports, digits):
    before, after = accuracies(exports, *digits)
    assert before > 0.95
    assert after == pytest.approx(before, abs=0.001 + 1e-9)
    size, before = ((exports / name / LITERT_FILE).stat().st_size for name in ("litert-int8", "litert"))
    assert size < 0.3 * before
    kinds = {tensor["dtype"] for tensor in Interpreter(str(exports / "litert-int8" / LITERT_FILE)).get_tensor_details()}
    assert np.int8 in kinds


@pytest.mark.mnist
@pytest.mark.parametrize("run", ["reader"], indirect=True)  # the other reads 6 in 10 of these, and is unsure of most
def test_8_bits_read_mnist_as_well(exports, mnist):
    before, after = accuracies(exports, to_unit_range(mnist.x_test), mnist.y_test)
    assert after == pytest.approx(before, abs=0.001)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("run", ["reader"], indirect=True)
def test_the_script_beside_it_reads_a_picture_where_this_project_is_not(name, exports):
    done = subprocess.run(
        [sys.executable, "-B", "read.py", PICTURE], cwd=exports / name, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    digit, confidence = done.stdout.split()
    assert (digit, float(confidence) > 0.9) == ("5", True)


@pytest.mark.parametrize("name", FORMATS)
def test_what_the_docs_show_is_what_is_run(name):
    shown = (ROOT / "docs" / "export.md").read_text()
    assert FORMATS[name].logits in shown
    script = read_script(name)
    assert script.split('"""\n\n')[1] in shown or name != "onnx"
    assert len([line for line in script.splitlines() if line]) <= 17  # with the docstring and imports


def test_an_export_is_complete_and_so_is_its_zip_file(exports, run):
    network = {"keras": {"model.keras"}, "onnx": {"model.onnx"}, "litert": {"model.tflite"}}
    network |= {"litert-int8": {"model.tflite"}, "safetensors": {"model.safetensors"}}
    beside = {CARD_FILE, "README.md", "read.py", "LICENSE"}
    beside |= {f"utils/{name}.py" for name in ("__init__", "files", "image", "preprocess")}
    paper = ("__init__", "frame", "ink", "page", "printed_grid", "ruled_paper")
    beside |= {f"utils/paper/{name}.py" for name in paper}
    for name in FORMATS:
        with zipfile.ZipFile(io.BytesIO(as_zip(exports / name))) as archive:
            names = {entry for entry in archive.namelist() if not entry.endswith("/")}
            assert not archive.testzip()
            assert all(not Path(entry).is_absolute() and ".." not in Path(entry).parts for entry in names)
            assert json.loads(archive.read(CARD_FILE)).keys() == asdict(read_card(run)).keys()
        files = names - beside
        assert names - files == beside
        if name == "saved_model":
            assert files >= {"model/1/saved_model.pb", "model/1/variables/variables.index"}
        else:
            assert files == network[name]
    assert read_card(exports / "onnx") == read_card(run)
    assert read_card(exports / "litert-int8").litert_sha256 == file_sha256(exports / "litert-int8" / LITERT_FILE)


def test_what_is_only_copied_is_packed_without_tensorflow_and_the_same(exports, run, monkeypatch):
    monkeypatch.setattr("model.export.download.subprocess.run", None)
    for name in COPIED:
        with zipfile.ZipFile(io.BytesIO(export_as_zip(run, name))) as archive:
            packed = {entry: archive.read(entry) for entry in archive.namelist() if not entry.endswith("/")}
        files = [path for path in (exports / name).rglob("*") if path.is_file()]
        assert packed == {str(path.relative_to(exports / name)): path.read_bytes() for path in files}


def test_the_card_is_in_hugging_faces_layout_with_the_figures_of_the_other(exports, run):
    card = read_card(run)
    for name in FORMATS:
        empty, header, text = (exports / name / "README.md").read_text().split("---\n", 2)
        assert not empty
        values = yaml.safe_load(header)
        assert values["license"] == "mit"
        assert values["library_name"] in values["tags"]
        assert values["datasets"] == ["ylecun/mnist"]
        assert values["metrics"] == ["accuracy"]
        for part, accuracy in card.accuracy.items():
            assert f"| {card.images[part]:,} | {100 * accuracy:.2f} % |" in text
        assert f"{card.parameters:,} parameters" in text
        assert card.command in text
        assert ("UniPen" in text) == bool(card.train_writers)
        assert read_script(name) in text
        assert ("rounded to 8 bits" in text) == (name == "litert-int8")


def export_litert(*options: object) -> int:
    return main(["--format=litert", *map(str, options)])


def test_without_options_it_is_the_network_in_use(state, capsys):
    assert export_litert() == 0
    assert capsys.readouterr().out == f"Written to {state}/exports/shipped-litert\n"
    assert (state / "exports" / "shipped-litert" / LITERT_FILE).read_bytes() == (SHIPPED / LITERT_FILE).read_bytes()
    assert [path.name for path in (state / "exports").iterdir()] == ["shipped-litert"]


def test_an_earlier_export_is_replaced_only_if_asked_and_nothing_else_ever(tmp_path, capsys):
    output = tmp_path / "export"
    assert export_litert("--output", output) == 0
    (output / "old").touch()
    assert export_litert("--output", output) == 1
    assert f"{output} exists already. Choose another --output, or replace it with --force." in capsys.readouterr().err
    assert export_litert("--output", output, "--force") == 0
    assert not (output / "old").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious").touch()
    assert export_litert("--output", tmp_path / "mine", "--force") == 1
    assert "is no earlier export, so --force does not replace it" in capsys.readouterr().err
    assert (tmp_path / "mine" / "precious").exists()


def test_what_is_missing_or_broken_is_said(finished_run, tmp_path, monkeypatch, capsys):
    def sentence(*options: object) -> str:
        assert main([*map(str, options), f"--output={tmp_path / 'export'}"]) == 1
        assert not (tmp_path / "export").exists()
        return capsys.readouterr().err

    missing = replace(FORMATS["onnx"], written_with=("onnx", "no_such_package"))
    monkeypatch.setitem(FORMATS, "onnx", missing)
    assert "install what is missing: `pip install no_such_package`" in sentence("--format=onnx")
    assert f"card {tmp_path}/none/model.json is missing" in sentence("--format=keras", "--model", tmp_path / "none")
    for name in ("model.keras", "model.tflite"):
        (finished_run / name).write_bytes((finished_run / name).read_bytes()[:5000])
    assert "model.keras is missing or broken" in sentence("--format=keras", "--model", finished_run)
    for name in ("saved_model", "keras"):
        with pytest.raises(ExportError, match=r"model\.keras is missing or broken.* Train the model again"):
            export_as_zip(finished_run, name)
    (finished_run / "model.keras").write_bytes((SHIPPED / "model.keras").read_bytes())
    assert "model.tflite is broken" in sentence("--format=litert", "--model", finished_run)
    (tmp_path / "file").touch()
    assert main(["--format=litert", f"--output={tmp_path / 'file' / 'in'}"]) == 1
    assert "cannot be written (File exists). Choose another --output." in capsys.readouterr().err


def test_a_network_that_came_without_a_keras_file_is_taken_away_in_litert_alone(tmp_path, capsys):
    dense = TUTORIALS[0]
    assert export_litert("--model", dense, "--output", tmp_path / "export") == 0
    assert (tmp_path / "export" / LITERT_FILE).read_bytes() == (dense / LITERT_FILE).read_bytes()
    assert main(["--format=onnx", f"--model={dense}", f"--output={tmp_path / 'onnx'}"]) == 1
    assert "It came with the app, without model.keras" in capsys.readouterr().err


def test_an_unknown_format_is_said(capsys):
    with pytest.raises(SystemExit):
        main(["--format", "pickle"])
    assert "there is no 'pickle'. There are keras, saved_model" in capsys.readouterr().err
