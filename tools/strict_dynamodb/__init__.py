"""DynamoDB as it refuses: a server in front of a local engine, which never does.

`rules` says what is refused and how long calls take, `server` speaks the wire protocol.
"""
