"""``python -m model.measure evaluate``, ``ablation``, ``table`` or ``benchmark``; each says more with ``--help``."""

import sys
from importlib import import_module

from utils.libraries import tune_libraries

TOOLS = ("evaluate", "ablation", "table", "benchmark")

tool, *options = sys.argv[1:] or ["--help"]
if tool not in TOOLS:
    sys.exit(f"usage: python -m model.measure {{{','.join(TOOLS)}}} ...")
if tool in ("ablation", "table") or options[:1] == ["hands"]:  # they train
    tune_libraries()
sys.exit(import_module(f"model.measure.{tool}").main(options))
