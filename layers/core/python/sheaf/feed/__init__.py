"""feed: the table's stream becomes the feeds of changes of the accounts, and the events of the bus."""
