"""Corrections: drawings that people labelled, kept to learn from. Neither Keras nor Streamlit is imported here.

They lie in a SQLite file in the state folder, or in the PostgreSQL database that ``DIGITS_DATABASE_URL`` names, which
several servers can share. Each call opens a connection of its own: a database that was away is found again once it is
back, and no file stays open that somebody moves.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import sqlalchemy as sa
from filelock import FileLock
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from model.litert import DIGITS, IMAGE_SHAPE, NO_DIGIT
from model.predictor import Prediction
from model.runs.jobs import state_dir
from utils.files import failing_with_advice
from utils.preprocess import Steps
from utils.words import reason

DATABASE_URL = "DIGITS_DATABASE_URL"  # the environment variable that names a database
DATABASE_FILE = "corrections.db"
ADDRESS = "postgresql://user:password@host/database"
LABELS = range(DIGITS + 1)
SCHEMA = 1  # of the tables below; a number higher than this is a later program's
SECONDS_TO_WAIT = 3  # for a database that is locked or does not answer
ROWS_AT_ONCE = 500
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_metadata = sa.MetaData()
_version = sa.Table("corrections_schema", _metadata, sa.Column("version", sa.Integer, primary_key=True))
_corrections = sa.Table(
    "corrections",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("drawing_sha256", sa.String(64), nullable=False),
    sa.Column("picture", sa.LargeBinary, nullable=False),
    sa.Column("image", sa.LargeBinary, nullable=False),
    sa.Column("label", sa.SmallInteger, nullable=False),
    # The next three are unknown of what was imported as images.
    sa.Column("predicted", sa.SmallInteger),
    sa.Column("probabilities", sa.JSON),
    sa.Column("network_sha256", sa.String(64)),
    sa.Column("created", sa.DateTime, nullable=False),  # UTC
    sa.UniqueConstraint("drawing_sha256", "label"),
    # Counts and pages are found in these indexes alone, not in rows with pictures in them.
    sa.Index("corrections_by_id", "id", "label", "predicted"),
    sa.Index("corrections_by_label", "label", "predicted", "id"),
)
_insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class CorrectionsError(Exception):
    """The corrections cannot be read or written. The message says why, and what to do."""


@dataclass(frozen=True)
class Correction:
    """A drawing with the label that a person gave it.

    Attributes
    ----------
    picture : bytes
        The drawing, cut to its ink: a grey PNG, dark ink on white paper.
    image : ndarray of uint8, shape (28, 28)
        What the network gets of it: paper 0, ink up to 255.
    label : int
        The digit, or 10 for what is not a digit.
    predicted : int or None
        What the network read, 10 for what it called no digit; None if that is not known.
    probabilities : list of float or None
        Those of the ten digits; None if not known.
    network_sha256 : str or None
        The checksum of the network's ``model.tflite`` that read it; None if not known.
    created : datetime
        When it was stored, UTC.
    id : int or None
        Its number in the store; None if it is not stored yet.
    """

    picture: bytes
    image: np.ndarray
    label: int
    predicted: int | None
    probabilities: list[float] | None
    network_sha256: str | None
    created: datetime
    id: int | None = None

    @property
    def was_read_wrong(self) -> bool:
        """Whether the network read something else than the label; if that is not known, no."""
        return self.predicted not in (None, self.label)

    @property
    def drawing_sha256(self) -> str:
        """The checksum of `image`: drawings that look the same to the network are the same."""
        return hashlib.sha256(self.image.tobytes()).hexdigest()


def _is(id: int, drawing_sha256: str) -> sa.ColumnElement[bool]:
    # SQLite gives the id of what was deleted to what comes next: so the drawing has to be the same, too.
    return sa.and_(_corrections.c.id == id, _corrections.c.drawing_sha256 == drawing_sha256)


def correct(steps: Steps, label: int, prediction: Prediction | None = None, network_sha256: str = "") -> Correction:
    """Label a drawing.

    Parameters
    ----------
    steps : Steps
        The drawing, as `utils.preprocess.normalize_digit` prepared it.
    label : int
        0 to 9, or 10 for what is not a digit.
    prediction : Prediction, optional
        What the network read.
    network_sha256 : str
        The checksum of the network's ``model.tflite``: ``Card.litert_sha256``.

    Raises
    ------
    ValueError
        If there is no such label.
    """
    return Correction(
        as_picture(steps.crop),
        (steps.image * 255).round().astype(np.uint8),
        checked_label(label),
        None if prediction is None else label_read(prediction),
        None if prediction is None else prediction.probabilities.astype(float).round(6).tolist(),
        network_sha256 or None,
        datetime.now(UTC),
    )


def label_read(prediction: Prediction) -> int:
    """Return the label that the network read: a digit, or 10 for what it called no digit."""
    return prediction.label if prediction.is_digit else NO_DIGIT


def checked_label(label: int) -> int:
    """Return a label as an int.

    Raises
    ------
    ValueError
        If it is none of 0 to 10.
    """
    if label not in LABELS:
        raise ValueError(f"Expected a label from 0 to 9, or {NO_DIGIT} for what is not a digit; got {label}.")
    return int(label)


def as_picture(ink: np.ndarray) -> bytes:
    """Write ink, uint8 (height, width), paper 0, as a grey PNG with dark ink on white paper."""
    return cv2.imencode(".png", 255 - ink)[1].tobytes()


class Corrections:
    """The store of corrections.

    Parameters
    ----------
    where : str, optional
        A SQLite file's path, or ``postgresql://user:password@host/database``. Default: the environment variable
        ``DIGITS_DATABASE_URL``, else ``corrections.db`` in the state folder. A file that is missing is made by the
        first call that needs it.

    Raises
    ------
    CorrectionsError
        By each method, if the database is away, locked, full, read-only, damaged or of a newer version of this program.
        A damaged file is kept under another name, which the message says, and the next call begins a new one.
        Here only if `where` is no address, or a package is missing.
    """

    def __init__(self, where: str | None = None):
        where = where or os.environ.get(DATABASE_URL) or str(state_dir() / DATABASE_FILE)
        scheme, is_address, _ = where.partition("://")
        self.path = None if is_address else Path(where)
        if is_address and scheme != "postgresql":
            raise CorrectionsError(f"The address of the corrections begins with {scheme}://; expected {ADDRESS}.")
        url = where if is_address else sa.URL.create("sqlite", database=where)
        waiting = {
            "postgresql": {"connect_timeout": SECONDS_TO_WAIT, "options": f"-c lock_timeout={SECONDS_TO_WAIT}s"},
            "sqlite": {"timeout": SECONDS_TO_WAIT},
        }
        try:
            self._engine = sa.create_engine(
                url, poolclass=sa.NullPool, connect_args=waiting["postgresql" if is_address else "sqlite"]
            )
        except ImportError as error:
            raise CorrectionsError(
                "Corrections in PostgreSQL need the package psycopg. Install it: pip install -r requirements-extra.txt"
            ) from error
        except (SQLAlchemyError, ValueError) as error:
            raise CorrectionsError(f"The address of the corrections is wrong; expected {ADDRESS}.") from error

    def add(self, correction: Correction, instead_of: int | None = None) -> int:
        """Store a correction, instead of another one of the same drawing if its id is given, and return its id.

        One that is there already is not stored again.
        """
        with self._begin() as connection:
            self._add(connection, [correction])
            stored = self._find(connection, correction.drawing_sha256, correction.label)
            if instead_of not in (None, stored):
                connection.execute(sa.delete(_corrections).where(_is(instead_of, correction.drawing_sha256)))
            return stored

    def add_all(self, corrections: Sequence[Correction]) -> int:
        """Store corrections, all or none of them, and return how many were not there before."""
        count = sa.select(sa.func.count()).select_from(_corrections)
        with self._begin() as connection:
            before = connection.scalar(count)
            for start in range(0, len(corrections), ROWS_AT_ONCE):
                self._add(connection, corrections[start : start + ROWS_AT_ONCE])
            return connection.scalar(count) - before

    def label_of(self, id: int, drawing_sha256: str) -> int | None:
        """Return a correction's label; None if it is gone."""
        with self._begin() as connection:
            return connection.scalar(sa.select(_corrections.c.label).where(_is(id, drawing_sha256)))

    def remove(self, id: int, drawing_sha256: str) -> None:
        """Delete a correction; if it is gone already, do nothing."""
        with self._begin() as connection:
            connection.execute(sa.delete(_corrections).where(_is(id, drawing_sha256)))

    def relabel(self, id: int, drawing_sha256: str, label: int) -> None:
        """Give a correction another label. If the drawing is there with that label too, this one is deleted.

        Raises
        ------
        ValueError
            If there is no such label.
        """
        change = sa.update(_corrections).where(_is(id, drawing_sha256)).values(label=checked_label(label))
        try:
            with self._begin() as connection:
                connection.execute(change)
        except IntegrityError:
            self.remove(id, drawing_sha256)

    def clear(self) -> None:
        """Delete all corrections."""
        with self._begin() as connection:
            connection.execute(sa.delete(_corrections))

    def count(self) -> int:
        """Count the corrections."""
        return sum(self.count_labels())

    def count_labels(self, only_wrong: bool = False) -> list[int]:
        """Count the corrections of each label, from 0 to 10: all, or those that the network had read wrong."""
        query = _chosen(sa.select(_corrections.c.label, sa.func.count()), None, only_wrong)
        query = query.group_by(_corrections.c.label)
        with self._begin() as connection:
            counts = dict(connection.execute(query).all())
        return [counts.get(label, 0) for label in LABELS]

    def page(self, offset: int, limit: int, label: int | None = None, only_wrong: bool = False) -> list[Correction]:
        """Return `limit` corrections after `offset` ones, the newest first: of all, of a label, of those read wrong."""
        # The page is found in an index, and only its rows are read.
        page = _chosen(sa.select(_corrections.c.id), label, only_wrong).order_by(_corrections.c.id.desc())
        query = (
            sa.select(_corrections)
            .where(_corrections.c.id.in_(page.offset(offset).limit(limit)))
            .order_by(_corrections.c.id.desc())
        )
        with self._begin() as connection:
            return [_as_correction(row) for row in connection.execute(query)]

    def each(self) -> Iterator[Correction]:
        """Yield all corrections, the oldest first, with a few at a time in memory."""
        last = 0
        while rows := self._after(last):
            yield from rows
            last = rows[-1].id

    def _after(self, id: int) -> list[Correction]:
        query = sa.select(_corrections).where(_corrections.c.id > id).order_by(_corrections.c.id).limit(ROWS_AT_ONCE)
        with self._begin() as connection:
            return [_as_correction(row) for row in connection.execute(query)]

    def _add(self, connection: sa.Connection, corrections: Sequence[Correction]) -> None:
        rows = [
            {
                "drawing_sha256": correction.drawing_sha256,
                "picture": correction.picture,
                "image": correction.image.tobytes(),
                "label": correction.label,
                "predicted": correction.predicted,
                "probabilities": correction.probabilities,
                "network_sha256": correction.network_sha256,
                "created": correction.created.astimezone(UTC).replace(tzinfo=None),
            }
            for correction in corrections
        ]
        connection.execute(_insert[connection.dialect.name](_corrections).on_conflict_do_nothing(), rows)

    def _find(self, connection: sa.Connection, drawing_sha256: str, label: int) -> int:
        return connection.scalar(
            sa.select(_corrections.c.id).where(
                _corrections.c.drawing_sha256 == drawing_sha256, _corrections.c.label == label
            )
        )

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        """Open a connection for one transaction, with the tables made; turn what fails into `CorrectionsError`."""
        try:
            if self.path:
                with failing_with_advice(self.path):
                    self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._engine.begin() as connection:
                if not sa.inspect(connection).has_table(_version.name):
                    self._make_tables()
                self._check_version(connection)
                yield connection
        except IntegrityError:
            raise
        except OSError as error:
            raise CorrectionsError(str(error)) from error
        except SQLAlchemyError as error:
            if self.path and getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF in DAMAGED:
                raise CorrectionsError(self._keep_aside(self.path)) from error
            where = f"The file {self.path.name}" if self.path else "The database with the corrections"
            raise CorrectionsError(
                f"{where} cannot be used now ({reason(error)}). Try again in a moment. If it stays so, whoever runs "
                "the page has to mend it."
            ) from error

    def _make_tables(self) -> None:
        # In a transaction of its own, which others that begin at the same moment wait for.
        if not self.path:
            with self._engine.begin() as connection:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('corrections'))")
                self._make_missing_tables(connection)
            return
        with failing_with_advice(self.path), self._lock(), self._engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")  # who reads waits for nobody who writes
            self._make_missing_tables(connection)

    def _make_missing_tables(self, connection: sa.Connection) -> None:
        if not sa.inspect(connection).has_table(_version.name):
            _metadata.create_all(connection)
            connection.execute(sa.insert(_version).values(version=SCHEMA))

    def _check_version(self, connection: sa.Connection) -> None:
        version = connection.scalar(sa.select(_version.c.version))
        if version != SCHEMA:
            raise CorrectionsError(
                f"The corrections were written by a newer version of this program (schema {version}; this one knows "
                f"{SCHEMA}). Update the program, or name another database by the environment variable {DATABASE_URL}."
            )

    def _lock(self) -> FileLock:
        return FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=SECONDS_TO_WAIT)

    def _keep_aside(self, path: Path) -> str:
        """Rename a damaged file, and say so."""
        aside = path.with_name(f"{path.stem}-damaged-{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}.db")
        try:
            with self._lock():
                if not self._is_damaged():
                    return "The file with the corrections was damaged. A new one is begun: try again."
                for ending in ("", "-wal", "-shm"):
                    beside = path.with_name(path.name + ending)
                    if beside.exists():
                        beside.rename(aside.with_name(aside.name + ending))
        except OSError as error:
            return (
                f"The file {path} is damaged, and cannot be renamed to {aside.name} ({reason(error)}). Whoever runs "
                "the page has to move it away."
            )
        return (
            f"The file with the corrections was damaged. It is kept as {aside.name} in {aside.parent}, and a new one "
            "is begun: try again."
        )

    def _is_damaged(self) -> bool:
        # Another server may have put the damaged file aside, and begun a new one.
        try:
            with closing(sqlite3.connect(self.path)) as file:
                return file.execute("PRAGMA quick_check").fetchone() != ("ok",)
        except sqlite3.DatabaseError:
            return True


def _chosen(query: sa.Select, label: int | None, only_wrong: bool) -> sa.Select:
    if label is not None:
        query = query.where(_corrections.c.label == label)
    return query.where(_corrections.c.predicted != _corrections.c.label) if only_wrong else query


def _as_correction(row: sa.Row) -> Correction:
    return Correction(
        row.picture,
        np.frombuffer(row.image, np.uint8).reshape(IMAGE_SHAPE),
        row.label,
        row.predicted,
        row.probabilities,
        row.network_sha256,
        row.created.replace(tzinfo=UTC),
        row.id,
    )
