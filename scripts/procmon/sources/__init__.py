"""Captures of every format, read into events and the tables beside them."""
