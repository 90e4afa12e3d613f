"""Measure many sessions of the page at once: ``python -m model.measure benchmark sessions``, six minutes.

The page is started as users start it. Each session does what a tab of a browser does: over a WebSocket it speaks
Streamlit's protocol, sends what the canvas sends after a stroke, and gets the page back. Nothing leaves this machine.
"""

import asyncio
import base64
import json
import os
import random
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

import cv2
import numpy as np
import pyarrow
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from model.data.by_rule.written import write_digit
from model.data.drawing import CANVAS_SIZE_PX, Strokes, draw_strokes
from model.measure.speed.proxied import PATH, ProxiedServers, behind_nginx
from model.measure.speed.report import compare
from model.measure.speed.server import Server
from model.predictor import Predictor
from model.runs.folder import STEPS_FILE, read_metrics
from model.runs.jobs import cancel, latest_job, start_training
from utils.image import ink_from_canvas

SESSIONS = (1, 20, 50, 100)
P95_GOALS_S = {50: 0.1, 100: 0.3}
PROXIED_SESSIONS = 50
P95_GOAL_WATCHING_S = 0.5
MEMORY_GOAL_MB = 1.0
STREAMLITS_OWN = ("--server.fileWatcherType=auto", "--runner.postScriptGC=true")
STROKES = 8  # of each session
LEAST_STROKES_IN_ALL = 40  # a session that is alone draws so many
SECONDS_BETWEEN = 3.0  # the strokes of a session, on average
SECONDS_BETWEEN_OPENINGS = 0.1
DIGIT_SIZE_PX = 180
BRUSH_PX = 18
SECONDS_TO_ANSWER = 60  # at most
SECONDS_TO_TRAIN = 300  # at most, until there are `STEPS_TO_WATCH`
SECONDS_KEPT = 2  # how long the server keeps a session whose tab was closed; by default two minutes
STEPS_TO_WATCH = 20


@dataclass(frozen=True)
class Drawing:
    """What the canvas sends after a stroke, and the right answer.

    Attributes
    ----------
    message : str
        The state of the canvas, JSON.
    probabilities : list of float
        Ten, as a predictor in this process reads the drawing.
    """

    message: str
    probabilities: list[float]


def make_drawings(n: int) -> list[Drawing]:
    """Write `n` digits on a canvas, no two alike, and read them."""
    predictor, rng, drawings = Predictor(), np.random.default_rng(0), []
    while len(drawings) < n:
        strokes = [stroke * DIGIT_SIZE_PX + CANVAS_SIZE_PX / 2 for stroke in write_digit(len(drawings) % 10, rng)]
        picture = cv2.cvtColor(255 - draw_strokes(strokes, BRUSH_PX), cv2.COLOR_GRAY2BGRA)
        png = cv2.imencode(".png", picture)[1].tobytes()
        if prediction := predictor.read(ink_from_canvas(png)).prediction:  # None: it is taken for several digits
            drawings.append(Drawing(canvas_message(strokes, png), [float(of) for of in prediction.probabilities]))
    return drawings


def canvas_message(strokes: Strokes, png: bytes) -> str:
    """Write what the canvas component sends: its objects, as Fabric.js tells them, and its picture."""
    paths = [[["L", *point] for point in stroke.round(3).tolist()] for stroke in strokes]
    objects = [{"type": "Path", "strokeWidth": BRUSH_PX, "path": [["M", *path[0][1:]], *path[1:]]} for path in paths]
    picture = "data:image/png;base64," + base64.b64encode(png).decode()
    return json.dumps({"drawing": {"raw": {"objects": objects}, "data": picture}})


class Tab:
    """A tab of a browser, as the server sees it. Its tasks run in `group`, so that an error in one ends all."""

    def __init__(self, url: str, group: asyncio.TaskGroup):
        self.url, self.group = url, group
        self.canvas_id, self.canvas, self.page = "", "", ""
        self.ready = asyncio.Event()
        self.answers = asyncio.Queue()  # of (when the bars came, their probabilities)
        self.shown = None  # the probabilities of the last bars
        self.timers: list[asyncio.Task] = []
        self.refreshes = 0

    async def open(self) -> float:
        """Open the page; return the seconds from the connection until all of it is there."""
        cookies = await asyncio.to_thread(get_cookies, f"{self.url}/")
        start = time.perf_counter()
        self.socket = await connect(
            f"{self.url.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=["streamlit"],
            additional_headers={"Cookie": cookies},
            max_size=None,
        )
        self.group.create_task(self._listen())
        await self._run()
        await asyncio.wait_for(self.ready.wait(), SECONDS_TO_ANSWER)
        return time.perf_counter() - start

    async def draw(self, drawing: Drawing) -> tuple[float, bool]:
        """Draw; return the seconds until the answer is there, and whether it is the right one."""
        self.canvas, before = drawing.message, self.shown
        self.ready.clear()
        start = time.perf_counter()
        await self._run()
        async with asyncio.timeout(SECONDS_TO_ANSWER):
            while self.shown == before:  # the page may have run once more for the drawing before
                end, self.shown = await self.answers.get()
            await self.ready.wait()
        return end - start, self.shown == drawing.probabilities

    async def close(self) -> None:
        """Close the tab."""
        self._stop_timers()
        await self.socket.close()

    async def _run(self, fragment: str = "") -> None:
        # Ask for the whole page, or for a fragment, a part of it that runs at intervals.
        message = BackMsg()
        state = message.rerun_script
        state.page_script_hash, state.fragment_id, state.is_auto_rerun = self.page, fragment, bool(fragment)
        if self.canvas:
            state.widget_states.widgets.add(id=self.canvas_id, json_value=self.canvas)
        await self.socket.send(message.SerializeToString())

    async def _run_at_intervals(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self._run(fragment)

    def _stop_timers(self) -> None:
        while self.timers:
            self.timers.pop().cancel()

    async def _listen(self) -> None:
        async for content in self.socket:
            message = ForwardMsg.FromString(content)
            kind = message.WhichOneof("type")
            if kind == "new_session" and not message.metadata.run.fragment_ids:
                self.page = message.new_session.page_script_hash
                self._stop_timers()
            elif kind == "auto_rerun":
                every = self._run_at_intervals(message.auto_rerun.fragment_id, message.auto_rerun.interval)
                self.timers.append(self.group.create_task(every))
            elif kind == "delta":
                element = message.delta.new_element
                if element.bidi_component.component_name.startswith("streamlit-drawable-canvas"):
                    self.canvas_id = element.bidi_component.id
                elif element.WhichOneof("type") == "vega_lite_chart" and message.metadata.delta_path[0] == 0:
                    # on the page, not in the sidebar
                    self.answers.put_nowait((time.perf_counter(), shown_probabilities(element.vega_lite_chart)))
            elif kind == "script_finished":
                # A fragment's end counts too: if one follows at once, the end of the page itself is not reported.
                self.ready.set()
                self.refreshes += message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


def get_cookies(url: str) -> str:
    """Get the file that a browser asks for first; return the cookies that came with it."""
    with urllib.request.urlopen(url, timeout=SECONDS_TO_ANSWER) as answer:  # noqa: S310, of this machine
        return "; ".join(cookie.partition(";")[0] for cookie in answer.headers.get_all("Set-Cookie", []))


def shown_probabilities(chart) -> list[float]:
    """Read the ten probabilities from the bars that the page shows, a `streamlit.proto.VegaLiteChart`."""
    (dataset,) = chart.datasets
    return pyarrow.ipc.open_stream(dataset.data.data).read_all()["probability"].to_pylist()


@dataclass(frozen=True)
class Figures:
    """What was measured of some sessions at once.

    Memory and descriptors are those that the server has beyond what it had before.

    Attributes
    ----------
    opening_s : list of float
        For each session how long the page took to open.
    answer_s : list of float
        For each stroke how long the answer took.
    crossed : int
        How many answers were not those to the session's own drawing.
    refreshes : int
        How often a part of a page was refreshed, in all.
    cpu_s : float
        The server's processor time for each stroke.
    memory_mb : float
        The server's memory for each session.
    memory_left_mb : float
        The same once all sessions are closed.
    descriptors : float
        The server's open files and connections for each session.
    descriptors_left : int
        How many of these are still open once all sessions are closed, in all.
    """

    opening_s: list[float]
    answer_s: list[float]
    crossed: int
    refreshes: int
    cpu_s: float
    memory_mb: float
    memory_left_mb: float
    descriptors: float
    descriptors_left: int

    @property
    def p95_s(self) -> float:
        """The seconds that 19 of 20 answers stayed below."""
        return float(np.percentile(self.answer_s, 95))


async def measure(server: Server | ProxiedServers, sessions: int, seconds_between: float = SECONDS_BETWEEN) -> Figures:
    """Let sessions open the page one after the other, draw all at the same time, and close it."""
    strokes = max(STROKES, LEAST_STROKES_IN_ALL // sessions)
    drawings = make_drawings(sessions * strokes)
    memory_mb, descriptors = server.memory_mb(), server.descriptors()
    rng = random.Random(0)  # noqa: S311, for pauses

    async def open_later(tab: Tab, number: int) -> float:
        await asyncio.sleep(number * SECONDS_BETWEEN_OPENINGS)
        return await tab.open()

    async def draw(tab: Tab, drawings: list[Drawing]) -> list[tuple[float, bool]]:
        answers = []
        for drawing in drawings:
            await asyncio.sleep(rng.uniform(0, 2 * seconds_between))
            answers.append(await tab.draw(drawing))
        return answers

    async with asyncio.TaskGroup() as group:
        tabs = [Tab(server.url, group) for _ in range(sessions)]
        openings = await asyncio.gather(*(open_later(tab, number) for number, tab in enumerate(tabs)))
        cpu_s = server.cpu_seconds()
        drawn = await asyncio.gather(*(draw(tab, drawings[number::sessions]) for number, tab in enumerate(tabs)))
        cpu_s = server.cpu_seconds() - cpu_s
        more_mb, more_descriptors = server.memory_mb() - memory_mb, server.descriptors() - descriptors
        for tab in tabs:
            await tab.close()
        # Streamlit drops sessions that it has kept too long when another one is closed.
        await asyncio.sleep(SECONDS_KEPT + 1)
        for url in server.own_urls:
            last = Tab(url, group)
            await last.open()
            await last.close()
        await asyncio.sleep(1)
    answers = [answer for session_answers in drawn for answer in session_answers]
    return Figures(
        opening_s=openings,
        answer_s=[seconds for seconds, _ in answers],
        crossed=sum(not right for _, right in answers),
        refreshes=sum(tab.refreshes for tab in tabs),
        cpu_s=cpu_s / len(answers),
        memory_mb=more_mb / sessions,
        memory_left_mb=(server.memory_mb() - memory_mb) / sessions,
        descriptors=more_descriptors / sessions,
        descriptors_left=server.descriptors() - descriptors,
    )


@contextmanager
def warm_server(*options: str, path: str = "") -> Iterator[Server]:
    """Start the page, and draw a little, so that all that is loaded or made only once is there."""
    server = Server(f"--server.disconnectedSessionTTL={SECONDS_KEPT}", *options, path=path)
    try:
        asyncio.run(measure(server, 2, seconds_between=0))
        yield server
    finally:
        if "Traceback" in (log := server.stop()):
            print(log)


@contextmanager
def training() -> Iterator[None]:
    """Let a training run, with curves to show from the start."""
    job = start_training(["--network=light_reader", "--epochs=500", "--images=2000"])
    try:
        give_up = time.monotonic() + SECONDS_TO_TRAIN
        while len(read_metrics(job.run_dir, STEPS_FILE)) < STEPS_TO_WATCH:
            if not latest_job().running or time.monotonic() > give_up:
                raise RuntimeError(f"The training does not get on: {latest_job().status.message}")
            time.sleep(0.5)
        yield
        if not latest_job().running:
            raise RuntimeError(f"The training ended while it was watched: {latest_job().status.message}")
    finally:
        cancel(job)


HEADER = """
| sessions | opening, s: p50 / p95 | stroke → answer, s | CPU, ms | crossed | MB each | left | descriptors | left |
|---|---|---|---|---|---|---|---|---|"""


def print_row(what: str, figures: Figures) -> None:
    """Print a row of the table."""
    opening, answer = (
        " / ".join(f"{np.percentile(seconds, share):.3f}" for share in (50, 95))
        for seconds in (figures.opening_s, figures.answer_s)
    )
    cells = [
        what,
        opening,
        answer,
        f"{1000 * figures.cpu_s:.0f}",
        f"{figures.crossed} of {len(figures.answer_s):,}",
        f"{figures.memory_mb:.2f}",
        f"{figures.memory_left_mb:.2f}",
        f"{figures.descriptors:.1f}",
        str(figures.descriptors_left),
    ]
    print(f"| {' | '.join(cells)} |", flush=True)


def print_goal(what: str, figure: float, unit: str, goal: float) -> None:
    """Print a figure, its goal, and whether it is at most that."""
    print(f"{what}: {figure:.3g} {unit}   {compare(figure, goal, unit)}")


def measure_sessions() -> None:
    """Print the figures of more and more sessions, and of some under Streamlit's own settings."""
    figures = {}
    print(HEADER)
    with warm_server(*STREAMLITS_OWN) as server:
        own = asyncio.run(measure(server, 20))
        print_row("20, by Streamlit's own settings", own)
    with warm_server() as server:
        for sessions in SESSIONS:
            figures[sessions] = asyncio.run(measure(server, sessions))
            print_row(f"{sessions}", figures[sessions])
        again = asyncio.run(measure(server, SESSIONS[-1]))
        print_row(f"{SESSIONS[-1]} more, where those have left", again)
    print()
    for sessions, goal in P95_GOALS_S.items():
        print_goal(f"{sessions} sessions, stroke → answer, p95", figures[sessions].p95_s, "s", goal)
    print(f"20 sessions by Streamlit's own settings, p95: {own.p95_s / figures[20].p95_s:.1f} times as long")
    print_goal("crossed answers", sum(of.crossed for of in (*figures.values(), again)), "", 0)
    print_goal("memory of a session, at most", max(figures[n].memory_mb for n in P95_GOALS_S), "MB", MEMORY_GOAL_MB)
    print_goal("what a session adds where as many have left", again.memory_mb, "MB", MEMORY_GOAL_MB / 10)


def measure_watching(sessions: int) -> None:
    """Print the figures of sessions that all watch a training."""
    with training(), warm_server() as server:
        figures = asyncio.run(measure(server, sessions))
    print(HEADER)
    print_row(f"{sessions}, watching a training", figures)
    print(f"\nEach was refreshed {figures.refreshes / sessions:.0f} times.")
    print_goal(f"{sessions} watching, stroke → answer, p95", figures.p95_s, "s", P95_GOAL_WATCHING_S)
    print_goal("crossed answers", figures.crossed, "", 0)


def measure_behind_nginx() -> None:
    """Print the figures of sessions on two servers behind nginx, and how they were spread over the two."""
    with warm_server(path=PATH) as one, warm_server(path=PATH) as other, behind_nginx(one, other) as servers:
        figures = asyncio.run(measure(servers, PROXIED_SESSIONS))
        visitors = servers.visitors()
    print(HEADER)
    print_row(f"{PROXIED_SESSIONS}, two servers behind nginx", figures)
    one, other = Counter(chain.from_iterable(visitors.values())).values()
    print(f"\nOf {len(visitors)} visitors, one server had {one} and the other {other}.")
    print_goal("visitors that were sent to both", sum(len(to) > 1 for to in visitors.values()), "", 0)
    print_goal(f"{PROXIED_SESSIONS} sessions, stroke → answer, p95", figures.p95_s, "s", P95_GOALS_S[PROXIED_SESSIONS])
    print_goal("crossed answers", figures.crossed, "", 0)


def main(watching: int | None, behind_nginx: bool) -> None:
    """Print the figures of sessions, or of `watching` sessions that watch a training, or of sessions behind nginx."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DIGITS_DATA_DIR"] = folder
        if behind_nginx:
            measure_behind_nginx()
        elif watching:
            measure_watching(watching)
        else:
            measure_sessions()
    print(f"Load average of this machine's {os.cpu_count()} cores: {os.getloadavg()[0]:.1f}")
