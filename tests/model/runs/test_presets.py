import pytest

from model.options import NETWORKS, Options
from model.runs.folder import State
from model.runs.presets import PRESETS, expected_seconds, training_seconds

pytestmark = pytest.mark.usefixtures("state")


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("anew", [True, False])
@pytest.mark.parametrize("name", ["Quick", "Thorough"])
def test_a_preset_takes_its_seconds_or_shows_all_that_there_is(name, anew, network):
    preset = PRESETS[name]
    options = preset.options(network, None if anew else "somewhere")
    seconds = training_seconds(options)
    assert seconds <= preset.seconds + 0.1
    assert seconds > 0.95 * preset.seconds or options.images == 54_000
    assert options.epochs == 3 or network == "reader"


def test_a_network_that_does_not_know_what_is_no_digit_goes_on_without():
    assert PRESETS["Quick"].options("dense", "somewhere", knows_no_digit=False).as_it_is
    assert not PRESETS["Quick"].options("dense", "somewhere").as_it_is


def test_a_first_training_takes_longer_for_what_is_drawn_then(state):
    first = expected_seconds(Options(network="dense", epochs=3, as_it_is=True))
    (state / "drawn").mkdir()
    (state / "drawn" / "some.npz").touch()
    later = expected_seconds(Options(network="dense", epochs=3, as_it_is=True))
    assert first[State.TRAINING] == later[State.TRAINING]
    assert first[State.PREPARING] > later[State.PREPARING]
    assert first[State.JUDGING] > later[State.JUDGING]
