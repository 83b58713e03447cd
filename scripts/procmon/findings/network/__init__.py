"""Peers and what was exchanged with them."""
