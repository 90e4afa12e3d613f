"""Studies: where a search is kept, and how workers share it. No Keras is imported here.

A study is Optuna's (Akiba et al., "Optuna", KDD 2019): a list of trials, each of which is one choice of parameters and,
once a worker has trained a network with them, how well that reads. It is kept in a SQLite file or in PostgreSQL. A
worker that runs a trial gives a sign of life (a heartbeat) every few seconds. If the signs stop, another worker marks
the trial as failed, and the same parameters are tried again.
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
from utils.words import reason

BEAT_SECONDS = 10  # between two signs of life of a worker
GRACE_SECONDS = 30  # a worker that has given no sign of life for so long is taken for dead
TRIED_AGAIN = 2  # times at most: a trial that ends its worker each time will do so again
SECONDS_BETWEEN_LOOKS = 1
SECONDS_TO_BEGIN = 10
SECONDS_TO_CONNECT = 10
SECONDS_TO_LOCK = 60  # a SQLite file is one worker's at a time, for milliseconds
TRIES_TO_CONNECT = 6
ADDRESS = "postgresql://user:password@host/database"
BEGUN = "begun"
# What is raised if the file or database with the studies fails.
FAILURES = (OSError, sqlite3.Error, SQLAlchemyError, StorageInternalError)
optuna.logging.set_verbosity(optuna.logging.ERROR)  # `describe` says more


class SurplusError(Exception):
    """Two workers have started the last trial that was needed, and this one was the second."""


def _experiments() -> warnings.catch_warnings:
    return warnings.catch_warnings(action="ignore", category=ExperimentalWarning)


# Both put a failed trial's parameters into the queue: the first at most `TRIED_AGAIN` times, the second always.
with _experiments():
    try_again, put_back = RetryHeartbeatStaleTrialCallback(TRIED_AGAIN), RetryHeartbeatStaleTrialCallback()


def open_storage(where: str) -> RDBStorage:
    """Open the file or database that studies are kept in; a SQLite file that is missing is made.

    Parameters
    ----------
    where : str
        A SQLite file's path, or ``postgresql://user:password@host/database``.

    Raises
    ------
    ValueError
        If it cannot be opened. The message says what to do.
    """
    scheme, is_address, _ = where.partition("://")
    if is_address and scheme != "postgresql":
        raise ValueError(f"--storage begins with {scheme}://; expected a file, or {ADDRESS}.")
    try:
        if not is_address:
            return _open_file(Path(where))
        url = where.replace("{", "{{").replace("}", "}}")  # because Optuna formats it
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
        # No connection is kept open: trials are long, and it might have been cut off by the end of one.
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


def open_study(
    storage: RDBStorage, name: str, made_for: dict[str, object], baseline: dict[str, object]
) -> optuna.Study:
    """Open a study, or begin it, to work on it.

    Parameters
    ----------
    storage : RDBStorage
        From `open_storage`.
    name : str
        The study's name.
    made_for : dict of str to object
        What all of its trials must have in common to be comparable.
    baseline : dict of str to object
        The parameters of its first trial.

    Raises
    ------
    ValueError
        If it was made for something else.
    """
    # A trial is ended early if it does worse than the median of those before it, of which a few are enough. Hyperband
    # would sort the trials into brackets, and needs ten in each before Optuna learns from them: more than a search of a
    # few dozen trials, of a few epochs each, has. None is ended by its first epoch: the learning rate may still rise.
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
        time.sleep(0.1)  # another worker is beginning it at this moment
    there = study.user_attrs[MADE_FOR]
    differences = [
        f"{what} {there.get(what)} there and {made_for.get(what)} here"
        for what in there | made_for
        if there.get(what) != made_for.get(what)
    ]
    if differences:
        raise ValueError(
            f"The study {name} was made for another space: {', '.join(differences)}. Start it with the options that it "
            "was begun with, or begin another with --study NAME."
        )
    return study


def read_studies(where: str) -> dict[str, optuna.Study]:
    """Read the studies that this program began, to show them; for `where` see `open_storage`.

    Raises
    ------
    ValueError
        If it cannot be read, or has none of them.
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
    """Run one trial after another, until the study has `trials` finished ones, those of other workers included.

    Ctrl-C marks the running trial as failed, and puts its parameters into the queue.
    """

    def try_out(trial: Trial) -> float:
        nonlocal mine, lost
        mine = trial.number
        earlier = [other for other in taken() if other.number < mine]
        if len(earlier) >= trials:
            raise SurplusError
        try:
            # Optuna's thread may not have given the first sign of life yet. If the worker died now, with BEGUN written
            # and without that sign, its trial would be waited for for ever.
            storage = trial.storage
            study_id = storage.get_study_id_from_name(study.study_name)
            storage.record_heartbeat(storage.get_trial_id_from_study_id_trial_number(study_id, mine))
            trial.set_user_attr(BEGUN, mine)
            return objective(trial)
        except UpdateFinishedTrialError:
            lost = True
            raise

    def taken() -> list[FrozenTrial]:
        return study.get_trials(deepcopy=False, states=(*FINISHED, TrialState.RUNNING))

    mine = None  # the number of this worker's trial
    lost = False  # whether another worker has taken it over
    looks = Counter()  # how often each trial was seen without a first sign of life
    while True:
        now = taken()
        running = [trial for trial in now if trial.state is TrialState.RUNNING]
        if len(now) < trials:
            try:
                study.optimize(try_out, n_trials=1, catch=SurplusError, callbacks=[_tell])
            except ValueError:
                if not lost:
                    raise
                lost = False  # this worker gave no sign of life (its machine slept, say)
            except UnboundLocalError as error:  # by Optuna, if the database fails while a trial's result is written
                raise error.__context__ or error  # noqa: B904
            except KeyboardInterrupt:
                if mine is not None and study.trials[mine].state is TrialState.FAIL:
                    put_back(study, study.trials[mine])
                raise
        elif running:
            time.sleep(SECONDS_BETWEEN_LOOKS)  # others run the last trials, and may leave one undone
            with _experiments():
                optuna.storages.fail_stale_trials(study)
            # Optuna overlooks trials whose workers died before their first sign of life.
            looks.update(trial.number for trial in running if trial.user_attrs.get(BEGUN) != trial.number)
            for number in looks:
                if looks[number] * SECONDS_BETWEEN_LOOKS > GRACE_SECONDS:
                    with suppress(ValueError, UpdateFinishedTrialError):  # another worker has done so
                        try_again(study, study.tell(number, state=TrialState.FAIL))
        else:
            return


def _tell(study: optuna.Study, trial: FrozenTrial) -> None:
    if trial.state in FINISHED:
        finished = len(study.get_trials(deepcopy=False, states=FINISHED))
        print(f"{describe(trial)}; {finished} finished", flush=True)
