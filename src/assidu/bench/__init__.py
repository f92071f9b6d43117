"""`assidu bench`: each path against a reference measured in the same run, on the same machine and the same tables."""
