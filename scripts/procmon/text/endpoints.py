"""Ports that Process Monitor shows by the names of their services, with the numbers that firewalls and logs have."""

from __future__ import annotations

from scripts.procmon.knowledge import knowledge


def port_said(port: str | int) -> str:
    """ "http" → "80 (http)"; any other port as it is."""
    number = knowledge("network")["services"].get(str(port).lower())
    return f"{number} ({port})" if number else str(port)


def endpoint(end: str) -> str:
    """ "a.net:http" → "a.net:80 (http)"; any other text as it is."""
    host, colon, port = end.rpartition(":")
    return f"{host}:{port_said(port)}" if colon else end
