"""A study's trials in words, tables and plots. No Keras is imported here."""

import shlex
from dataclasses import replace

import optuna
from optuna import visualization
from optuna.trial import FrozenTrial, TrialState
from plotly.graph_objects import Figure

from model.options import Options
from utils.pictures.charts import OTHERS_COLOR, WINNER_COLOR
from utils.words import accuracy_percent, duration

MADE_FOR = "made_for"  # the attribute of a study that says what its trials have in common
BASELINE = "baseline"  # the attribute of the trial that the others are compared with
READ_RIGHT = "Read right"
SEARCHED = ("dropout", "learning_rate", "batch_size", "constant_rate", "as_it_is")  # besides the hidden layers
FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
LEAST_COMPARED = 6  # trials, before they are plotted
MOST_AXES = 4  # parameters that are plotted beside each other
BEST = 5  # trials that are emphasised
STATES = {
    TrialState.COMPLETE: "Done",
    TrialState.PRUNED: "Ended early",
    TrialState.RUNNING: "Running",
    TrialState.WAITING: "Waiting",
    TrialState.FAIL: "Failed",
}


def as_params(options: Options) -> dict[str, object]:
    """Write options as parameters of Optuna: the number of hidden layers, the neurons of each, and the others."""
    hidden = {f"hidden_{layer}": neurons for layer, neurons in enumerate(options.hidden, 1)}
    return {"layers": len(options.hidden), **hidden} | {name: getattr(options, name) for name in SEARCHED}


def with_params(options: Options, params: dict[str, object]) -> Options:
    """Return the options with those replaced that a trial has parameters for.

    Examples
    --------
    >>> with_params(Options(), {"layers": 2, "hidden_1": 512, "hidden_2": 64, "as_it_is": True}).as_arguments()
    ['--hidden', '512', '64', '--as-it-is']
    """
    others = {name: params[name] for name in SEARCHED if name in params}
    return replace(options, **others, **({"hidden": hidden_of(params)} if "layers" in params else {}))


def hidden_of(params: dict[str, object]) -> tuple[int, ...]:
    """List the neurons of the hidden layers; empty for a network that has its own."""
    return tuple(params[f"hidden_{layer}"] for layer in range(1, params.get("layers", 0) + 1))


def options_of(trial: FrozenTrial, **others: object) -> Options:
    """Return the options that a trial tried, the learning rate rounded to three digits."""
    options = with_params(Options(**others), trial.params)
    return replace(options, learning_rate=float(f"{options.learning_rate:.3g}"))


def training_command(study: optuna.Study) -> str:
    """Write the command that trains the best network fully, with all images; empty if no trial is complete yet."""
    if not _complete(study):
        return ""
    network = study.user_attrs[MADE_FOR]["network"]
    return shlex.join(["python", "train.py", *options_of(study.best_trial, network=network).as_arguments()])


def describe(trial: FrozenTrial) -> str:
    """Say in a line what a finished trial tried, and how well the network reads."""
    how = "ended early at " if trial.state is TrialState.PRUNED else ""
    options = " ".join(options_of(trial).as_arguments())
    weights, seconds = trial.user_attrs["parameters"], duration(trial.user_attrs["seconds"])
    return f"Trial {trial.number}: {how}{accuracy_percent(trial.value)} ({options}; {weights:,} weights, {seconds})"


def summarise(study: optuna.Study) -> str:
    """Say which trial is the best so far, and which is the baseline."""
    complete = _complete(study)
    if not complete:
        return "No trial is finished yet."
    best = study.best_trial
    baseline = next((trial for trial in complete if trial.user_attrs.get(BASELINE)), None)
    said = f"The best trial so far, {best.number}, reads {accuracy_percent(best.value)} of the validation digits right"
    if baseline is None:
        return f"{said}; the baseline is not finished yet."
    if baseline.number == best.number:
        return f"{said}: it is the baseline."
    return f"{said}; the baseline, {baseline.number}, {accuracy_percent(baseline.value)}."


def _complete(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def as_rows(study: optuna.Study, heard: bool = True) -> list[dict[str, str]]:
    """Make a table of the trials, the newest first: the status of each, its parameters, its worker.

    If `heard` is false, no worker gives signs of life: trials that seem to run were cut off.
    """
    states = STATES if heard else STATES | {TrialState.RUNNING: "Cut off"}
    return [_row(trial, states[trial.state]) for trial in reversed(study.get_trials(deepcopy=False))]


def _row(trial: FrozenTrial, state: str) -> dict[str, str]:
    params, noted = trial.params, trial.user_attrs

    def given(name: str, value: object) -> str:
        return str(value) if name in params else "–"

    return {
        "Trial": f"{trial.number} (baseline)" if noted.get(BASELINE) else str(trial.number),
        "Status": state,
        READ_RIGHT: accuracy_percent(trial.value) if trial.state in FINISHED else "–",
        "Hidden": ", ".join(map(str, hidden_of(params))) or "–",
        "Dropout": f"{params['dropout']:g}" if "dropout" in params else "–",
        "Learning rate": f"{params['learning_rate']:.2g}" if "learning_rate" in params else "–",
        "Batch size": given("batch_size", params.get("batch_size")),
        "Rate": given("constant_rate", "Constant" if params.get("constant_rate") else "Falling"),
        "Images": given("as_it_is", "As they are" if params.get("as_it_is") else "Distorted and drawn"),
        "Weights": f"{noted['parameters']:,}" if "parameters" in noted else "–",
        "Took": duration(noted["seconds"]) if trial.state in FINISHED else "–",
        "Worker": noted.get("worker", "–"),
    }


def plots(study: optuna.Study) -> dict[str, Figure]:
    """Draw Optuna's plots of the trials, by their titles; none if there are too few trials to compare.

    The colours fit light and dark pages.
    """
    if len(_complete(study)) < LEAST_COMPARED:
        return {}
    history = visualization.plot_optimization_history(study)
    for trace, name in zip(history.data, ("A trial", "The best so far"), strict=False):
        trace.name = name
    history.update_yaxes(title=READ_RIGHT, tickformat=".1%")
    # Only parameters that all trials have: not the neurons of a third layer, if some trials have two layers.
    shared = sorted(set.intersection(*(set(trial.params) for trial in _complete(study))))
    importances = visualization.plot_param_importances(study, params=shared).update_yaxes(title=None)
    importances.update_xaxes(title="Share of the differences between trials")
    most_important = list(importances.data[0].y)[-MOST_AXES:]  # on a phone there is room for a few axes
    parallel = visualization.plot_parallel_coordinate(study, most_important, target_name=READ_RIGHT)
    # The better trials over the others, in our two colours: of Optuna's blues, light ones are invisible on white, and
    # dark ones on black. So the colour bar, the last trace, goes.
    parallel.data = sorted(parallel.data[:-1], key=lambda trace: trace.y[0])
    parallel.update_traces(line={"color": OTHERS_COLOR, "width": 1})
    for trace in parallel.data[-BEST:]:
        trace.update(line={"color": WINNER_COLOR, "width": 2}, opacity=1)
    parallel.update_layout(plot_bgcolor=None).update_annotations(font_color=None)
    figures = {
        "Trial after trial": history,
        "Which parameters matter": importances,
        f"The {BEST} best trials among the others, by what matters most": parallel,
    }
    for figure in figures.values():
        figure.update_layout(
            title=None, height=280, margin={"t": 30, "r": 50, "b": 60, "l": 70}, legend={"orientation": "h", "y": 1.2}
        )
    return figures
