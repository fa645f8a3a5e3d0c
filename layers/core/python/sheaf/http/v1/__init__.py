"""http: Harvest's first API, in XML and in JSON: the words of v1 for the same records that v2 shows."""
