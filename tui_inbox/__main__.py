"""``python -m tui_inbox`` is ``tui-inbox``."""

import sys

from tui_inbox.cli import main

if __name__ == "__main__":
    sys.exit(main())
