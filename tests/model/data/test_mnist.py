import io
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from model.data.mnist import find_mnist, load_mnist, mean_digits, read_mnist, stratified_split, to_unit_range
from tests.conftest import ROOT


def saved(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


ZEROS = np.zeros(5, np.uint8)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(None, "There is no MNIST file at", id="missing"),
        pytest.param(b"", "cannot be read as an .npz", id="empty"),
        pytest.param(b"PK\x03\x04 cut off", "cannot be read as an .npz", id="damaged"),
        pytest.param(saved(x_train=ZEROS)[:200], "cannot be read as an .npz", id="truncated"),
        pytest.param(b"words", "cannot be read as an .npz", id="text"),
        pytest.param(b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_", "cannot be read as an .npz", id="npy"),
        pytest.param(saved(x=ZEROS), "lacks an array (x_train)", id="other arrays"),
        pytest.param(
            saved(x_train=np.zeros((5, 784)), y_train=ZEROS, x_test=np.zeros((5, 784)), y_test=ZEROS),
            "expected uint8 (n, 28, 28)",
            id="other shapes",
        ),
    ],
)
def test_wrong_file_is_refused_with_what_to_do(tmp_path, content, sentence):
    path = tmp_path / "mnist.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match="--mnist PATH") as error:
        load_mnist(path)
    assert sentence in str(error.value)
    assert str(path) in str(error.value)


def test_array_file_is_no_archive(tmp_path):
    np.save(tmp_path / "mnist.npy", ZEROS)
    with pytest.raises(ValueError, match="cannot be read as an"):
        load_mnist(tmp_path / "mnist.npy")


@pytest.mark.parametrize("labels", [np.full(4, 10, np.uint8), np.zeros(3, np.uint8), np.zeros(4, float)])
def test_wrong_labels_are_refused(tmp_path, labels):
    images = np.zeros((4, 28, 28), np.uint8)
    right = np.zeros(4, np.uint8)
    np.savez(tmp_path / "mnist.npz", x_train=images, y_train=labels, x_test=images, y_test=right)
    with pytest.raises(ValueError, match="a label from 0 to 9 for each of the 4 images"):
        load_mnist(tmp_path / "mnist.npz")


def test_how_far_the_download_is_can_be_told(tmp_path, monkeypatch, tiny_mnist_file):
    def download():
        file = tmp_path / "datasets" / "mnist.npz"
        file.parent.mkdir()
        with file.open("wb") as growing, np.load(tiny_mnist_file) as arrays:
            for size in (1000, 2000):
                growing.write(bytes(1000))
                growing.flush()
                while not told or told[-1] < size:
                    time.sleep(0.01)
            return tuple((arrays[f"x_{part}"], arrays[f"y_{part}"]) for part in ("train", "test"))

    told = []
    monkeypatch.delenv("MNIST_PATH", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("keras.datasets.mnist.load_data", download)
    assert len(load_mnist(tell_download=told.append).x_train) == 400
    assert {1000, 2000} <= {*told}


def test_no_network_is_said_with_what_to_do(monkeypatch):
    def fail():
        raise Exception("URL fetch failure")

    monkeypatch.delenv("MNIST_PATH", raising=False)
    monkeypatch.setattr("keras.datasets.mnist.load_data", fail)
    with pytest.raises(ValueError, match=r"could not be downloaded \(URL fetch failure\). Give a file with --mnist"):
        load_mnist()


def test_environment_variable_names_the_file(monkeypatch, tiny_mnist_file):
    monkeypatch.setenv("MNIST_PATH", str(tiny_mnist_file))
    assert load_mnist().x_train.shape == (400, 28, 28)


def test_the_file_is_found_where_training_would_find_it(tmp_path, monkeypatch, tiny_mnist_file):
    monkeypatch.delenv("MNIST_PATH", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert find_mnist() is None
    (tmp_path / "datasets").mkdir()
    cached = shutil.copy(tiny_mnist_file, tmp_path / "datasets" / "mnist.npz")
    assert find_mnist() == cached
    assert np.array_equal(read_mnist(find_mnist()).x_train, load_mnist(tiny_mnist_file).x_train)
    monkeypatch.setenv("MNIST_PATH", str(tiny_mnist_file))
    assert find_mnist() == tiny_mnist_file


def test_reading_a_file_imports_no_keras(tiny_mnist_file):
    code = "import sys, model.data.mnist; model.data.mnist.load_mnist(sys.argv[1]); print('keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, tiny_mnist_file], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


def test_mean_digits_are_means_of_the_digits_that_there_are():
    images = np.zeros((3, 28, 28), np.uint8)
    images[0], images[1] = 255, 51
    means = mean_digits(images, np.array([4, 4, 9]))
    assert [*means] == [4, 9]
    np.testing.assert_allclose(means[4], 0.6, rtol=1e-6)
    assert (means[9].dtype, means[9].max()) == (np.float32, 0)


def test_split_is_stratified_seeded_and_complete():
    labels = np.random.default_rng(0).choice(10, 5000, p=np.arange(1, 11) / 55)
    train, validation = stratified_split(labels, 0.1, seed=1)
    assert np.array_equal(np.sort(np.concatenate([train, validation])), np.arange(5000))
    for digit in range(10):
        assert (labels[validation] == digit).sum() == round((labels == digit).sum() * 0.1)
    assert np.array_equal(stratified_split(labels, 0.1, seed=1)[1], validation)
    assert not np.array_equal(stratified_split(labels, 0.1, seed=2)[1], validation)


@pytest.mark.parametrize("share", [0.001, 0.999])
def test_split_without_images_on_a_side_is_refused(share):
    with pytest.raises(ValueError, match="Choose one between 0 and 1"):
        stratified_split(np.repeat(np.arange(10), 5), share, seed=0)


@pytest.mark.mnist
def test_mnist_is_the_official_one(mnist):
    assert (mnist.x_train.shape, mnist.x_test.shape) == ((60_000, 28, 28), (10_000, 28, 28))
    assert mnist.y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert to_unit_range(mnist.x_train[:1]).max() == 1
