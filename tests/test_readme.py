"""What the README tells people to type works."""

import re
import shlex
import subprocess
import sys

import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text()


def run(*command: str) -> str:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_python_example():
    example, *_ = re.findall(r"```python\n(.*?)```", README, re.DOTALL)  # test_export has the others
    assert run("-c", example).split()[0] == "5"


COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]


@pytest.mark.parametrize("command", COMMANDS)
def test_command(command):
    program, *arguments = shlex.split(command, comments=True)
    assert program == "python"
    if arguments[:2] == ["-m", "model.predict"]:
        assert run(*arguments)
        return
    # The long ones: their options exist. --help ends argparse before anything is done, after what is before it.
    assert "usage:" in run(*arguments, "--help")


def test_make_targets_exist():
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"`make (\w+)`|^    make (\w+)", README, re.MULTILINE))
    for pair in re.findall(r"`make (\w+)`|^    make (\w+)", README, re.MULTILINE):
        assert (pair[0] or pair[1]) in targets


def test_files_linked_exist():
    for path in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / path).exists(), path
