import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from model.card import SHIPPED, read_card, write_card
from model.data.mnist import Mnist, load_mnist
from model.measure.speed.server import Server
from model.runs.in_use import use
from tests.drawings import STROKES, strokes
from utils.files import ROOT

WITHOUT_TENSORFLOW = Path(__file__).with_name("without_tensorflow")
CHROMIUM = {
    "executable_path": shutil.which("chromium-headless-shell") or shutil.which("chromium"),  # None: Playwright's own
    "args": [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-gpu",
        "--font-render-hinting=none",  # letters are as wide as in a window, also in the headless shell
    ],
}
NOT_QUICK = {"server", "browser", "process", "slow"}  # fixtures and markers
# The files and folders of tests that take longest. They begin, so that no worker is left alone with one at the end.
LONGEST = ("test_train.py", "browser", "search", "runs", "export", "measure")
collect_ignore = [WITHOUT_TENSORFLOW]

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="skip what needs TensorFlow, starts the page, or is slow")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--quick"):  # TensorFlow can be imported neither here nor in the processes that tests start
        sys.path.insert(0, str(WITHOUT_TENSORFLOW))
        os.environ["PYTHONPATH"] = str(WITHOUT_TENSORFLOW)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: min(ranks.get(part, len(ranks)) for part in item.path.parts))
    if config.getoption("--quick"):
        for item in items:
            if NOT_QUICK & {*item.fixturenames, *(mark.name for mark in item.iter_markers())}:
                item.add_marker(pytest.mark.skip(reason="needs TensorFlow, starts the page, or is slow"))


@pytest.fixture(scope="module", autouse=True)
def state_folder(tmp_path_factory):
    """Give each file of tests a state folder, so that no run or chosen network of the checkout or another is met."""
    os.environ["DIGITS_DATA_DIR"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(autouse=True)
def at_the_machine(monkeypatch) -> None:
    """Let who looks at the page sit at the machine that it runs on; `AppTest` says something else than browsers do."""
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.ip_address", None)


@pytest.fixture(scope="session", autouse=True)
def runs_as_fast_as_a_servers() -> Iterator[None]:
    """Spare each `AppTest` what takes longer than the page, and what a server does once or never."""
    with pytest.MonkeyPatch.context() as patch:
        # It looks for components among the installed packages: once is enough.
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        # After each run it ends Keras's session, which collects garbage through all of TensorFlow. The page never
        # imports Keras; here other tests have.
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


@pytest.fixture
def state(tmp_path, monkeypatch, request) -> Path:
    """Give one test a state folder of its own, with another name if it wants one."""
    folder = tmp_path / getattr(request, "param", "")
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("DIGITS_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def finished_run(state) -> Path:
    """A run folder with a network that can be used: the shipped one."""
    return shutil.copytree(SHIPPED, state / "runs" / "one")


@pytest.fixture
def strict_in_use(finished_run) -> Path:
    """A network in use that is told from the shipped one: it calls nothing a digit."""
    card = read_card(finished_run)
    write_card(replace(card, digit_threshold=1000.0), finished_run)
    use(finished_run)
    return finished_run


@pytest.fixture(scope="session")
def mnist() -> Mnist:
    if not os.environ.get("MNIST_PATH"):
        pytest.skip("MNIST is not here: give mnist.npz by the environment variable MNIST_PATH")
    return load_mnist()


@pytest.fixture(scope="session")
def tiny_mnist_file(tmp_path_factory) -> Path:
    """A file like MNIST's, of digits in print type that OpenCV draws: 40 of each to train, 10 to test."""
    rng = np.random.default_rng(0)

    def images(n):
        for digit in range(10):
            for _ in range(n):
                image = np.zeros((28, 28), np.uint8)
                x, y = rng.integers(3, 9), rng.integers(20, 25)
                scale, width = rng.uniform(0.6, 0.9), int(rng.integers(1, 4))
                cv2.putText(image, str(digit), (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, 255, width, cv2.LINE_AA)
                yield image

    path = tmp_path_factory.mktemp("mnist") / "tiny.npz"
    arrays = {}
    for part, n in (("train", 40), ("test", 10)):
        arrays[f"x_{part}"] = np.stack([*images(n)])
        arrays[f"y_{part}"] = np.repeat(np.arange(10, dtype=np.uint8), n)
    np.savez(path, **arrays)
    return path


def find_postgres() -> str | None:
    """Find the folder of PostgreSQL's programs."""
    folders = [Path(shutil.which("postgres") or "/nowhere").parent, *Path("/usr/lib/postgresql").glob("*/bin")]
    return next((str(folder) for folder in folders if (folder / "initdb").exists()), None)


class Postgres:
    """A PostgreSQL server of our own, on a socket in `folder`."""

    def __init__(self, programs: str, folder: str):
        self.programs, self.folder = programs, folder
        self.url = f"postgresql://tests@/postgres?host={folder}"
        self.user = {"user": "nobody"} if os.getuid() == 0 else {}  # it refuses to run as root
        if self.user:
            shutil.chown(folder, "nobody")
        self._run("initdb", "--auth=trust", "--username=tests", "--no-sync")
        self.start()

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off"
        self._run("pg_ctl", "start", "--wait", f"--options={options}", f"--log={self.folder}/log")

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "--mode=immediate")

    def _run(self, program: str, *arguments: str) -> None:
        command = [f"{self.programs}/{program}", "-D", f"{self.folder}/data", *arguments]
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, **self.user)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    programs = find_postgres()
    if programs is None:
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            raise RuntimeError("REQUIRE_POSTGRES=1, but initdb is not here: install PostgreSQL")
        pytest.skip("PostgreSQL is not here")
    # Not in pytest's folder: a socket's path may have 107 letters, and it has to be another user's.
    with tempfile.TemporaryDirectory() as folder:
        server = Postgres(programs, folder)
        yield server
        server.stop()


@pytest.fixture
def postgres(postgres_server) -> str:
    """The address of a PostgreSQL server."""
    return postgres_server.url


LETTER = [[(0, 0), (600, 1000)], [(600, 0), (0, 1000)]]


@pytest.fixture
def strokes_file(tmp_path) -> Path:
    """Our ten digits and a letter by each of ten writers in two laboratories: one of each five is to test."""
    points, stroke_start, sample_start, labels, writers = [], [0], [0], [], []
    for writer in [f"lab/{name}" for name in "abcdefghij"] + [f"hut/{name}" for name in "abcdefghij"]:
        for label in [*STROKES, "X"]:
            for stroke in strokes(label, 0, 0, 600, 1000) if label != "X" else LETTER:
                points.extend(stroke)
                stroke_start.append(len(points))
            sample_start.append(len(stroke_start) - 1)
            labels.append(str(label))
            writers.append(writer)
    np.savez(
        tmp_path / "strokes.npz",
        points=np.array(points, np.int16),
        stroke_start=stroke_start,
        sample_start=sample_start,
        label=np.array(labels),
        writer=np.array(writers),
    )
    return tmp_path / "strokes.npz"


def with_spaces(table: pd.DataFrame) -> pd.DataFrame:
    """Give a table whose figures may be broken from their units."""
    return table.replace("\N{NO-BREAK SPACE}", " ", regex=True)


def open_page(page: str | None = None, **secrets: object) -> AppTest:
    """Run the app without a browser, with Retrain opened, at its first page or at another one's file."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in secrets.items():
        app.secrets[name] = value
    app.session_state["retrain_open"] = True  # as after a click on Retrain
    app.run()
    if page:
        app.switch_page(page).run()
    assert not app.exception
    return app


def encode(image: np.ndarray, suffix: str = ".png") -> bytes:
    """Encode a grey or BGR(A) picture as a file's bytes."""
    return cv2.imencode(suffix, image)[1].tobytes()


@pytest.fixture(scope="module")
def server():
    page = Server()
    yield page
    printed = page.stop()
    assert "Traceback" not in printed, printed


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(**CHROMIUM)
        except Error as error:
            if os.environ.get("REQUIRE_BROWSER") == "1":
                raise
            pytest.skip(f"there is no browser for this test: {error.message.splitlines()[0]}")
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def contexts(browser) -> Iterator[Callable[..., object]]:
    """Give the browser's context with such a screen: one for a file of tests, so that the app is loaded once."""
    made = {}

    def context(**screen: object) -> object:
        key = repr(sorted(screen.items()))
        if key not in made:
            made[key] = browser.new_context(**screen)
        return made[key]

    yield context
    for each in made.values():
        each.close()


@pytest.fixture
def new_page(contexts) -> Iterator[Callable[..., object]]:
    """Give new pages of the browser, on a screen such as ``viewport={"width": 1200, "height": 1000}``."""
    pages = []

    def page(**screen: object) -> object:
        pages.append(contexts(**screen).new_page())
        return pages[-1]

    yield page
    for each in pages:
        try:
            each.evaluate("localStorage.clear()")  # such as whether the sidebar is open
        finally:
            each.close()
