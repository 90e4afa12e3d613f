"""``python -m model.export``."""

import sys

from model.export.files import main

sys.exit(main())
