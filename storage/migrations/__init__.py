"""Schema revisions, oldest first. Adding one: a module in ``versions`` and its name here."""

REVISIONS = ("0001",)
HEAD = REVISIONS[-1]
