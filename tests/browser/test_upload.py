"""The upload tab in a real browser: files, examples and what one takes along."""

import pytest

playwright = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect  # noqa: E402

from tests.browser.test_drawing import answer, open_page, write  # noqa: E402
from tests.conftest import encode  # noqa: E402
from tests.drawings import draw  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]


@pytest.fixture
def page(new_page, server):
    page = open_page(new_page(viewport={"width": 1200, "height": 1000}), server.url)
    page.get_by_role("tab", name="Upload").click()
    return page


def test_upload_is_read_and_bad_files_leave_the_page_working(page, tmp_path):
    chooser = page.locator("input[type=file]")
    (tmp_path / "a nine 'ü' 📷.png").write_bytes(encode(255 - draw(9)))
    chooser.set_input_files(tmp_path / "a nine 'ü' 📷.png")
    expect(answer(page)).to_have_text("9")
    expect(page.get_by_text("a nine 'ü' 📷.png", exact=True).last).to_be_visible()

    for name, content in {
        "words.png": b"no picture",
        "empty.png": b"",
        "cut.jpg": encode(draw(3), ".jpg")[:400],
    }.items():
        (tmp_path / name).write_bytes(content)
        chooser.set_input_files(tmp_path / name)
    expect(page.get_by_text("This is not a picture in a known format.")).to_be_visible()
    expect(page.get_by_text("The file is empty.")).to_be_visible()
    expect(page.get_by_text("The picture is damaged or cut off")).to_be_visible()
    expect(answer(page)).to_have_text("9")
    expect(page.get_by_text("Traceback")).to_have_count(0)

    page.get_by_role("tab", name="Draw").click()
    write(page, 6)
    expect(answer(page)).to_have_text("6")


def test_what_cannot_be_read_is_said_with_what_to_do(page, tmp_path):
    (tmp_path / "photo.heic").write_bytes(b"\0\0\0\x18ftypheic")
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(11 * 2**20)
    page.locator("input[type=file]").set_input_files([tmp_path / "photo.heic", tmp_path / "huge.png"])
    expect(page.get_by_text("a HEIC or AVIF photo, or a film (an iPhone takes JPEG under")).to_be_visible()
    expect(page.get_by_text("File must be 10.0MB or smaller")).to_be_visible()


def test_drawing_is_kept_while_uploading(page):
    page.get_by_role("tab", name="Draw").click()
    write(page, 3)
    expect(answer(page)).to_have_text("3")
    page.get_by_role("tab", name="Upload").click()
    page.get_by_role("button", name="Eight on a blackboard").click()
    expect(answer(page)).to_have_text("8")
    page.get_by_role("tab", name="Draw").click()
    expect(answer(page)).to_have_text("3")


def test_examples_can_be_reached_and_chosen_with_the_keyboard(page):
    example = page.get_by_role("button", name="Five on paper")
    expect(example).to_be_visible()
    page.get_by_test_id("stFileUploaderDropzone").get_by_test_id("stBaseButton-secondary").focus()
    page.keyboard.press("Tab")
    expect(example).to_be_focused()
    page.keyboard.press("Enter")
    expect(answer(page)).to_have_text("5")


def test_formats_and_sizes_are_said_once(page):
    expect(page.get_by_text("JPEG")).to_have_count(1)
    expect(page.get_by_text("10MB")).to_have_count(1)
    expect(page.get_by_test_id("stFileUploader")).not_to_contain_text("10 MB")


def test_several_are_taken_along_as_a_table_and_removed_at_once(page):
    files = [{"name": f"{digit}.png", "mimeType": "image/png", "buffer": encode(255 - draw(digit))} for digit in (4, 9)]
    page.locator("input[type=file]").set_input_files(files)
    expect(answer(page)).to_have_text(["4", "9"])
    with page.expect_download() as download:
        page.get_by_role("button", name="Readings as CSV").click()
    _, four, nine = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert four.startswith("4.png,1,1,4,")
    assert nine.startswith("9.png,1,1,9,")
    page.get_by_role("button", name="Remove all").click()
    expect(answer(page)).to_have_count(0)
    expect(page.get_by_test_id("stFileUploader").get_by_text("4.png")).to_have_count(0)
    expect(page.get_by_role("button", name="Five on paper")).to_be_visible()


def test_an_example_is_tapped_on_a_phone_and_its_answer_is_seen(new_page, server):
    page = open_page(new_page(viewport={"width": 375, "height": 812}, has_touch=True, is_mobile=True), server.url)
    page.get_by_role("tab", name="Upload").tap()
    page.get_by_role("button", name="Five on paper").tap()
    expect(answer(page)).to_have_text("5")
    expect(answer(page)).to_be_in_viewport(ratio=1)
