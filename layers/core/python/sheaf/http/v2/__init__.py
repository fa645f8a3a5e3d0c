"""http: requests and responses of version 2 of the API."""
