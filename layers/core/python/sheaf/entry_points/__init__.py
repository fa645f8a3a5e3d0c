"""entry_points: the Lambda handlers around the operations: HTTP requests, queue messages, events and schedules."""
