"""What one room hands to the next: names of columns and files, their types, what may be missing."""
