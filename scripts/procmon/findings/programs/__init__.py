"""Processes: who started whom, what they were told to do, and on whose behalf they act."""
