"""`make run`: the API on this machine, from template.yaml, without Docker, Java or an AWS account."""
