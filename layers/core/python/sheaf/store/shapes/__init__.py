"""store: how each kind of record becomes items, in which lists it stands and where it counts."""
