"""Ports by their numbers, beside the names that Process Monitor shows."""

from __future__ import annotations

import pytest

from scripts.procmon.text.endpoints import endpoint, port_said


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ("a.net:http", "a.net:80 (http)"),
        ("192.0.2.7:HTTPS", "192.0.2.7:443 (HTTPS)"),
        ("192.0.2.7:domain", "192.0.2.7:53 (domain)"),
        ("192.0.2.7:16471", "192.0.2.7:16471"),
        ("[2001:db8::1]:http", "[2001:db8::1]:80 (http)"),
        ("2001:db8::1", "2001:db8::1"),
        ("a.net", "a.net"),
        ("a.net:not-a-service", "a.net:not-a-service"),
    ],
)
def test_a_known_service_is_told_with_its_number(shown: str, told: str):
    assert endpoint(shown) == told


def test_a_port_that_is_a_number_stays_one():
    assert port_said(80) == "80"
