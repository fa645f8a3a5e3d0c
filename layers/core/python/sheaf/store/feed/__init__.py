"""store: the feed of an account's changes."""
