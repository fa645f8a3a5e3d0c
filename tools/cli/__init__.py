"""`sheaf`, the operator's command line: the accounts, users, access tokens and imports of one deployment.

It calls the layer's own store with the operator's AWS credentials. There is no route for accounts, users and
tokens, so that nobody can make themselves an administrator over HTTP.
"""
