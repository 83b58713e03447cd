"""Findings → what people read: HTML, PDF, the index, the evidence beside them. Sees no capture, only results/."""
