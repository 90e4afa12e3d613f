"""Training: the runs on this machine, their curves over each other, what each reads; use, download or delete one."""

from dataclasses import dataclass

import streamlit as st

from app_pages.download import offer_download
from app_pages.figures import show_quality
from app_pages.permission import is_permitted
from app_pages.retrain import switch
from model.checkpoint import CARD_FILE, Card, CheckpointError, read_card
from model.in_use import folder_in_use
from utils.charts import RUN_COLORS, compared_curves, learning_curve, rule_at
from utils.jobs import Job, delete_run, job_of, latest_job, list_runs
from utils.json_files import UnreadableError
from utils.overfitting import overfitting_from, overfitting_in_words
from utils.runs import STEPS_FILE, Epoch, State, Status, Step, read_metrics
from utils.words import SET_TITLES, accuracy_percent, as_markdown, duration, run_title

MOST_COMPARED = len(RUN_COLORS)
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
    """A run folder, and what it tells."""

    job: Job
    status: Status
    card: Card | None
    epochs: list[Epoch]

    @property
    def state(self) -> State:
        """What it does, or how it ended."""
        return State.DONE if self.card else self.status.state

    @property
    def steps(self) -> list[Step]:
        """A finer line of the training, where there is one."""
        try:
            return read_metrics(self.job.run_dir, STEPS_FILE)
        except UnreadableError:
            return []

    @property
    def name(self) -> str:
        """What to call it."""
        return run_title(self.job.run_dir.name)


def read_run(job: Job) -> Run:
    """Read what a run folder tells."""
    try:
        card = read_card(job.run_dir) if (job.run_dir / CARD_FILE).exists() else None
        return Run(job, job.status, card, read_metrics(job.run_dir))
    except (CheckpointError, UnreadableError) as error:
        return Run(job, Status(State.UNREADABLE, str(error)), None, [])


def show_list(runs: list[Run]) -> None:
    """Show all runs as a table."""
    rows = []
    for run in runs:
        status = "In use" if run.job.run_dir == folder_in_use() else STATES[run.state]
        accuracy = run.card.accuracy if run.card else {}
        figures = {
            title: accuracy_percent(accuracy[name]) if name in accuracy else "–" for name, title in SET_TITLES.items()
        }
        rows.append(
            {
                "Begun (UTC)": run.name,
                "Status": status,
                "Network": run.card.network if run.card else "–",
                "Epochs": len(run.epochs),
                "Trained for": duration(run.epochs[-1]["seconds"]) if run.epochs else "–",
                **figures,
            }
        )
    st.dataframe(rows, hide_index=True, alt="The runs on this machine, the newest first")


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
    """Show what one run is good for."""
    folder = run.job.run_dir
    if run.state in (State.CANCELLED, State.FAILED, State.UNREADABLE):
        st.warning(as_markdown(run.status.message), title=STATES[run.state])
    columns = st.columns(3)
    if run.card:
        if is_permitted() and folder != folder_in_use():
            with columns[0]:
                if switch("Use it", folder, "training_use", ":material/check:"):
                    st.rerun()
        with columns[1]:
            offer_download(folder, key="training")
    if is_permitted() and not run.job.running and folder != folder_in_use():
        with columns[2].popover("Delete", icon=":material/delete:", width="stretch", key="training_delete_open"):
            st.markdown("This cannot be undone.")
            if st.button("Delete this run", type="primary", key="training_delete"):
                delete_run(folder)
                st.rerun()
    if run.card:
        show_quality(folder)


st.title("Training", anchor=False)
latest = latest_job()
runs = [read_run(job_of(folder, latest)) for folder in list_runs()]
if not runs:
    st.info("No network was trained here yet. *Retrain* in the sidebar starts one.", icon=":material/model_training:")
    st.stop()
show_list(runs)
names = {run.name: run for run in runs}
# Pills and no multiselect: that writes white on the primary colour, too pale for it in dark.
chosen = st.pills(
    "Look closer at", list(names), selection_mode="multi", default=next(iter(names)), key="training_chosen"
)
if len(chosen) > MOST_COMPARED:
    st.caption(f"The {MOST_COMPARED} that were chosen first are compared.")
    chosen = chosen[:MOST_COMPARED]
with_epochs = [names[name] for name in chosen if names[name].epochs]
if with_epochs:
    show_curves(with_epochs)
if len(chosen) == 1:
    show_one(names[chosen[0]])
