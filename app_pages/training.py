"""Training: the runs on this machine, their curves and how well each reads; use, download, rename or delete one."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app_pages.parts.clock import local_now
from app_pages.parts.networks.download import offer_download
from app_pages.parts.networks.figures import show_quality
from app_pages.sidebar.outcome import NOT_MEASURED_HELP
from app_pages.sidebar.permission import is_permitted
from app_pages.sidebar.switch import offer_switch
from model.card import ALL_SHIPPED, CARD_FILE, Card, CheckpointError, read_card
from model.runs.finished import MOST_LETTERS, name_runs, rename
from model.runs.folder import STEPS_FILE, Epoch, State, Status, Step, read_metrics
from model.runs.in_use import folder_in_use
from model.runs.jobs import Job, delete_run, job_of, latest_job, list_runs
from utils.files import printable
from utils.json_files import UnreadableError
from utils.metrics import overfitting_from, overfitting_in_words
from utils.pictures.charts import RUN_COLORS, compared_curves, learning_curve, rule_at
from utils.words import NOT_MEASURED, SET_TITLES, accuracies_by_title, as_markdown, duration, unbroken

MAX_COMPARED = len(RUN_COLORS)
STATES = {
    State.PREPARING: "Being prepared",
    State.TRAINING: "Training",
    State.JUDGING: "Being judged",
    State.DONE: "Done",
    State.CANCELLED: "Cancelled",
    State.FAILED: "Failed",
    State.UNREADABLE: "Unreadable",
}


@dataclass(frozen=True)
class Run:
    """A run, or a shipped network.

    Attributes
    ----------
    job : Job
        Its folder, and whether its process lives.
    name : str
        What the page calls it.
    status : Status
        How far the training is, or how it ended.
    card : Card or None
        The network's card; None while there is no network, or if it cannot be read.
    epochs : list of Epoch
        The lines of ``metrics.jsonl``.
    """

    job: Job
    name: str
    status: Status
    card: Card | None
    epochs: list[Epoch]

    @property
    def folder(self) -> Path:
        """The run folder."""
        return self.job.run_dir

    @property
    def state(self) -> State:
        """What the training does, or how it ended."""
        return State.DONE if self.card else self.status.state

    @property
    def steps(self) -> list[Step]:
        """The lines of ``steps.jsonl``, for a finer curve; empty if they are missing or cannot be read."""
        try:
            return read_metrics(self.job.run_dir, STEPS_FILE)
        except UnreadableError:
            return []

    @property
    def is_fixed(self) -> bool:
        """Whether it must not be deleted now: it is shipped, in use, or still training."""
        return self.folder in (*ALL_SHIPPED, folder_in_use()) or self.job.running


def read_runs() -> dict[str, Run]:
    """Read all runs, by the paths of their folders: the newest first, the shipped networks last."""
    latest, names = latest_job(), name_runs(local_now())
    # A run that was begun after the names were read is called by its folder.
    return {
        printable(folder): read_run(job_of(folder, latest), names.get(folder, printable(folder.name)))
        for folder in (*list_runs(), *ALL_SHIPPED)
    }


def read_run(job: Job, name: str) -> Run:
    """Read a run from its folder; if a file in it cannot be read, the run's state is `UNREADABLE`."""
    try:
        card = read_card(job.run_dir) if (job.run_dir / CARD_FILE).exists() else None
        return Run(job, name, job.status, card, read_metrics(job.run_dir))
    except (CheckpointError, UnreadableError) as error:
        return Run(job, name, Status(State.UNREADABLE, str(error)), None, [])


def show_list(runs: Iterable[Run]) -> None:
    """Show all runs as a table."""
    rows = []
    for run in runs:
        status = "In use" if run.folder == folder_in_use() else STATES[run.state]
        figures = accuracies_by_title(run.card.accuracy if run.card else {})
        rows.append(
            {
                "Name": as_markdown(run.name),
                "Status": "Shipped" if run.folder in ALL_SHIPPED and status != "In use" else status,
                **{title: unbroken(figure) if run.card else "–" for title, figure in figures.items()},
                "Epochs": len(run.epochs),
                "Trained for": unbroken(duration(run.epochs[-1]["seconds"])) if run.epochs else "–",
            }
        )
    # A static table: an interactive one lays its buttons over what is above it, on a phone all the time.
    st.table(rows, hide_index=True, border="horizontal", alt="The networks on this machine, the newest first")
    if any(run.card and len(run.card.accuracy) < len(SET_TITLES) for run in runs):
        st.caption(f"Why “{NOT_MEASURED}”?", help=NOT_MEASURED_HELP)


def show_curves(runs: list[Run]) -> None:
    """Show the curves of one run, or those of several over each other."""
    columns = st.columns(2)
    for column, measure in zip(columns, ("accuracy", "loss"), strict=True):
        if len(runs) == 1:
            chart = learning_curve(measure, runs[0].epochs, runs[0].steps)
            if start := overfitting_from(runs[0].epochs):
                chart += rule_at(start)
        else:
            chart = compared_curves(measure, {run.name: run.epochs for run in runs})
        column.altair_chart(chart.properties(height=280), alt=f"The {measure} over the epochs")
    if len(runs) == 1:
        st.markdown(overfitting_in_words(runs[0].epochs))
    else:
        st.caption("On the validation part, which no run was trained on.")


def show_one(run: Run) -> None:
    """Show how one run ended, buttons to use, download, rename and delete it, and how well it reads."""
    if run.state in (State.CANCELLED, State.FAILED, State.UNREADABLE):
        st.warning(as_markdown(run.status.message), title=STATES[run.state])
    with st.container(horizontal=True):
        may_be_used = run.card and is_permitted() and run.folder != folder_in_use()
        if may_be_used and offer_switch("Use it", run.folder, "training_use", ":material/check:"):
            st.rerun()
        if run.card:
            offer_download(run.folder, key="training")
        if is_permitted() and run.folder not in ALL_SHIPPED:
            offer_new_name(run)
        if is_permitted() and not run.is_fixed:
            offer_to_delete(run.folder)
    if run.card:
        show_quality(run.folder)


def offer_new_name(run: Run) -> None:
    """Let the user give a run another name."""
    with (
        st.popover("Rename", icon=":material/edit:", width="stretch", key="training_rename_open"),
        st.form("training_rename_form", border=False),
    ):
        # The field begins empty: the present name may hold "today", which would be saved and be wrong tomorrow.
        name = st.text_input(
            "Name",
            max_chars=MOST_LETTERS,
            placeholder=run.name,
            help="Leave it empty to give the run its first name again.",
            key=f"training_name_{printable(run.folder.name)}",
        )
        if not st.form_submit_button("Rename", type="primary", key="training_rename"):
            return
    try:
        rename(run.folder, name)
    except OSError as error:
        st.error(as_markdown(f"It could not be renamed: {error}."))
    else:
        st.rerun()


def offer_to_delete(folder: Path) -> None:
    """Let the user delete a run, after a second click."""
    with st.popover("Delete", icon=":material/delete:", width="stretch", key="training_delete_open"):
        st.markdown("This cannot be undone.")
        st.button("Delete this run", type="primary", on_click=delete_chosen, args=(folder,), key="training_delete")


def delete_chosen(folder: Path) -> None:
    """Delete a run, and choose none to look closer at."""
    delete_run(folder)
    st.session_state["training_chosen"] = []


st.title("Training", anchor=False)
runs = read_runs()
if len(runs) == len(ALL_SHIPPED):
    st.info(
        "No network was trained here yet. *Retrain* in the sidebar starts one, to compare with those below.",
        icon=":material/model_training:",
    )
show_list(runs.values())
if any(folder not in runs for folder in st.session_state.get("training_chosen", [])):
    st.warning("It was deleted, perhaps on another page. The network in use stays.", title="This run is gone")
# Pills, not a multiselect: it writes white on the primary colour, which is hard to read in dark mode.
chosen = st.pills(
    "Look closer at",
    list(runs),
    selection_mode="multi",
    default=next(iter(runs)),
    format_func=lambda folder: as_markdown(runs[folder].name),
    key="training_chosen",
)
if len(chosen) > MAX_COMPARED:
    st.caption(f"The {MAX_COMPARED} that were chosen first are compared.")
    chosen = chosen[:MAX_COMPARED]
with_epochs = [runs[folder] for folder in chosen if runs[folder].epochs]
if with_epochs:
    show_curves(with_epochs)
if len(chosen) == 1:
    show_one(runs[chosen[0]])
