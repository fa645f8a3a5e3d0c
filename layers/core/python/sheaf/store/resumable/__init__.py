"""store: operations larger than one transaction, and how an interrupted one is resumed."""
