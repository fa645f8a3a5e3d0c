"""http: API Gateway events in, API Gateway answers out. Knows statuses and headers, no keys and no table."""
