"""store: many changes at once, as many as fit into a transaction."""
