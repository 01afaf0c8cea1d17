"""Where it is wired: the server, the worker, the command line and their settings."""
