"""What a network read right and wrong of the test digits: `train.py` measured it when the network was trained."""

from pathlib import Path

import numpy as np
import streamlit as st

from app_pages.sidebar.outcome import NOT_MEASURED_HELP
from model.card import Quality, read_quality
from model.measure.quality import MAX_MISTAKES
from utils.json_files import UnreadableError
from utils.pictures.charts import confusion_chart, reliability_chart
from utils.words import NOT_MEASURED, SET_DESCRIPTIONS, SET_TITLES, TestPart, accuracy_percent, as_markdown, unbroken

SLICES = {
    "laboratory": "Laboratory “{}”",
    "stroke width, px": "Stroke width {} px",
    "size": "Size {} of the canvas",
    "slant": "Slant {}",
}


def show_quality(folder: Path) -> None:
    """Show the figures of the network in `folder`, and its mistakes."""
    try:
        quality = read_quality(folder)
    except UnreadableError as error:
        st.warning(as_markdown(f"There are no figures to show. {error}"))
        return
    if not quality:
        st.info("There are no figures beside this network. Training it again with `python train.py` makes them.")
        return
    quality = {name: quality[name] for name in SET_TITLES if name in quality}
    show_sets(quality)
    name = st.segmented_control(
        "Look closer at",
        list(quality),
        format_func=SET_TITLES.get,
        default=next(iter(quality)),
        required=True,
        key="quality_set",
    )
    figures = quality[name]
    low, high = figures["interval"]
    st.caption(
        f"{SET_DESCRIPTIONS[name]} With so many digits, the accuracy is known to lie between {accuracy_percent(low)} "
        f"and {accuracy_percent(high)} (95 % confidence)."
    )
    show_charts(figures, SET_TITLES[name])
    show_slices(figures)
    show_mistakes(figures, folder, name)


def show_sets(quality: dict[str, Quality]) -> None:
    """Show the figures of each test part, and which were not measured."""
    # Static tables: interactive ones lay their buttons over what is above them, on a phone all the time.
    st.table(
        [
            {
                "Test part": SET_TITLES[name],
                "Digits": f"{quality[name]['n']:,}",
                "Read right": unbroken(accuracy_percent(quality[name]["accuracy"])),
                "Called a digit": unbroken(accuracy_percent(quality[name]["called_digit"])),
                "Confidence is off by": unbroken(accuracy_percent(quality[name]["ece"])),
            }
            for name in quality
        ],
        alt="How well the network reads each test part",
    )
    st.caption(
        "The page says of all but those “called a digit” that they do not look like one. “Off by” is the mean "
        "difference between confidence and accuracy (expected calibration error, 15 bins)."
    )
    for name, title in SET_TITLES.items():
        if name not in quality:
            st.caption(f"{title}: {NOT_MEASURED}", help=NOT_MEASURED_HELP)


def show_charts(figures: Quality, title: str) -> None:
    """Show the confusion matrix, and the accuracy over the confidence."""
    confusion, reliability = st.tabs(["What is taken for what", "Is it as sure as it is right?"], key="quality_tabs")
    with confusion:
        if figures["confused"]:
            pairs = [f"{pair['was']} as {pair['said']} ({pair['count']})" for pair in figures["confused"][:5]]
            st.markdown(f"Most often mistaken: {', '.join(pairs)}.")
        st.altair_chart(
            confusion_chart(np.array(figures["confusion"]), "white" if st.context.theme.type == "dark" else "black"),
            alt="How often each digit was read as each other",
        )
    with reliability:
        st.markdown(
            "Each point is the mean of answers with about the same confidence. On the dashed line, answers that are "
            "80 % sure are right eight times in ten. On average the confidence is off by "
            f"{accuracy_percent(figures['ece'])}."
        )
        st.altair_chart(reliability_chart({title: figures["reliability"]}), alt="Accuracy over confidence")


def show_slices(figures: Quality) -> None:
    """Show how well the digits of each laboratory, stroke width, size and slant are read."""
    if figures["slices"]:
        st.header("Where it is better and worse", anchor=False)
        st.table(
            [
                {
                    "Part": SLICES[by].format(part),
                    "Digits": f"{of_part['n']:,}",
                    "Read right": unbroken(f"{100 * of_part['accuracy']:.1f} %"),
                }
                for by, parts in figures["slices"].items()
                for part, of_part in parts.items()
            ],
            alt="Accuracy by laboratory, stroke width, size and slant",
        )
    if "laboratory" in figures["slices"]:
        st.caption(
            "A laboratory is a company or a university that had people write for UNIPEN, with tablets and writers of "
            "its own. The letters are UNIPEN’s name for it."
        )


def show_mistakes(figures: Quality, folder: Path, name: TestPart) -> None:
    """Show the digits that were read wrong, where there is a picture of them."""
    st.header("Its mistakes", anchor=False)
    picture = folder / f"mistakes-{name}.png"
    if picture.is_file():
        wrong = round(figures["n"] * (1 - figures["accuracy"]))
        shown = (
            f"The {MAX_MISTAKES} surest of {wrong:,}" if wrong > MAX_MISTAKES else f"All {wrong:,}, the surest first"
        )
        st.caption(f"{shown}. “9 as 4” is a 9 that it takes for a 4, with how sure it is.")
        st.image(str(picture), width="stretch", alt="Digits that were read wrong")
    elif name == "strokes":
        st.caption("People’s drawings are not ours to show.")
    else:
        st.caption("This network came without a picture of them.")
