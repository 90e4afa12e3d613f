"""Measure speed and memory, each figure beside its goal: ``python -m model.measure benchmark``.

Bare times say more about the machine than about the program. So where possible a time is given as a ratio to a named
baseline in the same run.
"""

import argparse
import asyncio
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from PIL import Image

from model.card import KERAS_FILE, LITERT_FILE, SHIPPED
from model.explain.activations import OpenNetwork, draw_inside
from model.explain.nearest import fill_bank
from model.explain.occlusion import find_evidence
from model.litert import LiteRTNetwork
from model.measure.speed import sessions as benchmark_sessions
from model.measure.speed.proxied import find_nginx
from model.measure.speed.report import draw_seven, report
from model.measure.speed.server import Server
from model.measure.speed.sessions import Drawing, Tab, make_drawings
from model.predictor import Predictor
from utils.files import ROOT
from utils.image import clean_ink
from utils.libraries import tune_libraries
from utils.paper.ink import find_ink
from utils.paper.page import find_page
from utils.paper.ruled_paper import without_rules
from utils.pictures.pixels import to_data_url
from utils.pictures.sheets import WIDTH_PX
from utils.timing import median_ms

KERAS_MODEL = SHIPPED / KERAS_FILE

READ_ONE_WITH_LITERT = """
import numpy as np
from model.predictor import Predictor
Predictor().predict(np.zeros((28, 28), np.float32))
"""
READ_ONE_WITH_KERAS = f"""
import keras, numpy as np
keras.saving.load_model({str(KERAS_MODEL)!r}).predict(np.zeros((1, 28, 28, 1), np.float32), verbose=0)
"""
# Not the peak by getrusage, which on Linux starts from the peak of the parent process.
PRINT_PEAK_MEMORY = "\nprint(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
LOAD_KERAS_AT_START = f"import keras\nkeras.saving.load_model({str(KERAS_MODEL)!r})\n"


def measure_ink() -> None:
    """Time finding the ink of a picture on blank and on ruled paper; measure the memory to decode the largest ones."""
    for size_px, goal in ((280, 1.5), (1024, 25)):
        drawing, lines = cv2.resize(draw_seven(), (size_px, size_px)), np.zeros((size_px, size_px), np.uint8)
        lines[size_px // 10 :: size_px // 5] = lines[:, size_px // 9 :: size_px // 5] = 90
        rng = np.random.default_rng(0)
        grain = rng.normal(0, 3, drawing.shape) - np.linspace(0, 80, size_px)
        for what, picture in (
            ("a drawing", 255 - drawing),
            ("the same on squared paper", 255 - np.maximum(drawing, lines)),
            ("the same as a photograph in a shadow", (255 - np.maximum(drawing, lines) + grain).clip(0, 255)),
        ):
            grey = picture.astype(np.uint8)
            ms = median_ms(lambda grey=grey: without_rules(find_ink(grey)), 100)
            report(f"find the ink of {size_px}×{size_px}: {what}", ms, "ms", 100, goal)
    digits = np.tile(cv2.resize(draw_seven(), (150, 150)), (10, 8))
    digits[::150] = digits[:, ::150] = 200
    y, x = np.mgrid[: len(digits), : digits.shape[1]] / len(digits)
    page = 230 - digits / 2 - 60 * x - 60 / (1 + np.exp(40 * (x + y - 1)))
    page += np.random.default_rng(0).normal(0, 3, page.shape)
    photo = Image.fromarray(page.astype(np.uint8))
    ms = median_ms(lambda: (find_page(np.asarray(photo)), clean_ink(photo)), 20)
    report("find the page and the ink of a photograph, once it is decoded", ms, "ms", 20, 150)
    with tempfile.TemporaryDirectory() as folder:
        for kind, mode, size_px in (("png", "RGBA", 6300), ("jpg", "RGB", 6300), ("webp", "RGBA", 3600)):
            path = Path(folder, f"large.{kind}")
            Image.fromarray(255 - draw_seven()).resize((size_px, size_px)).convert(mode).save(path)
            code = f"from utils.image import load_image; load_image({str(path)!r})" + PRINT_PEAK_MEMORY
            done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
            what = f"memory at its peak to decode {mode} {kind.upper()}, {size_px**2 / 1e6:.0f} megapixels"
            report(what, int(done.stdout) / 1024, "MB", 1, 500)


def measure_reading() -> None:
    """Time one drawing from ink to prediction, and the network alone beside three ways to call it with Keras."""
    predictor, ink = Predictor(), draw_seven()
    report("preprocess + read one 280×280 drawing", median_ms(lambda: predictor.read(ink), 500), "ms", 500, goal=1.5)

    image = predictor.read(ink).steps.image
    report(
        "find the ink that speaks for one digit",
        median_ms(lambda: find_evidence(predictor, image, 7), 50),
        "ms",
        50,
        60,
    )
    network = OpenNetwork()
    inside_ms = median_ms(lambda: to_data_url(draw_inside(image, network.look_inside(image), 1.0), WIDTH_PX), 50)
    report("draw the activations of all layers as one picture", inside_ms, "ms", 50, 100)
    start = time.perf_counter()
    digits = len(fill_bank(network).labels)
    report(f"write {digits:,} digits to compare with, and read them", time.perf_counter() - start, "s", 1, 3)

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf

    network = keras.saving.load_model(KERAS_MODEL)
    image = np.zeros((1, 28, 28, 1), np.float32)
    function = tf.function(network, input_signature=[tf.TensorSpec((1, 28, 28, 1), tf.float32)])
    tensor = tf.constant(image)
    litert = LiteRTNetwork(SHIPPED / LITERT_FILE)
    litert_ms = median_ms(lambda: litert(image[..., 0]), 500)
    predict_ms = median_ms(lambda: network.predict(image, verbose=0), 50)
    report("the network alone: LiteRT, one image, one thread", litert_ms, "ms", 500)
    report("  keras.Model.predict", predict_ms, "ms", 50)
    report("  model(x)", median_ms(lambda: network(tensor, training=False), 50), "ms", 50)
    report("  tf.function with a fixed signature", median_ms(lambda: function(tensor), 200), "ms", 200)
    report("  LiteRT's share of keras.Model.predict's time", litert_ms / predict_ms, "", 50, goal=1 / 60)


def measure_fresh_process(n: int = 5) -> None:
    """Time a process that loads the network and reads one image with LiteRT, beside one that does so with Keras."""
    seconds, memory_mb = {}, {}
    for name, code in (("LiteRT", READ_ONE_WITH_LITERT), ("Keras", READ_ONE_WITH_KERAS)):
        durations, peaks = [], []
        for _ in range(n):
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", code + PRINT_PEAK_MEMORY], cwd=ROOT, capture_output=True, text=True, check=True
            )
            durations.append(time.perf_counter() - start)
            peaks.append(int(done.stdout.split()[-1]) / 1024)
        seconds[name], memory_mb[name] = median(durations), median(peaks)
        report(f"a fresh process reads one image with {name}", seconds[name], "s", n)
    report("  LiteRT's share of Keras's time", seconds["LiteRT"] / seconds["Keras"], "", n, goal=1 / 15)
    report("  its memory at its peak", memory_mb["LiteRT"], "MB", n, goal=100)
    report("  Keras's memory at its peak", memory_mb["Keras"], "MB", n)


def measure_files(n: int = 2000) -> None:
    """Time the command line over many small files."""
    with tempfile.TemporaryDirectory() as folder:
        png = cv2.imencode(".png", cv2.resize(draw_seven(), (28, 28)))[1].tobytes()
        names = [str(Path(folder, f"{number}.png")) for number in range(n)]
        for name in names:
            Path(name).write_bytes(png)
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "model.predict", "-"],
            cwd=ROOT,
            input="\n".join(names),
            capture_output=True,
            text=True,
            check=True,
        )
        report(f"python -m model.predict over {n:,} PNG of 28×28", time.perf_counter() - start, "s", 1, goal=5)


async def open_and_draw(server: Server, drawings: list[Drawing]) -> float:
    """Open the page and draw; return when it was there, by `time.perf_counter`."""
    async with asyncio.TaskGroup() as group:
        tab = Tab(server.url, group)
        await tab.open()
        opened = time.perf_counter()
        for drawing in drawings:
            await tab.draw(drawing)
        await tab.close()
    return opened


def measure_page(n: int = 3) -> None:
    """Time the page's start beside that of a page that loads Keras first; measure their memory after ten readings."""
    seconds, drawings = {}, make_drawings(10)
    for name, code in (("as it is", ""), ("that loads Keras first", LOAD_KERAS_AT_START)):
        durations, memory = [], []
        for _ in range(n):
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "sitecustomize.py").write_text(code)  # the page's interpreter runs it first
                start = time.perf_counter()
                server = Server(environment={"PYTHONPATH": folder})
                try:
                    durations.append(asyncio.run(open_and_draw(server, drawings)) - start)
                    memory.append(server.memory_mb())
                finally:
                    server.stop()
        seconds[name] = median(durations)
        report(f"from `streamlit run` to the first usable page, {name}", seconds[name], "s", n)
        report(f"  memory of its process after ten readings, {name}", median(memory), "MB", n, None if code else 300)
    ratio = seconds["as it is"] / seconds["that loads Keras first"]
    report("  its start's share of the other's time", ratio, "", n, goal=1 / 3)


def measure_rerun() -> None:
    """Time the page's script when it reads a drawing and shows the answer, as after each stroke."""
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    page.session_state["recognise_example"] = "Small, thin seven"  # as if it were clicked
    page.run()
    if not page.metric or page.exception:
        raise RuntimeError("The page read nothing.")
    report("a rerun of the page that reads a drawing, on our side", median_ms(page.run, 50), "ms", 50, goal=40)
    page.session_state["recognise_picture_why"] = True
    page.run()
    page.pills(key="recognise_picture_why_explanation").set_value("Inside the network").run()
    report("  with the inside of the network open: a stroke", median_ms(page.run, 50), "ms", 50, goal=100)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the page's figures, or those of many sessions at once, or those of training."""
    parser = argparse.ArgumentParser(prog="python -m model.measure benchmark", description=__doc__)
    commands = parser.add_subparsers(dest="what", description="Without a command: the page.")
    sessions = commands.add_parser(
        "sessions", help="many sessions at once: how soon each is answered, and what it costs"
    )
    variant = sessions.add_mutually_exclusive_group()
    variant.add_argument("--watching", type=int, metavar="N", help="N sessions (1 to 100), and all watch a training")
    variant.add_argument("--behind-nginx", action="store_true", help="50 sessions, and two servers behind nginx")
    training = commands.add_parser("training", help="how long it takes to an accuracy; this takes some forty minutes")
    training.add_argument("--quick", action="store_true", help="only *Quick*, from the press to the end: some minutes")
    args = parser.parse_args(argv)
    if args.what == "sessions" and args.watching is not None and not 1 <= args.watching <= 100:
        sessions.error(f"--watching: 1 to 100 sessions, not {args.watching}")
    if args.what == "sessions" and args.behind_nginx and not find_nginx():
        sessions.error("--behind-nginx: nginx is not installed")
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    if args.what == "sessions":
        benchmark_sessions.main(args.watching, args.behind_nginx)
        return
    if args.what == "training":
        tune_libraries()
        import_module("model.measure.speed.training_time").main(args.quick)  # which loads Keras
        return
    measure_fresh_process()
    measure_files()
    measure_page()
    measure_rerun()
    measure_ink()
    measure_reading()
