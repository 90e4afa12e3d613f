import json
import os
import subprocess
import sys
from mmap import PAGESIZE

import pytest

from utils.libraries import KEEP

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the settings are glibc's")
CODE = """
import json, os, sys
from utils.libraries import tune_libraries
print("begun", flush=True)
tune_libraries()
made = ("MALLOC_", "OPENBLAS_", "TF_ENABLE_")
settings = {name: value for name, value in os.environ.items() if name.startswith(made)}
print(json.dumps([os.getpid(), sys.argv, settings]))
"""
TAKE_AND_GIVE_BACK = """
import ctypes, resource
from utils.libraries import tune_libraries
tune_libraries()
import numpy as np
M_MMAP_THRESHOLD = -3
ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 128 * 1024)  # as TensorFlow does when a training begins
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(100):
    np.ones(3_000_000, np.uint8)  # a tensor of some layer
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def test_the_process_starts_again_once_with_the_settings_that_nobody_made():
    ours = KEEP | {"OPENBLAS_NUM_THREADS": "1", "TF_ENABLE_ONEDNN_OPTS": "1"}
    outside = {name: value for name, value in os.environ.items() if name not in ours} | {"MALLOC_ARENA_MAX": "2"}
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "some", "arguments"], stdout=subprocess.PIPE, text=True, env=outside
    )
    printed, _ = process.communicate(timeout=60)
    *begun, last = printed.splitlines()
    assert begun == ["begun"] * 2
    assert json.loads(last) == [process.pid, ["-c", "some", "arguments"], ours | {"MALLOC_ARENA_MAX": "2"}]


def test_what_was_given_back_is_not_fetched_from_the_system_again():
    outside = {name: value for name, value in os.environ.items() if name not in KEEP}
    process = subprocess.run(
        [sys.executable, "-c", TAKE_AND_GIVE_BACK], capture_output=True, text=True, check=True, env=outside
    )
    pages = 3_000_000 // PAGESIZE
    assert int(process.stdout) < 10 * pages  # a hundred times as many, if each is mapped anew
