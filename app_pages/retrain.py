"""The sidebar's retraining: start it, watch it, end it, and take its result into use or not."""

import os

import streamlit as st

from app_pages.resources import get_predictor
from model.checkpoint import SHIPPED, CheckpointError, read_card
from model.in_use import folder_in_use, use, use_shipped
from utils.jobs import BusyError, Job, cancel, latest_job, put_aside, start_training
from utils.runs import State, Status, read_metrics
from utils.words import SET_TITLES, accuracy_percent, duration

MAX_EPOCHS = 45  # of the shipped recipe
# Without people's strokes, on two cores; preparing and judging come once.
SECONDS_AN_EPOCH, SECONDS_AROUND = 75, 150


def show_retraining() -> None:
    """Show what there is to do about training: start one, watch it, or judge the one that has ended."""
    if os.environ.get("DIGITS_RETRAIN") != "off":
        job = latest_job()
        if job and job.running:
            watch()
        else:
            if job and not job.seen:
                show_end(job)
            with st.popover("Retrain", icon=":material/model_training:", width="stretch", key="retrain_open"):
                choose()
    if folder_in_use() != SHIPPED:
        show_way_back()


def show_way_back() -> None:
    """Offer to read with the shipped network again."""
    if st.button("Back to the shipped network", icon=":material/undo:", width="stretch", key="retrain_shipped"):
        use_shipped()
        st.rerun()


def choose() -> None:
    """Ask what matters, and start."""
    st.markdown(
        "A network is trained from scratch in a process of its own. Meanwhile the one in use goes on reading, and it "
        "stays in use until you say otherwise."
    )
    epochs = st.slider(
        "Epochs",
        1,
        MAX_EPOCHS,
        3,
        help="How often it sees as many images as MNIST has. More take longer and read better.",
        key="retrain_epochs",
    )
    seed = st.number_input(
        "Seed", 0, 999_999, 0, help="Another seed gives another network, about as good.", key="retrain_seed"
    )
    st.caption(f"This takes about {duration(SECONDS_AROUND + epochs * SECONDS_AN_EPOCH)} on a machine with two cores.")
    if st.button("Start", type="primary", icon=":material/play_arrow:", key="retrain_start"):
        try:
            start_training(["--epochs", str(epochs), "--seed", str(seed)])
        except (BusyError, OSError) as error:
            st.error(str(error), icon=":material/error:")
        else:
            st.rerun()


@st.fragment(run_every=1.0)
def watch() -> None:
    """Show how far the training is; the rest of the page does not run for it."""
    job = latest_job()
    if not job or not job.running:
        st.rerun()
    status = job.status
    st.progress(share_done(status), text=in_a_line(status))
    epochs = read_metrics(job.run_dir)
    if epochs:
        curves = {
            "epoch": [line["epoch"] for line in epochs],
            "training": [line["accuracy"] for line in epochs],
            "validation": [line["val_accuracy"] for line in epochs],
        }
        st.line_chart(curves, x="epoch", y=["training", "validation"], x_label="Epoch", y_label="Accuracy", height=180)
    if st.button("Cancel", icon=":material/stop:", width="stretch", key="retrain_cancel"):
        cancel(job)
        st.rerun()


def share_done(status: Status) -> float:
    """Work out which share of the epochs is done."""
    if not status.epochs:
        return 0.0
    return min(1.0, (status.epoch + status.batch / max(1, status.batches)) / status.epochs)


def in_a_line(status: Status) -> str:
    """Say where the training is."""
    if status.seconds_left is None:
        return f"{status.message} …"
    return f"{status.message}, {duration(status.seconds_left)} left"


def show_end(job: Job) -> None:
    """Show how the training ended; of a new network, how it compares with the one in use."""
    status = job.status
    if status.state is not State.DONE:
        title = "The training was cancelled" if status.state is State.CANCELLED else "The training failed"
        st.warning(status.message, title=title)
        if st.button("Close", width="stretch", key="retrain_close"):
            put_aside(job)
            st.rerun()
        return
    try:
        new = read_card(job.run_dir)
    except CheckpointError as error:
        st.warning(str(error), title="The new network cannot be read")
        put_aside(job)
        return
    current = get_predictor().card
    st.markdown("**A new network is trained**", help="Judged on digits that neither network has learned from.")
    st.dataframe(
        [
            {"Read right": title, "New": _figure(new.accuracy, name), "In use": _figure(current.accuracy, name)}
            for name, title in SET_TITLES.items()
            if name in new.accuracy or name in current.accuracy
        ],
        hide_index=True,
        alt="The new network's accuracy beside that of the one in use",
    )
    better = all(new.accuracy[name] >= current.accuracy.get(name, 0) for name in new.accuracy)
    if st.button("Use it", type="primary" if better else "secondary", width="stretch", key="retrain_use"):
        try:
            use(job.run_dir)
        except CheckpointError as error:
            st.error(str(error))
            return
        put_aside(job)
        st.rerun()
    if st.button("Keep the current one", width="stretch", key="retrain_keep"):
        put_aside(job)
        st.rerun()


def _figure(accuracy: dict[str, float], name: str) -> str:
    return accuracy_percent(accuracy[name]) if name in accuracy else "–"
