"""aws: the clients of the AWS services, and what functions store in them, send to them and receive from them."""
