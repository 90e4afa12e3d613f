"""What the README, CONTRIBUTING and docs/ tell people to type works, and what they name is there."""

import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.config import get_option

from tests.conftest import ROOT

TEXTS = {
    path.relative_to(ROOT): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md")))
}
ALL = "\n".join(TEXTS.values())
BLOCKS = re.findall(r"```sh\n(.*?)```", ALL, re.DOTALL)
# Those within a sentence that have options.
INLINE = re.findall(r"`(python [^`]*--[^`]*)`", ALL)
COMMANDS = dict.fromkeys([*"".join(BLOCKS).splitlines(), *INLINE])
FOLDERS = ("app_pages/", "model/", "utils/", "tests/", "docs/")
EXPORTED = {"read.py"}  # named, but written by an export
each_text = pytest.mark.parametrize("path", TEXTS, ids=str)


def run(*command: str) -> str:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_python_example():
    example, *_ = re.findall(r"```python\n(.*?)```", TEXTS[Path("README.md")], re.DOTALL)  # test_export has the others
    assert run("-c", example).split()[0] == "5"


# runpy warns of a program that another test has imported.
@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize("command", COMMANDS)
def test_command(command, monkeypatch, capsys):
    program, *words = shlex.split(command, comments=True)
    if program != "python":
        assert program in ("pip", "streamlit", "docker")
        assert all((ROOT / word).exists() for word in words if word.endswith((".py", ".txt")))
        for option in re.findall(r"--(\w+\.\w+)=", command):
            get_option(option)  # fails where Streamlit has none of that name
    elif words[:2] == ["-m", "model.predict"]:
        assert run(*words)
    else:
        usage = usage_of(words, monkeypatch, capsys)
        assert {word for word in words if word.startswith("--")} <= {*re.findall(r"--[\w-]+", usage)}


def usage_of(words: list[str], monkeypatch, capsys) -> str:
    # In this process, which saves starting TensorFlow each time. --help ends a program before it does anything.
    start = runpy.run_path
    if words[0] == "-m":
        start, words = runpy.run_module, words[1:]
    monkeypatch.setattr("utils.libraries.tune_libraries", lambda: None)  # else the process starts again
    monkeypatch.setattr(sys, "argv", [*words, "--help"])
    with pytest.raises(SystemExit) as end:
        start(words[0], run_name="__main__")
    printed = capsys.readouterr()
    assert not end.value.code, printed.err
    return printed.out


def test_make_targets_exist():
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = {inline or block for inline, block in re.findall(r"`make (\w+)|^    make (\w+)", ALL, re.MULTILINE)}
    assert {"run", "test"} <= named <= {*targets}


@each_text
def test_files_linked_exist(path):
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", TEXTS[path]):
        linked = (path.parent / target if target else path).as_posix()
        assert (ROOT / linked).exists(), linked
        if anchor:
            headings = re.findall(r"^#+ (.*)", (ROOT / linked).read_text(), re.MULTILINE)
            assert anchor in [heading.lower().replace(" ", "-") for heading in headings], anchor


@each_text
def test_files_named_exist(path):
    for name in re.findall(r"`([\w./-]+)`", TEXTS[path]):
        if name.startswith(FOLDERS) or (name.endswith(".py") and name not in EXPORTED):
            assert (ROOT / name).exists(), name
