"""What a network read right and wrong of the test digits, as `train.py` found when it was made."""

from pathlib import Path

import numpy as np
import streamlit as st

from app_pages.resources import read_quality
from utils.charts import confusion_chart, reliability_chart
from utils.words import SET_TITLES, accuracy_percent

SETS = {
    "strokes": "Digits that people wrote with a pen on a tablet, drawn on the canvas in any place, size and stroke "
    "width. The network learned from other people’s. Source: UNIPEN (Guyon et al., 1994), CC BY 4.0.",
    "redrawn": "The lines of MNIST’s test digits, drawn on the canvas with a round brush in any place, size, slant and "
    "stroke width.",
    "mnist": "The 28×28 test images themselves: scanned handwriting of Americans in the 1990s.",
}
SLICES = {
    "laboratory": "Laboratory",
    "stroke width, px": "Stroke width, px",
    "size": "Size, of the canvas",
    "slant": "Slant",
}
COUNT = st.column_config.NumberColumn(format="%,d")


def show_quality(folder: Path) -> None:
    """Show the figures of the network in `folder`, and its mistakes."""
    quality = read_quality(folder)
    if not quality:
        st.info("There are no figures beside this network. Training it again with `python train.py` makes them.")
        return
    names = [name for name in SETS if name in quality]
    st.dataframe(
        [
            {
                "Test part": SET_TITLES[name],
                "Digits": quality[name]["n"],
                "Read right": 100 * quality[name]["accuracy"],
                "Called a digit": 100 * quality[name]["called_digit"],
                "Confidence is off by": 100 * quality[name]["ece"],
            }
            for name in names
        ],
        column_config={
            "Digits": COUNT,
            "Read right": st.column_config.NumberColumn(format="%.2f %%"),
            "Called a digit": st.column_config.NumberColumn(
                format="%.2f %%", help="The others are told that theirs does not look like a digit."
            ),
            "Confidence is off by": st.column_config.NumberColumn(
                format="%.2f %%", help="On average: the expected calibration error, in 15 bins."
            ),
        },
        hide_index=True,
        alt="How well the network reads each test part",
    )
    name = st.segmented_control(
        "Look closer at",
        names,
        format_func=lambda name: SET_TITLES[name],
        default=names[0],
        required=True,
        key="quality_set",
    )
    figures = quality[name]
    low, high = figures["interval"]
    st.caption(
        f"{SETS[name]} With so many digits, the accuracy is known to lie between {accuracy_percent(low)} and "
        f"{accuracy_percent(high)} (95 % confidence)."
    )

    confusion, reliability = st.tabs(["What is taken for what", "Is it as sure as it is right?"], key="quality_tabs")
    with confusion:
        if figures["confused"]:
            pairs = [f"{pair['was']} as {pair['said']} ({pair['count']})" for pair in figures["confused"][:5]]
            st.markdown(f"Most often mistaken: {', '.join(pairs)}.")
        st.altair_chart(
            confusion_chart(np.array(figures["confusion"])), alt="How often each digit was read as each other"
        )
    with reliability:
        st.markdown(
            "Each point gathers answers that were about as sure as each other. On the dashed line, 80 % sure is right "
            f"eight times in ten. On average it is off by {accuracy_percent(figures['ece'])}."
        )
        st.altair_chart(reliability_chart({SET_TITLES[name]: figures["reliability"]}), alt="Accuracy over confidence")

    rows = [
        {"Divided by": SLICES[by], "Part": part, "Digits": of_part["n"], "Read right": 100 * of_part["accuracy"]}
        for by, parts in figures["slices"].items()
        for part, of_part in parts.items()
    ]
    if rows:
        st.subheader("Where it is better and worse", anchor=False)
        st.dataframe(
            rows,
            column_config={"Digits": COUNT, "Read right": st.column_config.NumberColumn(format="%.1f %%")},
            hide_index=True,
            height="content",
            alt="Accuracy by laboratory, stroke width, size and slant",
        )

    st.subheader("Its mistakes", anchor=False)
    picture = folder / f"mistakes-{name}.png"
    if picture.is_file():
        st.caption("The surest first. Below each: what it said, what it was, and how sure it was.")
        st.image(str(picture), width="stretch", alt="Digits that were read wrong")
    else:
        st.caption("People’s drawings are not ours to show.")
