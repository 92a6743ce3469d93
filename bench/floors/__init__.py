"""Programs that do the least that could be done: what our own is measured against."""
