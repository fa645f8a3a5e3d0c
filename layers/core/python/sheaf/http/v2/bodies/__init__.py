"""http: request bodies as pydantic reads them, leniently where real Harvest clients are known to be loose."""
