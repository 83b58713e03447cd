"""Two captures side by side: what is new in the later one, what is gone, what has changed."""
