"""Captures of every format, read into events and the tables beside them."""

import os

# Nothing here multiplies matrices: threads that NumPy starts for it would spin, on a core that decoding needs.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
