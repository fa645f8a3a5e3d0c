"""webhooks: where an address leads, and the one request that is sent there."""
