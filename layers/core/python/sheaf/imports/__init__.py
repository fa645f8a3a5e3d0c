"""imports: a file from its upload to the table: read, split into batches, applied, reported."""
