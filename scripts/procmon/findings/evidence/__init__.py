"""What findings rest on: events chosen and read, who acted, earlier tables, the filter that shows them again."""
