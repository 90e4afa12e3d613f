"""MNIST's digits: what the networks learn from and are tested on, by label, on average, and the hardest."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from app_pages.parts.shared import get_predictor
from model.data.mnist import Mnist, find_mnist, mean_digits, read_mnist
from model.measure.quality import Answers, answer_mnist, hardest
from model.runs.in_use import folder_in_use
from utils.pictures.pixels import to_data_url
from utils.words import as_markdown, percent

MAX_SHOWN = 40
TILE_PX = 56
TILE_WITH_CAPTION_PX = 68


@st.fragment
def show_dataset() -> None:
    """Show MNIST's digits once the user opens them, if MNIST's file is on this machine."""
    st.header("What they learn from", anchor=False)
    browser = st.expander("MNIST’s digits", icon=":material/grid_view:", key="dataset_open", on_change="rerun")
    if not browser.open:
        return
    with browser:
        path = find_mnist()
        if path is None:
            st.info(
                "MNIST is not on this machine yet. The first training downloads it (*Retrain* in the sidebar), or the "
                "environment variable `MNIST_PATH` names a file `mnist.npz`.",
                icon=":material/download:",
            )
            return
        changed = path.stat().st_mtime if path.exists() else 0.0  # so that no cache answers for a file since replaced
        try:
            mnist = _read(path, changed)
        except ValueError as error:
            st.error(as_markdown(str(error)), icon=":material/error:")
            return
        view = st.segmented_control(
            "Show", ["By label", "On average", "The hardest"], default="By label", required=True, key="dataset_view"
        )
        if view == "By label":
            show_by_label(mnist)
        elif view == "On average":
            show_means(_means(path, changed))
        else:
            show_hardest(_answers(folder_in_use(), path, changed))


def show_by_label(mnist: Mnist) -> None:
    """Show training digits of one label, chosen at random, and a button that chooses others."""
    digits = np.unique(mnist.y_train).tolist()
    digit = st.segmented_control("Label", digits, default=digits[0], required=True, key="dataset_digit")
    members = np.flatnonzero(mnist.y_train == digit)
    seed = st.session_state.setdefault("dataset_seed", 0)
    chosen = np.random.default_rng(seed).permutation(members)[:MAX_SHOWN]
    _show(mnist.x_train[chosen], [f"A training digit labelled {digit}"] * len(chosen))
    st.button("Show others", icon=":material/shuffle:", on_click=_next_seed, key="dataset_others")
    st.caption(f"{len(chosen)} of the {len(members):,} training digits that are labelled {digit}.")


def _next_seed() -> None:
    st.session_state["dataset_seed"] += 1


def show_means(means: dict[int, np.ndarray]) -> None:
    """Show the mean image of each digit, as `model.data.mnist.mean_digits` gives them."""
    _show(means.values(), [f"The mean {digit}" for digit in means], [str(digit) for digit in means])
    st.caption(
        "All training digits of a label on top of one another: bright where all have ink, grey where some do. The more "
        "ways there are to write a digit, the less is left of its lines."
    )


def show_hardest(answers: Answers) -> None:
    """Show the test digits that the network in use reads wrong, and then those that it is least sure of."""
    shown = hardest(answers)[:MAX_SHOWN]
    alts, captions = [], []
    for index in shown:
        label, said, sure = answers.labels[index], answers.said[index], percent(answers.confidences[index])
        alts.append(f"A test digit labelled {label}, read as {said}")
        captions.append(f"{label} as {said}  \n{sure}" if label != said else f"{label}  \n{sure}")
    wrong = int((~answers.right).sum())
    st.caption(
        f"The network in use reads {wrong:,} of MNIST’s {len(answers.labels):,} test digits wrong. “4 as 9” is a 4 "
        "that it takes for a 9, with how sure it is, the surest first. Then come those that it reads right, the least "
        "sure first."
    )
    _show([answers.pictures[index] for index in shown], alts, captions)


def _show(pictures: Iterable[np.ndarray], alts: Sequence[str], captions: Sequence[str] | None = None) -> None:
    width = TILE_WITH_CAPTION_PX if captions else TILE_PX
    st.image([to_data_url(picture, 2 * width) for picture in pictures], captions, width, alt=alts)


# 55 MB, shared by all sessions: nobody may change the arrays.
@st.cache_resource(max_entries=1, show_spinner="Reading MNIST …")
def _read(path: Path, changed: float) -> Mnist:
    return read_mnist(path)


@st.cache_data(max_entries=1, show_spinner=False)
def _means(path: Path, changed: float) -> dict[int, np.ndarray]:
    mnist = _read(path, changed)
    return mean_digits(mnist.x_train, mnist.y_train)


@st.cache_resource(max_entries=2, show_spinner="The network reads MNIST’s test digits …")
def _answers(folder: Path, path: Path, changed: float) -> Answers:
    mnist = _read(path, changed)
    return answer_mnist(get_predictor(folder), mnist.x_test, mnist.y_test)
