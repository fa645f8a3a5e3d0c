"""imports: the way of a file from its upload to the table: read, cut into batches, applied, reported."""
