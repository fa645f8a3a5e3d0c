"""queues: S3, SQS and EventBridge: their clients, and the shapes of what comes from them and goes to them."""
