"""How the libraries below a training use memory, cores and instructions."""

import os
import sys

# Else TensorFlow gives back and takes again so much memory in each step that, with glibc's defaults, up to half of the
# time goes there. No tensor gets a mapping of its own: a threshold for that would not last, for on Python 3.11
# TensorFlow's generator data set sets it back to 128 kB when training begins (`ApplyPython311MemoryPatch`).
KEEP = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "4000000000", "MALLOC_MMAP_MAX_": "0"}


def tune_libraries() -> None:
    """Let this process keep the memory that it has had, NumPy and OpenCV use one core, and TensorFlow oneDNN.

    The C library reads its settings when a process starts, so this one starts again, unless it has them: call it first
    thing, before NumPy and TensorFlow are imported, and from a main program only. The process's number, priority and
    files stay.
    """
    # NumPy's threads wait for each other in a loop. On two cores with other work, `scratch` took 340 seconds for ten
    # epochs with two of them, and 26 with one.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # OpenCV's would fight TensorFlow's for the cores: a step of training took 1.6 times as long.
    os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # else TensorFlow chatters while it starts
    # TensorFlow turns oneDNN's convolutions on by itself only where the processor has AVX-512 or better. Without, too,
    # they are faster: a step of `reader` takes 1.25 ms of an AVX2 core for an image, and 2.0 without them.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    if sys.platform == "linux" and not KEEP.keys() <= os.environ.keys():
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], KEEP | os.environ)  # noqa: S606, it is our own
