"""store: DynamoDB, and nothing but DynamoDB. Every access pattern has a number in docs/data-model.md."""
