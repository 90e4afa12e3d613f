"""Retrain: a dialog that starts a training; the sidebar shows how far the training is and how it ended."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from app_pages.parts.shared import get_predictor
from app_pages.sidebar.outcome import announce_end, show_end
from app_pages.sidebar.permission import ask_password, has_password, is_permitted
from app_pages.sidebar.switch import show_ways_back
from model.card import KERAS_FILE
from model.corrections.store import Corrections, CorrectionsError
from model.options import NETWORKS, Options
from model.runs.folder import METRICS_FILE, STEPS_FILE, State, Status, read_metrics
from model.runs.in_use import folder_in_use, previous_folder
from model.runs.jobs import BusyError, cancel, is_installed, is_switched_off, latest_job, start_training
from model.runs.presets import MNIST_IMAGES, PRESETS, expected_seconds
from model.tutorials import HISTORIES
from utils.json_files import UnreadableError
from utils.pictures.charts import learning_curve
from utils.words import as_markdown, duration

MAX_STEPS_SHOWN = 200
SECONDS_TO_REFRESH = 2.5
# Where a training starts from.
IN_USE = "The network in use"
SCRATCH = "Scratch"
AS_IT_IS_HELP = (
    "Nothing is distorted, drawn or added, as in the tutorials. See how it then reads people’s drawings, and things "
    "that are no digits."
)
CORRECTIONS_HELP = (
    "It learns to read what people corrected on the page, and goes on with MNIST, so that it forgets nothing. A fifth "
    "is held back, if there are twenty or more, to see what it learned."
)


def show_retraining() -> None:
    """Let the user start a training, watch it, or judge the network of the one that has ended."""
    if is_switched_off():
        return
    job = latest_job()
    announce_end(job)
    if job and job.running:
        _close()
        watch()
    else:
        if job and not job.seen:
            show_end(job)
        if not is_installed():
            st.caption("Training is not installed here: `pip install -r requirements.txt` installs it.")
        elif is_permitted() or has_password():
            st.button("Retrain", icon=":material/model_training:", width="stretch", on_click=_open, key="retrain")
        else:
            ask_password()  # there is no password: this says who may train
        if st.session_state.get("retrain_open"):
            show_dialog()
    if is_permitted():
        show_ways_back()


def offer_training(network: str | None = None) -> None:
    """Offer a button that opens the dialog *Retrain*; with `network`, set to train that from scratch."""
    if is_switched_off() or not is_installed():
        return
    job = latest_job()
    if st.button(
        f"Train “{network}” from scratch" if network else "Train now",
        icon=":material/model_training:",
        disabled=bool(job and job.running),
        on_click=_open,
        args=(network,),
        key="retrain_offered",
    ):
        st.rerun()  # the whole page, not this fragment alone: the dialog belongs to the sidebar


def _open(network: str | None = None) -> None:
    st.session_state["retrain_open"] = True
    if network:
        st.session_state["retrain_from"] = SCRATCH
        for preset in PRESETS:
            st.session_state[f"retrain_network_{SCRATCH}_{preset}"] = network


def _close() -> None:
    st.session_state["retrain_open"] = False


@st.dialog("Retrain", icon=":material/model_training:", on_dismiss=_close)
def show_dialog() -> None:
    """Ask for the password first, if this session has not given it; then how to train."""
    if is_permitted():
        choose()
    else:
        ask_password()


def choose() -> None:
    """Ask how to train, and start."""
    st.markdown(
        "The network is trained in a process of its own. Meanwhile the one in use goes on reading, and it stays in use "
        "until you say otherwise."
    )
    # Persistent, or the value that `offer_training` has set would be lost before the dialog opens.
    start = st.segmented_control(
        "Start from", [IN_USE, SCRATCH], default=IN_USE, required=True, persist_state="session", key="retrain_from"
    )
    name = st.segmented_control("How long", list(PRESETS), default="Quick", required=True, key="retrain_preset")
    preset = PRESETS[name]
    choice = f"{start}_{name}"  # part of the widgets' keys, so that another choice brings its own figures
    in_use, from_scratch = get_predictor(), start == SCRATCH
    if not from_scratch and not (in_use.folder / KERAS_FILE).exists():
        st.info(
            "Training cannot go on from the network in use: it came without `model.keras`, which that takes. "
            "Choose *Scratch*."
        )
        return
    network = in_use.card.network
    if from_scratch:
        network = st.selectbox(
            "Network",
            NETWORKS,
            NETWORKS.index(preset.network),
            persist_state="session",
            key=f"retrain_network_{choice}",
        )
        st.caption(HISTORIES[network])
    chosen = preset.options(network, None if from_scratch else str(in_use.folder), in_use.knows_no_digit)
    if not from_scratch and (corrections := choose_corrections()) is not None:
        chosen = replace(chosen, corrections=corrections, learning_rate=None)  # that for teaching
    with st.expander("More"):
        options = choose_more(chosen, choice)
    if options.as_it_is:
        st.caption("MNIST as it is, as in the tutorials: it learns fast, but not what is no digit.")
    seconds = expected_seconds(options)
    st.caption(
        f"About {duration(sum(seconds.values()))} for “{as_markdown(network)}” on a machine with two cores, "
        f"{duration(seconds[State.TRAINING])} of them training."
    )
    if not st.button("Start", type="primary", icon=":material/play_arrow:", width="stretch", key="retrain_start"):
        return
    try:
        start_training(
            options.as_arguments(), keep=[folder for folder in (folder_in_use(), previous_folder()) if folder]
        )
    except (BusyError, OSError) as error:
        st.error(as_markdown(str(error)), icon=":material/error:")
    else:
        _close()
        st.toast("The training begins: the sidebar shows how far it is.", icon=":material/model_training:")
        st.rerun()


def choose_corrections() -> str | None:
    """Let the user say whether to learn from corrections, if there are any: “” or None, as in `Options.corrections`."""
    try:
        count = Corrections().count()
    except CorrectionsError as error:
        st.caption(as_markdown(str(error)))
        return None
    if count and st.toggle(f"With corrections ({count:,})", True, key="retrain_corrections", help=CORRECTIONS_HELP):
        return ""
    return None


def choose_more(chosen: Options, choice: str) -> Options:
    """Let the user change the options that the preset has chosen.

    Parameters
    ----------
    chosen : Options
        Those of the preset.
    choice : str
        Names the preset in the widgets' keys, so that another one brings its own figures.
    """
    epochs = st.slider("Epochs", 1, 45, chosen.epochs, key=f"retrain_epochs_{choice}_{chosen.network}")
    images = st.number_input(
        "Images an epoch",
        1000,
        MNIST_IMAGES,
        chosen.images,
        1000,
        key=f"retrain_images_{choice}_{chosen.network}",
    )
    batch_size = st.select_slider(
        "Batch size", [32, 64, 128, 256, 512], chosen.batch_size, key=f"retrain_batch_{choice}"
    )
    learning_rate = st.select_slider(
        "Learning rate, at its peak",
        [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.003, 0.006, 0.01],
        chosen.learning_rate,
        format_func="{:g}".format,
        key=f"retrain_rate_{choice}_{chosen.learning_rate}",
    )
    seed = st.number_input("Seed", 0, 999_999, 0, help="Another seed gives another network.", key="retrain_seed")
    as_it_is = st.toggle(
        "MNIST as it is", chosen.as_it_is, key=f"retrain_as_it_is_{choice}_{get_predictor().folder}", help=AS_IT_IS_HELP
    )
    return replace(
        chosen,
        epochs=epochs,
        images=images,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
        as_it_is=as_it_is,
    )


@st.fragment(run_every=SECONDS_TO_REFRESH)
def watch() -> None:
    """Show how far the training is, again and again; the rest of the page does not run again."""
    job = latest_job()
    if not job or not job.running:
        st.rerun()
    status = job.status
    st.progress(share_done(status), text=in_a_line(status))
    if is_permitted() and st.button("Cancel", icon=":material/stop:", width="stretch", key="retrain_cancel"):
        cancel(job)
        st.rerun()
    show_curves(job.run_dir, *(bytes_in(job.run_dir / file) for file in (METRICS_FILE, STEPS_FILE)))


@st.cache_data(max_entries=2, show_spinner=False)
def show_curves(run_dir: Path, bytes_of_epochs: int, bytes_of_steps: int) -> None:
    """Show the curves of a run.

    The sizes of its files are arguments so that the charts are drawn once each time the files grow, for all sessions.
    """
    try:
        epochs, steps = read_metrics(run_dir), read_metrics(run_dir, STEPS_FILE)
    except UnreadableError as error:
        st.caption(as_markdown(str(error)))
        return
    steps = steps[:: len(steps) // MAX_STEPS_SHOWN + 1]  # of a long run, not all are sent each time
    if epochs or len(steps) > 1:  # one step makes no line
        for measure in ("accuracy", "loss"):
            chart = learning_curve(measure, epochs, steps).properties(height=220)
            st.altair_chart(chart, key=f"retrain_{measure}", alt=f"The {measure} over the epochs so far")


def bytes_in(file: Path) -> int:
    """Return a file's size; 0 while there is no file."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def share_done(status: Status) -> float:
    """Return the share of all the work, from loading to judging, that is done: from 0 to 1."""
    return min(1.0, max(0.0, status.share))


def in_a_line(status: Status) -> str:
    """Say what the training does, and how long it still takes."""
    if status.seconds_left is None:
        return f"{as_markdown(status.message)} …"
    return f"{as_markdown(status.message)}, {duration(status.seconds_left)} left"
