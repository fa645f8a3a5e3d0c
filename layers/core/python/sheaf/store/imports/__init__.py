"""store: the DynamoDB items of imports: the jobs, their progress and endings, and the time they write."""
