"""Sheaf: the rules (`domain`), the table (`store`) and the wire (`http`) that every function shares."""
