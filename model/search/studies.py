"""Studies: where a search is kept, and how workers share it. No Keras is imported here.

A study is Optuna's (Akiba et al., "Optuna", KDD 2019): a list of trials, each of which is one choice of parameters and,
once a worker has trained a network with them, how well that reads. It lies in a journal file or in PostgreSQL. A worker
that has a trial says every few seconds that it lives. When it is not heard any longer, whoever comes next marks its
trial as failed, and the same parameters are tried again.
"""

import json
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import optuna
import sqlalchemy
from optuna.exceptions import DuplicatedStudyError, ExperimentalWarning, UpdateFinishedTrialError
from optuna.storages import BaseStorage, JournalStorage, RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.storages._heartbeat import BaseHeartbeat
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, Trial, TrialState

from model.search.trials import BASELINE, FINISHED, MADE_FOR, describe

BEAT_SECONDS, BEATS_MISSED = 10, 3  # until a worker is taken for dead
TRIED_AGAIN = 2  # times at most: what ends its worker each time is no accident
SECONDS_BETWEEN_LOOKS, SECONDS_TO_BEGIN, SECONDS_TO_CONNECT, TRIES_TO_CONNECT = 1, 10, 10, 6
BEAT = "beat"
optuna.logging.set_verbosity(optuna.logging.ERROR)  # `describe` says more


class SurplusError(Exception):
    """Two workers took the last trial that was missing; this one is the later."""


class Journal(JournalStorage, BaseHeartbeat):
    """A journal file whose workers are heard to live, as Optuna has it for databases only."""

    def record_heartbeat(self, trial_id: int) -> None:
        """Note that the worker of this trial lives."""
        with suppress(UpdateFinishedTrialError):  # it was taken for dead: the machine had been asleep
            self.set_trial_system_attr(trial_id, BEAT, time.time())

    def _get_stale_trial_ids(self, study_id: int) -> list[int]:
        latest = time.time() - BEAT_SECONDS * BEATS_MISSED
        running = self.get_all_trials(study_id, deepcopy=False, states=(TrialState.RUNNING,))
        # One that is tried again has the last beat of the one before it.
        return [
            trial._trial_id
            for trial in running
            if max(trial.datetime_start.timestamp(), trial.system_attrs.get(BEAT, 0)) < latest
        ]

    def get_heartbeat_interval(self) -> int:
        """Return the seconds between two beats."""
        return BEAT_SECONDS

    def get_heartbeat_stale_trial_callback(self) -> Callable[[optuna.Study, FrozenTrial], None]:
        """Return what follows when a trial was failed for its worker's silence."""
        return try_again


def try_again(study: optuna.Study, trial: FrozenTrial, times: int | None = TRIED_AGAIN) -> None:
    """Put the parameters of a failed trial in the queue, unless that was done so many times; None: always."""
    with _experiments():
        RetryHeartbeatStaleTrialCallback(times)(study, trial)


def _experiments() -> warnings.catch_warnings:
    return warnings.catch_warnings(action="ignore", category=ExperimentalWarning)


def open_storage(where: str) -> BaseStorage:
    """Open what studies are kept in; a journal that is missing is made.

    Parameters
    ----------
    where : str
        A journal's path, or ``postgresql://user:password@host/database``.

    Raises
    ------
    ValueError
        If it cannot be opened, with what to do about it.
    """
    if "://" not in where:
        try:
            Path(where).parent.mkdir(parents=True, exist_ok=True)
            _check_journal(Path(where))
            return Journal(JournalFileBackend(where))
        except OSError as error:
            raise ValueError(f"The journal {where} cannot be opened: {error.strerror}. Choose another file.") from error
        except (ValueError, KeyError, TypeError, AssertionError) as error:
            raise ValueError(f"{where} is no journal of a search. Choose another file.") from error
    if not where.startswith("postgresql://"):
        raise ValueError(
            f"--storage begins with {where.split('://')[0]}://; expected a file, or "
            "postgresql://user:password@host/database."
        )
    try:
        return _open_database(where)
    except ImportError as error:
        raise ValueError(
            "PostgreSQL needs the package psycopg. Install it: pip install -r requirements-extra.txt"
        ) from error
    except (sqlalchemy.exc.SQLAlchemyError, ValueError) as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        raise ValueError(
            f"The database cannot be opened ({reason}). Is it running, and is the address right: "
            "postgresql://user:password@host/database?"
        ) from error


def _check_journal(path: Path) -> None:
    # Optuna takes a single line that it cannot read for one that is being written, and writes after it.
    if path.exists():
        with path.open(encoding="utf-8") as file:
            first = file.readline()
        if first and "op_code" not in json.loads(first):
            raise ValueError("its first line is none of Optuna's")


def _open_database(url: str) -> RDBStorage:
    # A trial is long: a connection for each look is cheaper than one that may have been cut off meanwhile.
    options = {"connect_args": {"connect_timeout": SECONDS_TO_CONNECT}, "poolclass": sqlalchemy.NullPool}

    def connect() -> RDBStorage:
        with _experiments():
            return RDBStorage(
                url,
                options,
                heartbeat_interval=BEAT_SECONDS,
                grace_period=BEAT_SECONDS * BEATS_MISSED,
                heartbeat_stale_trial_callback=try_again,
            )

    for _ in range(TRIES_TO_CONNECT - 1):
        try:
            return connect()
        except (sqlalchemy.exc.IntegrityError, sqlalchemy.exc.ProgrammingError):
            time.sleep(0.5)  # another worker, started at the same moment, is making the tables
    return connect()


def open_study(
    storage: BaseStorage, name: str, made_for: dict[str, object], baseline: dict[str, object]
) -> optuna.Study:
    """Open a study to work at it, or begin it.

    Parameters
    ----------
    storage : BaseStorage
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


def find_silent(study: optuna.Study) -> set[int]:
    """Return the numbers of the trials that seem to run, but whose workers are not heard any longer."""
    silent = study._storage._get_stale_trial_ids(study._study_id)
    return {trial.number for trial in study.get_trials(deepcopy=False) if trial._trial_id in silent}


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
            return objective(trial)
        except UpdateFinishedTrialError:
            lost = True
            raise

    def taken() -> list[FrozenTrial]:
        return study.get_trials(deepcopy=False, states=(*FINISHED, TrialState.RUNNING))

    mine, lost = None, False
    while True:
        if len(now := taken()) < trials:
            try:
                study.optimize(try_out, n_trials=1, catch=SurplusError, callbacks=[_tell])
            except ValueError:
                if not lost:
                    raise
                lost = False  # this worker was silent (its machine slept, say), and somebody else has the trial now
            except KeyboardInterrupt:
                if mine is not None and study.trials[mine].state is TrialState.FAIL:
                    try_again(study, study.trials[mine], None)
                raise
        elif any(trial.state is TrialState.RUNNING for trial in now):
            time.sleep(SECONDS_BETWEEN_LOOKS)  # at others' last trials: one of them may be left undone
            with _experiments():
                optuna.storages.fail_stale_trials(study)
        else:
            return


def _tell(study: optuna.Study, trial: FrozenTrial) -> None:
    if trial.state in FINISHED:
        finished = len(study.get_trials(deepcopy=False, states=FINISHED))
        print(f"{describe(trial)}; {finished} finished", flush=True)
