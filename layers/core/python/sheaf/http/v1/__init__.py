"""http: requests and responses of version 1 of the API, in XML and in JSON, for the same records as v2."""
