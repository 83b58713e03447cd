"""Rights gained and settings that keep others out."""
