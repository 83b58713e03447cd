"""What became of files: made, copied, changed, renamed, deleted, disguised."""
