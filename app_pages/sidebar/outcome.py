"""How a training ended: a notice in every session, and how the new network compares with the one in use."""

from pathlib import Path

import streamlit as st

from app_pages.parts.shared import get_predictor, microseconds_a_digit
from app_pages.sidebar.permission import is_permitted
from app_pages.sidebar.switch import offer_switch
from model.card import LITERT_FILE, Card, CheckpointError, read_card
from model.runs.folder import State
from model.runs.in_use import folder_in_use
from model.runs.jobs import Job, put_aside
from model.runs.verdict import HELD_BACK_TITLE, held_back_from, judge
from utils.words import NOT_MEASURED, accuracies_by_title, as_markdown, unbroken

TITLES = {State.DONE: "A new network is trained", State.CANCELLED: "The training was cancelled"}
FAILED = "The training failed"
JUDGED_HELP = (
    "On digits that neither network has learned from. “About as well” means that the difference is so small that it "
    "may have come by chance."
)
NOT_MEASURED_HELP = (
    "**Not measured here**: where the network was trained there was no file of people’s pen strokes to try it on "
    "(`STROKES_PATH`; `python -m model.data.strokes` makes one)."
)


def announce_end(job: Job | None) -> None:
    """Show for a moment that a training has ended, once in each session that was open before."""
    ended = job.run_dir if job and not job.running else None
    before = st.session_state.setdefault("retrain_ended", ended)
    if ended and ended != before:
        title = TITLES.get(job.status.state, FAILED)
        st.toast(f"{title}: see the sidebar.", icon=":material/model_training:", duration="long")
    st.session_state["retrain_ended"] = ended


def show_end(job: Job) -> None:
    """Show how the training ended."""
    if not job.run_dir.is_dir():
        _show_failure("This run is gone", "It was deleted, perhaps on another page. The network in use stays.", job)
    elif job.status.state is not State.DONE:
        _show_failure(TITLES.get(job.status.state, FAILED), job.status.message, job)
    else:
        try:
            new = read_card(job.run_dir)
            in_use = get_predictor().card
            figures = {"New": _figures(new, job.run_dir), "In use": _figures(in_use, folder_in_use())}
        except (CheckpointError, OSError) as error:
            _show_failure("The new network cannot be read", str(error), job)
        else:
            if held_back := held_back_from(new, in_use):
                right = {"New": held_back.after, "In use": held_back.before}
                figures = {
                    which: {HELD_BACK_TITLE: f"{right[which]} of {held_back.corrections}"} | of_one
                    for which, of_one in figures.items()
                }
            show_new(job, new, figures)


def _show_failure(title: str, message: str, job: Job) -> None:
    st.warning(as_markdown(message), title=title)
    if is_permitted() and st.button("Close", width="stretch", key="retrain_close"):  # in every session
        put_aside(job)
        st.rerun()


def show_new(job: Job, new: Card, figures: dict[str, dict[str, str]]) -> None:
    """Show whether to use a new network, buttons to use it or not, and its figures beside those of the one in use.

    Parameters
    ----------
    job : Job
        The training that made the network.
    new : Card
        Its card.
    figures : dict
        For “New” and for “In use”: the network's figures by what was measured.
    """
    verdict = judge(new, get_predictor().card)
    untried = any(NOT_MEASURED in of_one.values() for of_one in figures.values())
    st.markdown(f"**{TITLES[State.DONE]}**", help=f"{JUDGED_HELP}\n\n{NOT_MEASURED_HELP}" if untried else JUDGED_HELP)
    st.markdown(verdict.sentence)
    if is_permitted():
        if offer_switch("Use it", job.run_dir, "retrain_use", ":material/check:", primary=verdict.use_it):
            put_aside(job)
            st.rerun()
        if st.button("Keep the current one", width="stretch", key="retrain_keep"):
            put_aside(job)
            st.rerun()
    st.table(
        [{"Measured": name} | {which: of_one[name] for which, of_one in figures.items()} for name in figures["New"]],
        border="horizontal",
        hide_index=True,
        alt="The new network beside that in use: how much of each test part it reads right, its size and its speed",
    )


def _figures(card: Card, folder: Path) -> dict[str, str]:
    figures = accuracies_by_title(card.accuracy) | {
        "Size": f"{(folder / LITERT_FILE).stat().st_size / 1000:,.0f} KB",
        "A digit takes": f"{microseconds_a_digit(folder):,.0f} µs",
    }
    return {name: unbroken(figure) for name, figure in figures.items()}
