"""Servers behind nginx, which is configured as in ``docs/deploy.md``, for tests and benchmarks."""

import os
import re
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from model.measure.speed.server import Server, answers, free_port
from utils.files import ROOT

DEPLOY = ROOT / "docs" / "deploy.md"
PATH = "/digits"  # in that configuration
# What is put around it: a single process, with files of its own, that logs which server each visitor was sent to.
AROUND = """
daemon off; master_process off; pid nginx.pid; events {{ }}
http {{
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    map $uri $is_visit {{ default 1; ~/health$ 0; }}
    log_format visit "$server_key $upstream_addr"; access_log visits.log visit if=$is_visit;
    {}
}}
"""


def find_nginx() -> str | None:
    """Return the path of nginx; None where it is not installed."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")  # where Debian has it, for root only


@dataclass(frozen=True)
class ProxiedServers:
    """Servers behind nginx. The methods return the sums of what those of `Server` return.

    Attributes
    ----------
    url : str
        The page behind nginx.
    servers : tuple of Server
        The servers.
    log : Path
        The file in which nginx writes which server each visitor was sent to.
    """

    url: str
    servers: tuple[Server, ...]
    log: Path

    @property
    def own_urls(self) -> list[str]:
        """The address of each server without nginx."""
        return [server.url for server in self.servers]

    def memory_mb(self) -> float:
        """Return the memory that the servers hold now."""
        return sum(server.memory_mb() for server in self.servers)

    def cpu_seconds(self) -> float:
        """Return the processor time that the servers have taken so far."""
        return sum(server.cpu_seconds() for server in self.servers)

    def descriptors(self) -> int:
        """Count the files and connections that the servers have open."""
        return sum(server.descriptors() for server in self.servers)

    def visitors(self) -> dict[str, set[str]]:
        """Return to which servers each visitor, known by a cookie, was sent; a WebSocket counts once it is closed."""
        sent_to = defaultdict(set)
        for line in self.log.read_text().splitlines():
            visitor, server = line.split()
            sent_to[visitor].add(server)
        return sent_to


@contextmanager
def behind_nginx(*servers: Server) -> Iterator[ProxiedServers]:
    """Put nginx in front of two servers whose pages are at `PATH`.

    Raises
    ------
    RuntimeError
        If nginx does not start, or passes no requests on. It prints the reason.
    """
    port, ports = free_port(), iter([server.port for server in servers])
    (documented,) = re.findall(r"^```nginx\n(.*?)^```", DEPLOY.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    here = re.sub(r"listen \d+;", f"listen 127.0.0.1:{port};", documented)
    here = re.sub(r"server 127\.0\.0\.1:\d+;", lambda _: f"server 127.0.0.1:{next(ports)};", here)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "nginx.conf").write_text(AROUND.format(here))
        nginx = subprocess.Popen([find_nginx(), "-p", folder, "-c", "nginx.conf", "-e", "stderr"])
        try:
            url = f"http://127.0.0.1:{port}{PATH}"
            if not answers(url, nginx):
                raise RuntimeError("nginx does not start, or passes no requests on.")
            yield ProxiedServers(url, servers, Path(folder, "visits.log"))
        finally:
            nginx.terminate()
            nginx.wait(timeout=30)
