"""Faults that befall the store of corrections: what was acknowledged is kept, and what fails is said in a sentence."""

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import psycopg
import pytest

from model.corrections import store as module
from model.corrections.store import Correction, Corrections, CorrectionsError
from tests.conftest import ROOT
from tests.model.corrections.test_store import drawn

# Another server: it stores the corrections with these numbers, and says of each when it is stored.
WRITER = """
import sys
from model.corrections.store import Corrections
from tests.model.corrections.test_store_faults import numbered
store = Corrections(sys.argv[1])
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    store.add(numbered(number))
    print(number, flush=True)
"""
SEVEN = drawn(7)
NOBODY = 65534


def numbered(number: int) -> Correction:
    image = SEVEN.image.copy()
    image[0, :4] = np.frombuffer(np.uint32(number).tobytes(), np.uint8)
    return replace(SEVEN, image=image)


def start_writer(where: str, first: int, end: int) -> subprocess.Popen:
    command = [sys.executable, "-c", WRITER, where, str(first), str(end)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def hashes(store: Corrections) -> set[str]:
    return {correction.drawing_sha256 for correction in store.each()}


@pytest.mark.slow
def test_every_acknowledged_correction_is_there_after_kill_9_among_1000(where, store):
    writer = start_writer(where, 0, 1000)
    acknowledged = [int(writer.stdout.readline()) for _ in range(100)]
    writer.kill()
    acknowledged += [int(line) for line in writer.communicate()[0].splitlines() if line]
    assert len(acknowledged) < 1000
    kept = hashes(store)
    assert kept >= {numbered(number).drawing_sha256 for number in acknowledged}
    assert len(kept) <= len(acknowledged) + 1
    store.add(numbered(1000))
    assert store.count() == len(kept) + 1


@pytest.mark.slow
def test_two_servers_begin_and_fill_a_store_at_once(where, store):
    writers = [start_writer(where, 0, 150), start_writer(where, 100, 250)]
    for writer in writers:
        printed, problem = writer.communicate()
        assert len(printed.splitlines()) == 150, problem
    assert store.count() == 250


def test_a_store_of_a_newer_program_is_refused(where, store):
    store.add(SEVEN)
    with store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE corrections_schema SET version = 2")
    for call in (store.count, lambda: store.add(SEVEN)):
        with pytest.raises(CorrectionsError, match=r"newer version of this program \(schema 2; this one knows 1\)"):
            call()


def test_a_wrong_address_and_a_missing_package_are_said(monkeypatch):
    for address in ("mysql://me:secret@host/database", "postgresql://me:secret@host:port/database"):
        with pytest.raises(CorrectionsError, match="expected postgresql://user:password@host/database") as error:
            Corrections(address)
        assert "secret" not in str(error.value)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(CorrectionsError, match=r"need the package psycopg\. Install it: pip install -r"):
        Corrections("postgresql://me@host/database")


def test_a_locked_store_is_said_and_can_be_read_meanwhile(where, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_TO_WAIT", 1)
    store = Corrections(where)
    store.add(SEVEN)
    if store.path:
        other, lock = sqlite3.connect(where, isolation_level=None), "BEGIN IMMEDIATE"
    else:
        other, lock = psycopg.connect(where), "LOCK TABLE corrections IN SHARE MODE"
    with closing(other):
        other.execute(lock)
        with pytest.raises(CorrectionsError, match=r"cannot be used now \(.*lock"):
            store.add(numbered(1))
        assert store.count() == 1
    store.add(numbered(1))
    assert store.count() == 2


@contextmanager
def as_nobody() -> Iterator[None]:
    """Let files be read-only for this process: the superuser may write them all."""
    user = os.geteuid()
    os.seteuid(NOBODY if user == 0 else user)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_store_that_may_not_be_written_is_said():
    with tempfile.TemporaryDirectory() as folder:  # not pytest's, which only its owner may enter
        store = Corrections(f"{folder}/corrections.db")
        store.add(SEVEN)
        store.path.chmod(0o444)
        Path(folder).chmod(0o555)
        with as_nobody(), pytest.raises(CorrectionsError, match=r"corrections.db cannot be used now \("):
            store.add(numbered(1))
        with as_nobody(), pytest.raises(CorrectionsError, match=r"Permission denied\. Delete there what is not needed"):
            Corrections(f"{folder}/below/corrections.db").count()
        with (
            as_nobody(),
            pytest.raises(CorrectionsError, match=r"other\.db cannot be used now \(unable to open"),
        ):
            Corrections(f"{folder}/other.db").count()
        store.path.write_bytes(b"no database" * 1000)
        with (
            as_nobody(),
            pytest.raises(CorrectionsError, match=r"is damaged, and cannot be renamed to .* \(Permission"),
        ):
            store.count()
        Path(folder).chmod(0o755)


def test_a_full_disk_is_said_and_what_was_there_is_kept(state):
    store = Corrections()
    store.add_all([numbered(number) for number in range(20)])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(CorrectionsError, match="cannot be used now"):
            store.add_all([numbered(number) for number in range(20, 60)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert store.count() == 20
    store.add(numbered(20))
    assert store.count() == 21


@pytest.mark.parametrize("start", [0, 4096], ids=["header", "page"])
def test_a_damaged_file_is_kept_aside_and_a_new_one_begun(state, start):
    store = Corrections()
    store.add_all([numbered(number) for number in range(100)])
    content = bytearray(store.path.read_bytes())
    content[start : start + 4096] = bytes(range(1, 256)) * 16 + bytes(16)
    store.path.write_bytes(content)
    with ThreadPoolExecutor(4) as servers:  # all find it at once
        found = [servers.submit(Corrections(str(store.path)).page, 0, 100) for _ in range(4)]
    sentences = {str(one.exception()) for one in found if one.exception()}
    (aside,) = state.glob("corrections-damaged-*.db")
    assert aside.read_bytes() == content
    assert any(f"It is kept as {aside.name} in {state}" in sentence for sentence in sentences)
    store.add(SEVEN)
    assert store.count() == 1


def test_a_folder_that_is_deleted_under_the_page_is_made_again(state):
    store = Corrections()
    store.add(SEVEN)
    for file in state.glob("*corrections*"):
        file.unlink()
    state.rmdir()
    store.add(SEVEN)
    assert store.count() == 1


def test_postgresql_goes_away_and_comes_back(postgres_server):
    store = Corrections(postgres_server.url)
    store.clear()
    store.add(SEVEN)
    postgres_server.stop()
    try:
        for call in (store.count, lambda: store.add(numbered(1)), lambda: [*store.each()]):
            with pytest.raises(CorrectionsError, match="The database with the corrections cannot be used now"):
                call()
    finally:
        postgres_server.start()
    store.add(numbered(1))
    assert store.count() == 2


def test_of_many_corrections_a_page_is_found_in_an_index(state):
    store = Corrections()
    store.add_all([numbered(number) for number in range(5000)])
    assert len(store.page(4990, 24)) == 10
    assert [correction.id for correction in store.page(100, 2, label=7)] == [4900, 4899]
    told = []
    with closing(sqlite3.connect(store.path)) as file:
        for query in (
            "SELECT label, count(*) FROM corrections WHERE predicted != label GROUP BY label",
            "SELECT id FROM corrections ORDER BY id DESC LIMIT 24 OFFSET 4000",
            "SELECT id FROM corrections WHERE predicted != label ORDER BY id DESC LIMIT 24 OFFSET 100",
            "SELECT id FROM corrections WHERE label = 7 AND predicted != label ORDER BY id DESC LIMIT 24 OFFSET 100",
        ):
            told += [row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {query}") if "corrections" in row[3]]
    assert all("USING COVERING INDEX corrections_by" in step for step in told), told
