import json
import os
import subprocess
import sys

import pytest

from utils.memory import KEEP

CODE = """
import json, os, sys
from utils.memory import keep_memory
print("begun", flush=True)
keep_memory()
settings = {name: value for name, value in os.environ.items() if name.startswith("MALLOC_")}
print(json.dumps([os.getpid(), sys.argv, settings]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the settings are glibc's")
def test_the_process_starts_again_once_with_the_settings_that_nobody_made():
    outside = {name: value for name, value in os.environ.items() if name not in KEEP} | {"MALLOC_ARENA_MAX": "2"}
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "some", "arguments"], stdout=subprocess.PIPE, text=True, env=outside
    )
    printed, _ = process.communicate(timeout=60)
    *begun, last = printed.splitlines()
    assert begun == ["begun"] * 2
    assert json.loads(last) == [process.pid, ["-c", "some", "arguments"], KEEP | {"MALLOC_ARENA_MAX": "2"}]
