"""Who may train: who knows the password, or sits at the machine; wrong ones make one wait; never by accident all."""

import pytest
import streamlit as st
from streamlit.runtime.context import StreamlitHeaders
from streamlit.testing.v1 import AppTest

from app_pages.sidebar.permission import (
    FORWARDING_HEADERS,
    FREE_TRIES,
    FREE_TRIES_IN_ALL,
    LONGEST_WAIT_IN_ALL_S,
    LONGEST_WAIT_S,
    Gate,
    is_local,
)
from model.runs.folder import State, Status, write_status
from model.runs.in_use import use
from model.runs.jobs import only_training
from tests.conftest import open_page

PASSWORD = "open sesame"  # noqa: S105, of the tests
pytestmark = pytest.mark.usefixtures("state")


def give(page: AppTest, password: str) -> AppTest:
    page.text_input(key="password_given").set_value(password)
    page.button(key="password_submit").click().run()
    assert not page.exception
    return page


def may_start(page: AppTest) -> bool:
    return any(button.key == "retrain_start" for button in page.button)


@pytest.mark.parametrize("password", ["open sesame", "пароль", ""])
def test_who_knows_the_password_may_train(password):
    page = open_page(password=password)
    assert not may_start(page)
    assert not may_start(give(page, password + "!"))
    assert page.error[0].value == "That is not the password."
    assert may_start(give(page, password))
    assert not may_start(open_page(password=password))  # another session


def test_a_password_of_digits_is_compared_as_it_is_written():
    assert may_start(give(open_page(password=1234), "1234"))


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("app_pages.sidebar.permission.time.monotonic", lambda: now[0])
    return now


def guess(gate: Gate, address: str, times: int = 1) -> None:
    for _ in range(times):
        assert not gate.opens("right", "wrong", address)


def test_whoever_guesses_waits_longer_each_time_and_nobody_else_does(clock):
    gate = Gate()
    guess(gate, "1.2.3.4", FREE_TRIES)
    for wait, sentence in ((15, "15 seconds"), (30, "30 seconds"), (60, "60 seconds"), (120, "2 minutes")):
        for given in ("wrong", "right"):
            with pytest.raises(PermissionError, match=f"Try again in {sentence}"):
                gate.opens("right", given, "1.2.3.4")
        clock[0] += wait
        guess(gate, "1.2.3.4")
    assert gate.opens("right", "right", "5.6.7.8")
    clock[0] += LONGEST_WAIT_S
    assert gate.opens("right", "right", "1.2.3.4")
    guess(gate, "1.2.3.4", FREE_TRIES)  # after the right one they are free again


def test_many_addresses_wait_for_each_other_but_lock_out_neither_who_was_in_nor_the_machine(clock):
    gate = Gate()
    assert gate.opens("right", "right", "the owner")
    for number in range(FREE_TRIES_IN_ALL):
        guess(gate, f"address {number}")
    with pytest.raises(PermissionError, match="Try again in 15 seconds"):
        gate.opens("right", "right", "another address")
    assert gate.opens("right", "right", "the owner")
    assert gate.opens("right", "right", "")
    for number in range(100):
        clock[0] += LONGEST_WAIT_IN_ALL_S
        guess(gate, f"one more address {number}")
    clock[0] += LONGEST_WAIT_IN_ALL_S
    assert gate.opens("right", "right", "another address")


def test_the_count_of_wrong_tries_outlives_the_caches_that_any_visitor_can_empty(monkeypatch):
    monkeypatch.setattr("app_pages.sidebar.permission._gate", Gate())
    page = open_page(password=PASSWORD)
    for _ in range(FREE_TRIES):
        give(page, "wrong")
    st.cache_resource.clear()
    assert "too many wrong tries" in give(page, PASSWORD).error[0].value


@pytest.fixture
def come_from(monkeypatch):
    """Let the session come from another address, and with headers."""

    def set_context(address: str | None, **headers: str) -> None:
        context = "streamlit.runtime.context.ContextProxy"
        monkeypatch.setattr(f"{context}.ip_address", property(lambda self: address))
        monkeypatch.setattr(f"{context}.headers", property(lambda self: StreamlitHeaders(headers.items())))

    return set_context


@pytest.mark.parametrize("address", [None, "127.0.0.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("origin", ["http://localhost:8501", "http://127.0.0.1:8501", "http://[::1]:8501"])
def test_without_a_password_who_sits_at_the_machine_may(come_from, address, origin):
    come_from(address, Origin=origin)
    assert is_local()


@pytest.mark.parametrize("address", ["192.168.1.7", "::ffff:192.168.1.7", "2001:db8::1", "no address"])
def test_without_a_password_who_comes_from_elsewhere_may_not(come_from, address):
    come_from(address, Origin="http://localhost:8501")
    assert not is_local()


@pytest.mark.parametrize(
    "headers",
    [
        *({name: "for=127.0.0.1"} for name in FORWARDING_HEADERS),
        {"Origin": "https://digits.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_by_way_of_a_proxy_on_the_machine_nobody_sits_at_it(come_from, headers):
    come_from(None, **headers)
    assert not is_local()


def test_who_may_not_is_told_why_and_cannot_switch_or_delete(come_from, finished_run):
    use(finished_run)
    assert may_start(open_page())
    come_from("192.168.1.7")
    page = open_page()
    assert not may_start(page)
    assert "Only someone at the computer that runs this page can train" in page.sidebar.info[0].value
    assert not [button.key for button in page.button if button.key in ("retrain_shipped", "retrain_previous")]
    page.switch_page("app_pages/training.py").run()
    assert not page.exception
    assert not [button.key for button in page.button if button.key in ("training_use", "training_delete")]


def test_how_a_training_failed_is_closed_for_all_by_those_who_may(come_from, state):
    folder = state / "runs" / "one"
    folder.mkdir(parents=True)
    with only_training(folder):
        write_status(folder, Status(State.FAILED, "There is no MNIST file"))

    def offers_to_close() -> bool:
        page = open_page()
        assert page.sidebar.warning[0].proto.title == "The training failed"
        return any(button.key == "retrain_close" for button in page.button)

    assert offers_to_close()
    come_from("192.168.1.7")
    assert not offers_to_close()


def test_back_from_a_broken_network_go_those_who_may(come_from, finished_run):
    use(finished_run)
    (finished_run / "model.json").unlink()
    assert "retrain_shipped" in [button.key for button in open_page().button]
    page = open_page(password=PASSWORD)
    assert "retrain_shipped" not in [button.key for button in page.button]
    assert "retrain_shipped" in [button.key for button in give(page, PASSWORD).button]
    come_from("192.168.1.7")
    assert not open_page().button


def test_what_needs_tensorflow_to_be_downloaded_is_for_those_who_may_train(come_from):
    def formats() -> list[str]:
        return open_page("app_pages/quality.py").selectbox(key="quality_format_weights").options

    assert {"ONNX", "Keras", "LiteRT"} < {*formats()}
    come_from("192.168.1.7")
    assert formats() == ["Keras", "LiteRT"]


def test_secrets_that_cannot_be_read_lock(tmp_path, monkeypatch):
    broken = tmp_path / "secrets.toml"
    broken.write_text("password = ")
    monkeypatch.setattr("app_pages.sidebar.permission.st.get_option", lambda name: [str(broken)])
    page = open_page()
    assert not may_start(page)
    assert any("cannot be read" in error.value for error in page.error)
