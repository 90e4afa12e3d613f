"""Sessions without a browser: what the benchmark counts as right, and that the page gives each its own answer."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.error import HTTPError

import pytest

from model.measure.speed.proxied import PATH, behind_nginx, find_nginx
from model.measure.speed.server import Server
from model.measure.speed.sessions import Tab, get_cookies, make_drawings, measure


def run(sessions: Coroutine):
    """Run it in a thread of its own: in this one the browser's tests may have a loop going."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, sessions).result()


def test_sessions_at_once_each_get_their_own_answers(server):
    figures = run(measure(server, 4, seconds_between=0))
    assert len(figures.answer_s) == 40
    assert figures.crossed == 0


def test_an_answer_to_another_drawing_is_noticed(server):
    async def draw():
        one, another = make_drawings(2)
        async with asyncio.TaskGroup() as group:
            tab = Tab(server.url, group)
            await tab.open()
            _, right = await tab.draw(one)
            _, crossed = await tab.draw(replace(another, probabilities=one.probabilities))
            await tab.close()
        return right, crossed

    assert run(draw()) == (True, False)


@pytest.mark.skipif(not find_nginx(), reason="nginx is not installed")
@pytest.mark.process
def test_behind_nginx_as_documented_each_visitor_stays_at_one_of_the_servers():
    servers = [Server(path=PATH) for _ in range(2)]
    try:
        with behind_nginx(*servers) as proxied:
            figures = run(measure(proxied, 12, seconds_between=0))
            visitors = proxied.visitors()
            with pytest.raises(HTTPError, match="404"):  # what the servers tell of all visitors is kept back
                get_cookies(f"{proxied.url}/_stcore/metrics")
    finally:
        printed = [server.stop() for server in servers]
    assert figures.crossed == 0
    assert len(visitors) == 12
    assert all(len(went_to) == 1 for went_to in visitors.values())
    assert set.union(*visitors.values()) == {f"127.0.0.1:{server.port}" for server in servers}
    assert not any("Traceback" in text for text in printed)
