"""The hot routes: a small ASGI application on the same tables and the same rooms as everything else."""
