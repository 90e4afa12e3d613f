"""The page, started as users start it, for tests and benchmarks."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from utils.files import ROOT

SECONDS_TO_START = 120


def free_port() -> int:
    """Find a port of this machine that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def answers(url: str, process: subprocess.Popen) -> bool:
    """Wait for the page at `url`; say whether it answers before `process` ends or `SECONDS_TO_START` are over."""
    give_up = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < give_up:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=5).close()
            return True
        except OSError:  # refused, reset, or too slow to answer yet
            time.sleep(0.02)
    return False


class Server:
    """``streamlit run app.py`` on a free port, for this machine only. Once this object is made, the page answers.

    Parameters
    ----------
    *options : str
        Options of Streamlit, besides ``.streamlit/config.toml``.
    path : str
        The path of the page, such as ``/digits``; by default the root.
    environment : mapping of str to str, optional
        Environment variables besides this process's.

    Raises
    ------
    RuntimeError
        If it does not start. The message has what it printed.
    """

    def __init__(self, *options: str, path: str = "", environment: Mapping[str, str] | None = None):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{path}"
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115, a pipe that nobody empties would stop the server
        self.process = subprocess.Popen(
            [
                *command,
                f"--server.port={self.port}",
                "--server.address=127.0.0.1",
                f"--server.baseUrlPath={path}",
                *options,
            ],
            cwd=ROOT,
            env=os.environ | (environment or {}),
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        if not answers(self.url, self.process):
            raise RuntimeError(f"The page did not start.\n{self.stop()}")

    @property
    def own_urls(self) -> list[str]:
        """The addresses of the servers, as in `ProxiedServers`: here a single one."""
        return [self.url]

    def memory_mb(self) -> float:
        """Return the memory that its process holds now (Linux)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def cpu_seconds(self) -> float:
        """Return the processor time that its process has taken so far (Linux)."""
        times = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, times[11:13])) / os.sysconf("SC_CLK_TCK")  # in user mode, and in the kernel

    def descriptors(self) -> int:
        """Count the files and connections that its process has open (Linux)."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def stop(self) -> str:
        """Stop it and return what it had printed."""
        self.process.terminate()
        self.process.wait(timeout=30)
        with self.log:
            self.log.seek(0)
            return self.log.read()
