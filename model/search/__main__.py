"""``python -m model.search``."""

from utils.libraries import tune_libraries

tune_libraries()

from model.search.worker import main

main()
