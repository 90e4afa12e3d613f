"""Studies: where a search is kept, and how workers share it. No Keras is imported here.

A study is Optuna's (Akiba et al., "Optuna", KDD 2019): a list of trials, each of which is one choice of parameters and,
once a worker has trained a network with them, how well that reads. It lies in a SQLite file or in PostgreSQL. A worker
that has a trial says every few seconds that it lives. When it is not heard any longer, whoever comes next marks its
trial as failed, and the same parameters are tried again.
"""

import sqlite3
import time
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import optuna
import sqlalchemy
from filelock import FileLock
from optuna.exceptions import DuplicatedStudyError, ExperimentalWarning, StorageInternalError, UpdateFinishedTrialError
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.trial import FrozenTrial, Trial, TrialState
from sqlalchemy.exc import IntegrityError, ProgrammingError, SQLAlchemyError

from model.search.trials import BASELINE, FINISHED, MADE_FOR, describe

BEAT_SECONDS = 10  # between two signs of life of a worker
GRACE_SECONDS = 30  # a worker that was not heard for so long is taken for dead
TRIED_AGAIN = 2  # times at most: what ends its worker each time is no accident
SECONDS_BETWEEN_LOOKS = 1
SECONDS_TO_BEGIN = 10
SECONDS_TO_CONNECT = 10
SECONDS_TO_LOCK = 60  # a SQLite file is one worker's at a time, for milliseconds
TRIES_TO_CONNECT = 6
ADDRESS = "postgresql://user:password@host/database"
BEGUN = "begun"
FAILURES = (OSError, sqlite3.Error, SQLAlchemyError, StorageInternalError)  # of what studies are kept in
optuna.logging.set_verbosity(optuna.logging.ERROR)  # `describe` says more


class SurplusError(Exception):
    """Two workers took the last trial that was missing; this one is the later."""


def _experiments() -> warnings.catch_warnings:
    return warnings.catch_warnings(action="ignore", category=ExperimentalWarning)


# Both put a failed trial's parameters in the queue: the first unless that was done so many times, the second always.
with _experiments():
    try_again, put_back = RetryHeartbeatStaleTrialCallback(TRIED_AGAIN), RetryHeartbeatStaleTrialCallback()


def open_storage(where: str) -> RDBStorage:
    """Open what studies are kept in; a SQLite file that is missing is made.

    Parameters
    ----------
    where : str
        A SQLite file's path, or ``postgresql://user:password@host/database``.

    Raises
    ------
    ValueError
        If it cannot be opened, with what to do about it.
    """
    scheme, is_address, _ = where.partition("://")
    if is_address and scheme != "postgresql":
        raise ValueError(f"--storage begins with {scheme}://; expected a file, or {ADDRESS}.")
    try:
        if not is_address:
            return _open_file(Path(where))
        url = where.replace("{", "{{").replace("}", "}}")  # Optuna takes it for a template
        return _connect(url, connect_args={"connect_timeout": SECONDS_TO_CONNECT})
    except ImportError as error:
        raise ValueError(
            "PostgreSQL needs the package psycopg. Install it: pip install -r requirements-extra.txt"
        ) from error
    except (*FAILURES, RuntimeError, ValueError) as error:
        what = "The database" if is_address else where
        advice = f"Is it running, and is the address right: {ADDRESS}?" if is_address else "Choose another file."
        raise ValueError(f"{what} cannot be opened ({reason(error)}). {advice}") from error


def _open_file(path: Path) -> RDBStorage:
    path.parent.mkdir(parents=True, exist_ok=True)
    connect = partial(sqlite3.connect, path, timeout=SECONDS_TO_LOCK, isolation_level=None)
    with closing(connect()) as file:
        tables = {name for (name,) in file.execute("SELECT name FROM sqlite_master")}
    if tables and not tables & {"studies", "version_info"}:
        raise ValueError("it is another program’s")
    with FileLock(path.with_name(f".{path.name}.lock")):  # another worker may be making the tables
        storage = _connect("sqlite://", creator=connect)
    # Optuna looks whether a trial is free, then takes it. PostgreSQL locks it meanwhile. SQLite locks nothing before
    # something is written, so two workers could take the same one. The remedy is from SQLAlchemy's page on SQLite.
    sqlalchemy.event.listen(storage.engine, "begin", lambda begun: begun.exec_driver_sql("BEGIN IMMEDIATE"))
    return storage


def _connect(url: str, **options: object) -> RDBStorage:
    connect = partial(
        RDBStorage,
        url,
        # A trial is long: a connection for each look is cheaper than one that may have been cut off meanwhile.
        options | {"poolclass": sqlalchemy.NullPool},
        heartbeat_interval=BEAT_SECONDS,
        grace_period=GRACE_SECONDS,
        heartbeat_stale_trial_callback=try_again,
    )
    with _experiments():
        for _ in range(TRIES_TO_CONNECT - 1):
            with suppress(IntegrityError, ProgrammingError):
                return connect()
            time.sleep(0.5)  # another worker, started at the same moment, is making PostgreSQL's tables
        return connect()


def reason(error: Exception) -> str:
    """Say in a line why one of `FAILURES` came about, in the words of the system or the database."""
    while error.__cause__:
        error = error.__cause__
    return getattr(error, "strerror", None) or str(error).partition("\n")[0]


def open_study(
    storage: RDBStorage, name: str, made_for: dict[str, object], baseline: dict[str, object]
) -> optuna.Study:
    """Open a study to work at it, or begin it.

    Parameters
    ----------
    storage : RDBStorage
        From `open_storage`.
    name : str
    made_for : dict of str to object
        What its trials have in common; else they could not be compared.
    baseline : dict of str to object
        The parameters of its first trial.

    Raises
    ------
    ValueError
        If it was made for something else.
    """
    # The median of the trials before needs only a few of them. Hyperband would sort them into brackets, each of which
    # wants ten before Optuna learns from it: more than a search of some dozens, of a few epochs each, has. The first
    # epoch is too early, for a learning rate that falls rises then.
    pruner = optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=2)
    try:
        study = optuna.create_study(storage=storage, study_name=name, direction="maximize", pruner=pruner)
        study.enqueue_trial(baseline, {BASELINE: True})
        study.set_user_attr(MADE_FOR, made_for)
        return study
    except DuplicatedStudyError:
        study = optuna.load_study(storage=storage, study_name=name, pruner=pruner)
    give_up = time.monotonic() + SECONDS_TO_BEGIN
    while MADE_FOR not in study.user_attrs:
        if time.monotonic() > give_up:
            raise ValueError(f"The study {name} was not begun by this program. Begin another with --study NAME.")
        time.sleep(0.1)  # another worker begins it at this moment
    before = study.user_attrs[MADE_FOR]
    differences = [
        f"{what} {before.get(what)} there and {made_for.get(what)} here"
        for what in before | made_for
        if before.get(what) != made_for.get(what)
    ]
    if differences:
        raise ValueError(
            f"The study {name} was made for another space: {', '.join(differences)}. Start it with the options that it "
            "was begun with, or begin another with --study NAME."
        )
    return study


def read_studies(where: str) -> dict[str, optuna.Study]:
    """Read the studies of ours that are kept somewhere (see `open_storage`), to show them.

    Raises
    ------
    ValueError
        If it cannot be read, or holds none.
    """
    storage = open_storage(where)
    studies = {
        name: optuna.load_study(storage=storage, study_name=name) for name in optuna.get_all_study_names(storage)
    }
    ours = {name: study for name, study in studies.items() if MADE_FOR in study.user_attrs}
    if not ours:
        kept_in = "The database" if "://" in where else Path(where).name
        raise ValueError(f"{kept_in} holds no study that was begun by this program.")
    return ours


def work(study: optuna.Study, objective: Callable[[Trial], float], trials: int) -> None:
    """Take one trial after another, until there are so many finished ones in the study, whoever did them.

    Ctrl-C fails the trial that runs, and puts its parameters in the queue.
    """

    def try_out(trial: Trial) -> float:
        nonlocal mine, lost
        mine = trial.number
        earlier = [other for other in taken() if other.number < mine]
        if len(earlier) >= trials:
            raise SurplusError
        try:
            trial.set_user_attr(BEGUN, mine)
            return objective(trial)
        except UpdateFinishedTrialError:
            lost = True
            raise

    def taken() -> list[FrozenTrial]:
        return study.get_trials(deepcopy=False, states=(*FINISHED, TrialState.RUNNING))

    mine, lost, looks = None, False, Counter()
    while True:
        now = taken()
        running = [trial for trial in now if trial.state is TrialState.RUNNING]
        if len(now) < trials:
            try:
                study.optimize(try_out, n_trials=1, catch=SurplusError, callbacks=[_tell])
            except ValueError:
                if not lost:
                    raise
                lost = False  # this worker was silent (its machine slept, say), and somebody else has the trial now
            except UnboundLocalError as slip:  # Optuna's, if the database fails while it is told how a trial went
                raise slip.__context__ or slip  # noqa: B904
            except KeyboardInterrupt:
                if mine is not None and study.trials[mine].state is TrialState.FAIL:
                    put_back(study, study.trials[mine])
                raise
        elif running:
            time.sleep(SECONDS_BETWEEN_LOOKS)  # at others' last trials: one of them may be left undone
            with _experiments():
                optuna.storages.fail_stale_trials(study)
            # Optuna leaves out those whose workers died between taking them and their first beat.
            looks.update(trial.number for trial in running if trial.user_attrs.get(BEGUN) != trial.number)
            for number in looks:
                if looks[number] * SECONDS_BETWEEN_LOOKS > GRACE_SECONDS:
                    with suppress(ValueError, UpdateFinishedTrialError):  # that was done already
                        try_again(study, study.tell(number, state=TrialState.FAIL))
        else:
            return


def _tell(study: optuna.Study, trial: FrozenTrial) -> None:
    if trial.state in FINISHED:
        finished = len(study.get_trials(deepcopy=False, states=FINISHED))
        print(f"{describe(trial)}; {finished} finished", flush=True)
