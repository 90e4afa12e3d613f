"""The sidebar's retraining: start it, watch it, end it, and take its result into use or not."""

from pathlib import Path

import streamlit as st

from app_pages.permission import ask_password, has_password, is_permitted
from app_pages.resources import get_predictor, microseconds_a_digit
from model import presets
from model.checkpoint import LITERT_FILE, SHIPPED, Card, CheckpointError, read_card
from model.in_use import folder_in_use, previous_folder, use
from utils.charts import learning_curve
from utils.jobs import BusyError, Job, cancel, is_switched_off, latest_job, put_aside, start_training
from utils.json_files import UnreadableError
from utils.runs import METRICS_FILE, STEPS_FILE, State, Status, read_metrics
from utils.words import SET_TITLES, accuracy_percent, as_markdown, duration

MOST_STEPS_SHOWN = 200
SECONDS_TO_REFRESH = 2.5
GO_ON, ANEW = "The network in use", "Scratch"


def show_retraining() -> None:
    """Show what there is to do about training: start one, watch it, or judge the one that has ended."""
    if is_switched_off():
        return
    job = latest_job()
    if job and job.running:
        watch()
    else:
        if job and not job.seen:
            show_end(job)
        if not (is_permitted() or has_password()):
            ask_password()  # there is nothing to ask for: it says who may
            return
        # Tracked, so that a stroke on the canvas does not wait for what nobody looks at.
        popover = st.popover(
            "Retrain", icon=":material/model_training:", width="stretch", key="retrain_open", on_change="rerun"
        )
        if popover.open:
            with popover:
                if is_permitted():
                    choose()
                else:
                    ask_password()
    if is_permitted():
        show_ways_back()


def show_ways_back() -> None:
    """Offer to read with the previous network again, or the shipped one."""
    in_use, previous = folder_in_use(), previous_folder()
    ways = {"previous": previous if previous not in (in_use, SHIPPED) else None, "shipped": SHIPPED}
    for name, folder in ways.items():
        if folder and folder != in_use and switch(f"Back to the {name} network", folder, f"retrain_{name}"):
            st.rerun()


def switch(label: str, folder: Path, key: str, icon: str = ":material/undo:", primary: bool = False) -> bool:
    """Offer a button that takes the network in `folder` into use; say whether it was."""
    if not st.button(label, icon=icon, type="primary" if primary else "secondary", width="stretch", key=key):
        return False
    try:
        use(folder)
    except CheckpointError as error:
        st.error(str(error))
        return False
    except OSError as error:
        st.error(f"It cannot be noted which network is in use: {error}. The one in use stays.")
        return False
    return True


def offer_training(network: str) -> None:
    """Offer a button that opens *Retrain* in the sidebar, set to train a network from scratch."""
    if is_switched_off():
        return
    job = latest_job()
    if st.button(
        f"Train “{network}” from scratch",
        icon=":material/model_training:",
        disabled=bool(job and job.running),
        on_click=_open_retrain,
        args=(network,),
        key="retrain_offered",
    ):
        st.rerun()  # the sidebar too


def _open_retrain(network: str) -> None:
    st.session_state["retrain_open"], st.session_state["retrain_from"] = True, ANEW
    for preset in presets.PRESETS:
        st.session_state[f"retrain_network_{ANEW}_{preset}"] = network
    st.toast("How long? Choose and start in the sidebar, under *Retrain*.", icon=":material/model_training:")


def choose() -> None:
    """Ask what matters, and start."""
    st.markdown(
        "The network is trained in a process of its own. Meanwhile the one in use goes on reading, and it stays in use "
        "until you say otherwise."
    )
    # Persistent, so that what `offer_training` has set stays when the popover closes: on a phone, as the sidebar opens.
    start = st.segmented_control(
        "Start from", [GO_ON, ANEW], default=GO_ON, required=True, persist_state="session", key="retrain_from"
    )
    name = st.segmented_control("How long", list(presets.PRESETS), default="Quick", required=True, key="retrain_preset")
    preset, of = presets.PRESETS[name], f"{start}_{name}"  # so that another preset brings its own figures
    in_use, anew = get_predictor(), start == ANEW
    network = in_use.card.network
    with st.expander("More"):
        if anew:
            networks = list(presets.NETWORKS)
            network = st.selectbox(
                "Network",
                networks,
                networks.index(preset.network),
                persist_state="session",
                key=f"retrain_network_{of}",
            )
            st.caption(presets.NETWORKS[network].history)
        chosen = preset.options(network, anew, in_use.knows_no_digit)
        epochs = st.slider("Epochs", 1, 45, chosen.epochs, key=f"retrain_epochs_{of}_{network}")
        images = st.number_input(
            "Images an epoch",
            1000,
            presets.MNIST_IMAGES,
            chosen.images,
            1000,
            key=f"retrain_images_{of}_{network}",
        )
        batch_size = st.select_slider(
            "Batch size", [32, 64, 128, 256, 512], chosen.batch_size, key=f"retrain_batch_{of}"
        )
        learning_rate = st.select_slider(
            "Learning rate, at its peak",
            [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.003, 0.006, 0.01],
            chosen.learning_rate,
            format_func="{:g}".format,
            key=f"retrain_rate_{of}",
        )
        seed = st.number_input("Seed", 0, 999_999, 0, help="Another gives another network.", key="retrain_seed")
        as_it_is = st.toggle(
            "MNIST as it is", chosen.as_it_is, key=f"retrain_as_it_is_{of}_{in_use.folder}", help=AS_IT_IS_HELP
        )
    if as_it_is:
        st.caption(
            "MNIST as it is, as in the tutorials: it soon reads MNIST well, but does not learn what is no digit."
        )
    seconds = presets.expected_seconds(images, epochs, network, as_it_is)
    st.caption(
        f"About {duration(sum(seconds.values()))} for “{network}” on a machine with two cores, "
        f"{duration(seconds[State.TRAINING])} of them training."
    )
    if not st.button("Start", type="primary", icon=":material/play_arrow:", width="stretch", key="retrain_start"):
        return
    start_from = folder_in_use() if start == GO_ON else None
    options = presets.training_options(
        presets.Options(epochs, images, batch_size, learning_rate, as_it_is), seed, start_from, network
    )
    try:
        start_training(options, keep=[folder for folder in (folder_in_use(), previous_folder()) if folder])
    except (BusyError, OSError) as error:
        st.error(str(error), icon=":material/error:")
    else:
        st.rerun()


AS_IT_IS_HELP = (
    "Nothing is distorted, drawn or added: what the tutorials do. See how it then reads people’s drawings, and other "
    "things than digits."
)


@st.fragment(run_every=SECONDS_TO_REFRESH)
def watch() -> None:
    """Show how far the training is; the rest of the page does not run for it."""
    job = latest_job()
    if not job or not job.running:
        st.rerun()
    status = job.status
    st.progress(share_done(status), text=in_a_line(status))
    show_curves(job.run_dir, *(bytes_in(job.run_dir / file) for file in (METRICS_FILE, STEPS_FILE)))
    if is_permitted() and st.button("Cancel", icon=":material/stop:", width="stretch", key="retrain_cancel"):
        cancel(job)
        st.rerun()


@st.cache_data(max_entries=2, show_spinner=False)
def show_curves(run_dir: Path, bytes_of_epochs: int, bytes_of_steps: int) -> None:
    """Show the curves of a run. Drawn once as its files grow; then every session is sent the same charts again."""
    try:
        epochs, steps = read_metrics(run_dir), read_metrics(run_dir, STEPS_FILE)
    except UnreadableError as error:
        st.caption(as_markdown(str(error)))
        return
    steps = steps[:: len(steps) // MOST_STEPS_SHOWN + 1]  # a long run need not send them all each time
    if steps:
        for measure in ("accuracy", "loss"):
            chart = learning_curve(measure, epochs, steps).properties(height=220)
            st.altair_chart(chart, key=f"retrain_{measure}", alt=f"The {measure} over the epochs so far")


def bytes_in(file: Path) -> int:
    """Return a file's size; 0 while there is none."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def share_done(status: Status) -> float:
    """Say which share of all, from loading to judging, is done."""
    return min(1.0, max(0.0, status.share))


def in_a_line(status: Status) -> str:
    """Say where the training is."""
    if status.seconds_left is None:
        return f"{as_markdown(status.message)} …"
    return f"{as_markdown(status.message)}, {duration(status.seconds_left)} left"


def show_end(job: Job) -> None:
    """Show how the training ended; of a new network, how it compares with the one in use."""
    status = job.status
    if status.state is not State.DONE:
        title = "The training was cancelled" if status.state is State.CANCELLED else "The training failed"
        st.warning(as_markdown(status.message), title=title)
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
    figures = zip(_figures(new, job.run_dir).items(), _figures(current, folder_in_use()).values(), strict=True)
    st.dataframe(
        [{"": what, "New": of_new, "In use": of_current} for (what, of_new), of_current in figures],
        hide_index=True,
        alt="The new network beside that in use: how much of each test part it reads right, its size and its speed",
    )
    if not is_permitted():
        return
    if switch("Use it", job.run_dir, "retrain_use", ":material/check:", primary=is_better(new, current)):
        put_aside(job)
        st.rerun()
    if st.button("Keep the current one", width="stretch", key="retrain_keep"):
        put_aside(job)
        st.rerun()


def is_better(new: Card, current: Card) -> bool:
    """Say whether the new network reads the validation part better, and drawings no worse."""
    drawn = [name for name in ("strokes", "redrawn") if name in new.accuracy and name in current.accuracy]
    return new.validation_accuracy > current.validation_accuracy and all(
        new.accuracy[name] >= current.accuracy[name] for name in drawn
    )


def _figures(card: Card, folder: Path) -> dict[str, str]:
    accuracies = {
        title: accuracy_percent(card.accuracy[name]) if name in card.accuracy else "–"
        for name, title in SET_TITLES.items()
    }
    return accuracies | {
        "Size": f"{(folder / LITERT_FILE).stat().st_size / 1000:,.0f} KB",
        "A digit takes": f"{microseconds_a_digit(folder):,.0f} µs",
    }
