"""`sheaf`, the operator's command line: the accounts, users and access tokens of one deployment.

It calls the layer's own store with the operator's AWS credentials. There is no route for any of this, so that nobody
can make themselves an administrator over HTTP.
"""
