"""The rules of who may import whom: see "Where things go" in CONTRIBUTING.md."""

import ast
import re
import tomllib
from pathlib import Path

from tests.conftest import ROOT
from utils.image import MAX_FILE_BYTES

OURS = {"app", "app_pages", "model", "train", "utils"}
MAY_IMPORT = {"app": {"app_pages", "model", "utils"}, "app_pages": {"app_pages", "model", "utils"}}
MAY_IMPORT |= {"train": {"model", "utils"}, "model": {"model", "utils"}, "utils": {"utils"}}
TRAINING = {"tensorflow", "keras"}


def imports(path: Path, at_once: bool = False) -> set[str]:
    """Return the dotted names of all that a file imports: anywhere in it, or only when it is imported itself."""
    found, tree = set(), ast.parse(path.read_text())
    for node in tree.body if at_once else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


FILES = [ROOT / "app.py", ROOT / "train.py", *(path for part in OURS for path in (ROOT / part).rglob("*.py"))]


def test_every_import_is_allowed():
    for path in FILES:
        part = path.relative_to(ROOT).parts[0].removesuffix(".py")
        tops = {name.split(".")[0] for name in imports(path)}
        assert tops & OURS <= MAY_IMPORT[part], path
        if part not in ("app", "app_pages") and not path.is_relative_to(ROOT / "model" / "measure"):
            assert "streamlit" not in tops, path
        if part not in ("model", "train"):
            assert not tops & TRAINING, path


def test_what_the_page_imports_stays_free_of_training():
    seen, waiting = set(), [path for path in FILES if path.relative_to(ROOT).parts[0] in ("app.py", "app_pages")]
    while waiting:
        names = imports(waiting.pop(), at_once=True)
        files = {ROOT / f"{name.replace('.', '/')}.py" for name in names} & set(FILES)
        waiting += files - seen
        seen |= files
    assert {"predictor.py", "occlusion.py"} <= {path.name for path in seen}
    for path in seen:
        assert not {name.split(".")[0] for name in imports(path, at_once=True)} & TRAINING, path


def test_no_page_imports_a_page():
    pages = set(re.findall(r'st\.Page\("app_pages/(\w+)\.py"', (ROOT / "app.py").read_text()))
    assert pages
    for path in (ROOT / "app_pages").rglob("*.py"):
        assert not {f"app_pages.{page}" for page in pages} & imports(path), path


def test_no_error_is_shown_as_markdown():
    for path in (ROOT / "app.py", *(ROOT / "app_pages").rglob("*.py")):
        shown = re.findall(r'st\.\w+\((?:str\(error\)|f"[^"]*\{error\}).*', path.read_text())
        assert not shown, f"{path}: an error may tell of files and their names: as_markdown"


def test_of_optuna_only_public_names_are_used():
    searching = [path for path in (*FILES, *(ROOT / "tests").rglob("*.py")) if "optuna" in imports(path)]
    assert {"studies.py", "trials.py", "worker.py", "test_worker.py"} <= {path.name for path in searching}
    for path in searching:
        attributes = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        assert not [name for name in attributes if re.match("_[^_]", name)], path
        names = {part for name in imports(path) if name.startswith("optuna") for part in name.split(".")}
        assert not [name for name in names if name.startswith("_")], path


def test_upload_limits_agree():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["server"]["maxUploadSize"] * 2**20 == MAX_FILE_BYTES
    assert config["browser"]["gatherUsageStats"] is False


def test_many_sessions_do_not_wait_for_what_streamlit_does_by_default():
    # `python -m model.measure benchmark sessions` shows what both cost.
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["server"]["fileWatcherType"] == "none"
    assert config["runner"]["postScriptGC"] is False
