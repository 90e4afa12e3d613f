"""How the libraries below a training use memory and cores."""

import os
import sys

# Else TensorFlow gives back and takes again so much memory in each step that, with glibc's defaults, up to half of the
# time goes there. No tensor gets a mapping of its own: a threshold for that would not last, for on Python 3.11
# TensorFlow's generator data set sets it back to 128 kB when training begins (`ApplyPython311MemoryPatch`).
KEEP = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "4000000000", "MALLOC_MMAP_MAX_": "0"}


def keep_memory() -> None:
    """Let this process keep the memory that it has had, and NumPy compute on one core.

    The C library reads its settings when a process starts, so this one starts again, unless it has them: call it first
    thing, before NumPy is imported, and from a main program only. The process's number, priority and files stay.
    """
    # NumPy's threads wait for each other in a loop. On two cores with other work, `scratch` took 340 seconds for ten
    # epochs with two of them, and 26 with one.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if sys.platform == "linux" and not KEEP.keys() <= os.environ.keys():
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], KEEP | os.environ)  # noqa: S606, it is our own
