"""store: how a record of each kind is stored: its items, its lists and its counters."""
