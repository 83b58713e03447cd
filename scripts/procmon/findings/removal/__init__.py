"""What is left at the end: how to undo it, what to look for elsewhere, what stays open."""
