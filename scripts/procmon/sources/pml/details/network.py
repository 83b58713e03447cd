"""Details of network events: who talked to whom, how much, and the counters that Windows adds."""

from __future__ import annotations

import numpy as np

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.columns import Encoded
from scripts.procmon.sources.pml.group import U2, U4, Group, decoded
from scripts.procmon.sources.pml.names.operations import UNKNOWN


def _at(name: str) -> int:
    return layout.place(layout.NETWORK_DETAIL, name)


def decode(group: Group) -> None:
    """Operation with its protocol, path "host:port -> host:port", length and counters."""
    flags = group.at(_at("flags"), U2)
    name = group.name
    group.operation = group.form(
        lambda flags: name if name == UNKNOWN else f"{'TCP' if flags & layout.IS_TCP else 'UDP'} {name}",
        flags & layout.IS_TCP,
    )
    hosts = group.records.hosts
    group.path = group.form(
        lambda flags, source, source_port, target, target_port: (
            f"{hosts.host(source, is_ipv4=bool(flags & layout.SOURCE_IS_IPV4))}"
            f":{hosts.port(source_port, is_tcp=bool(flags & layout.IS_TCP))} -> "
            f"{hosts.host(target, is_ipv4=bool(flags & layout.TARGET_IS_IPV4))}"
            f":{hosts.port(target_port, is_tcp=bool(flags & layout.IS_TCP))}"
        ),
        flags & 7,
        _address(group, "source"),
        group.at(_at("source_port"), U2),
        _address(group, "target"),
        group.at(_at("target_port"), U2),
    )
    counters_at = group.start + layout.NETWORK_DETAIL.itemsize
    counters = group.blob(np.minimum(counters_at, group.end), np.maximum(group.end - counters_at, 0))
    group.detail = group.form(
        lambda length, counters: f"Length: {length}{counters}",
        group.at(_at("length"), U4),
        counters.map(_counters),
    )


def _address(group: Group, name: str) -> Encoded[bytes]:
    return group.blob(group.start + _at(name), np.full(group.size, 16))


def _counters(raw: bytes) -> str:
    words = decoded(raw).split("\0")
    if "" in words:
        words = words[: words.index("")]
    return "".join(f", {name}: {value}" for name, value in zip(words[0::2], words[1::2], strict=False))
