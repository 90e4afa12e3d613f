"""A network's card for people: what it is, how to use it, how it was made, how well it reads."""

import shutil
from pathlib import Path

from model.card import Card, write_card
from model.export.formats import ENCLOSED, FORMATS, READ_FILE, read_script
from utils.files import ROOT
from utils.words import SET_TITLES, accuracy_percent, duration


def enclose(card: Card, name: str, classes: int, target: Path) -> None:
    """Write what goes with a network into its folder `target`; for the other parameters see `as_markdown`.

    That is its card for programs and for people, the script that reads a picture, and the modules that this needs.
    """
    write_card(card, target)
    (target / "README.md").write_text(as_markdown(card, name, classes), encoding="utf-8")
    (target / READ_FILE).write_text(read_script(name), encoding="utf-8")
    for file in ENCLOSED:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, target / file)


def as_markdown(card: Card, name: str, classes: int) -> str:
    """Write the card in Hugging Face's layout (https://huggingface.co/docs/hub/model-cards).

    Parameters
    ----------
    card : Card
        The network's card for programs.
    name : str
        The format, from `FORMATS`.
    classes : int
        How many outputs the network has, 10 or 11.
    """
    network_format = FORMATS[name]
    figures = "\n".join(
        f"| {title} | {card.images[part]:,} | {accuracy_percent(card.accuracy[part])} |"
        for part, title in SET_TITLES.items()
        if part in card.accuracy
    )
    pens = f", pen strokes of {card.train_writers} people" if card.train_writers else ""
    score = (
        "the log-odds of the ten digits to the eleventh output, “no digit”: `log Σ exp(logits[:10]) - logits[10]`"
        if classes > 10
        else "the log-odds of the likeliest digit to the nine others, for it was shown nothing but digits"
    )
    versions = ", ".join(f"{package} {version}" for package, version in card.versions.items())
    return f"""---
license: mit
library_name: {network_format.library}
pipeline_tag: image-classification
tags:
- handwriting
- digit-recognition
- mnist
- {network_format.library}
datasets:
- ylecun/mnist
metrics:
- accuracy
---

# Digit Canvas: {card.network}, {network_format.title}

Reads one handwritten digit, drawn on a screen or in a picture. {card.parameters:,} parameters; from images of 28×28
pixels, 0 (paper) to 1 (ink), prepared as MNIST's, to {classes} logits.

## How to use

```sh
pip install numpy opencv-python-headless pillow {network_format.read_with}
python {READ_FILE} picture.png
```

prints the digit and how sure the network is. `{READ_FILE}`:

```python
{read_script(name)}```

`utils/image.py` finds the ink in a picture; `utils/preprocess.py` crops the digit, scales it into 20×20 and places it
in 28×28 by its centre of mass. The probabilities are the softmax of the first ten logits divided by the `temperature`
in `model.json` ({card.temperature:.4g}). It looks like a digit if its score reaches the `digit_threshold` there
({card.digit_threshold:.4g}); the score is {score}.

## Training

`{card.command}` made it on {card.date}, in {duration(card.training_seconds)}: {card.epochs} epochs, seed {card.seed},
from {card.train_images:,} of MNIST's training images{pens}, and what the program makes of them. It was calibrated on
{card.validation_images:,} others. Versions: {versions}.

## Evaluation

| Test part | Digits | Read right |
|---|---|---|
{figures}

{card.test_told}{_note(name)}

## Limits

One digit a picture. It reads digits as they are written where its training data come from; those who write them
otherwise are read less well. Do not let it decide alone where a mistake matters.

## Licence and sources

MIT, see `LICENSE`. MNIST: LeCun, Cortes, Burges, CC BY-SA 3.0.{_strokes_source(card)}
"""


def _note(name: str) -> str:
    if name != "litert-int8":
        return ""
    return " The figures are those of the network before its numbers were rounded to 8 bits."


def _strokes_source(card: Card) -> str:
    if not card.train_writers:
        return ""
    return " Pen strokes: UniPen train_r01_v07, doi 10.5281/zenodo.1195803, CC BY 4.0."
