"""Programs for those who work on Sheaf or run it; nothing here is deployed."""
