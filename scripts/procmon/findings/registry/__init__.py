"""What was done to the registry, and what its keys mean."""
