"""Where it is wired: the server, the worker, the command line and their settings."""

import os

# Our matrices are small and our processes many: threads of the linear algebra would only get in each other's way.
# NumPy reads this once, when it is first imported, and every part of us that imports it is started from here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
