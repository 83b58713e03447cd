"""What a path says: its kind, its place, its short and its plain form."""
