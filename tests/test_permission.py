"""The password for training: asked for where there is one, so many tries a minute, and never by accident off."""

import pytest
from streamlit.testing.v1 import AppTest

from app_pages.permission import TRIES_A_MINUTE, Gate
from tests.conftest import open_page

pytestmark = pytest.mark.usefixtures("state")


def give(page: AppTest, password: str) -> AppTest:
    page.text_input(key="password_given").set_value(password)
    page.button(key="password_submit").click().run()
    assert not page.exception
    return page


def may_start(page: AppTest) -> bool:
    return any(button.key == "retrain_start" for button in page.button)


def test_without_a_password_everybody_may_train():
    assert may_start(open_page())


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


def test_wrong_tries_are_limited_for_all_together(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("app_pages.permission.time.monotonic", lambda: now[0])
    gate = Gate()
    for _ in range(TRIES_A_MINUTE):
        assert not gate.opens("right", "wrong")
    with pytest.raises(PermissionError, match="Try again in a minute"):
        gate.opens("right", "right")
    now[0] = 61.0
    assert gate.opens("right", "right")
    for _ in range(2 * TRIES_A_MINUTE):  # right ones do not count
        assert gate.opens("right", "right")


def test_secrets_that_cannot_be_read_lock(tmp_path, monkeypatch):
    broken = tmp_path / "secrets.toml"
    broken.write_text("password = ")
    monkeypatch.setattr("app_pages.permission.st.get_option", lambda name: [str(broken)])
    page = open_page()
    assert not may_start(page)
    assert "cannot be read" in give(page, "").error[0].value
