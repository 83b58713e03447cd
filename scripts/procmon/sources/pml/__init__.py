"""Process Monitor's native log, PML."""
