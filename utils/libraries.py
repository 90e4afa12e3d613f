"""How the libraries that a training needs use memory, cores and the processor's instructions."""

import os
import sys

# With glibc's defaults, TensorFlow gives memory back to the system in each step and takes it again, which costs up to
# half of the time. MALLOC_MMAP_MAX_ is 0 so that no tensor gets a memory mapping of its own. MALLOC_MMAP_THRESHOLD_
# would do the same, but not for long: on Python 3.11 TensorFlow's generator data set sets it back to 128 kB when
# training begins (`ApplyPython311MemoryPatch`).
KEEP = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "4000000000", "MALLOC_MMAP_MAX_": "0"}


def tune_libraries() -> None:
    """Make this process keep the memory that it frees, NumPy and OpenCV use one core, and TensorFlow use oneDNN.

    The C library reads its settings when a process starts. So, unless they are set already, this process starts its
    program again; its number, priority and open files stay. Call this first, before NumPy and TensorFlow are imported,
    and from a main program only.
    """
    # NumPy's threads wait for each other in a loop. On two cores with other work, `scratch` took 340 seconds for ten
    # epochs with two of them, and 26 with one.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # OpenCV's threads would fight TensorFlow's for the cores: a step of training took 1.6 times as long.
    os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # else TensorFlow chatters while it starts
    # By itself, TensorFlow uses oneDNN's convolutions only where the processor has AVX-512 or better. They are faster
    # on others too: on an AVX2 core a step of `reader` takes 1.25 ms an image with them, and 2.0 ms without.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    if sys.platform == "linux" and not KEEP.keys() <= os.environ.keys():
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], KEEP | os.environ)  # noqa: S606, it is our own
