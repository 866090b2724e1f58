"""Many images at once: each asked for once, a few at a time of every registry."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from immutable_delivery.records import Record
from immutable_delivery.registry.client import Note, Registry
from immutable_delivery.registry.credentials import Keys
from immutable_delivery.registry.reference import ImageReference, Mirrors
from immutable_delivery.transport.client import Limits, RefusedError, Transport

AT_ONCE = 4
"""Requests at a time for one registry."""
THREADS = 32

T = TypeVar("T")

Done = Callable[[int, int], None]
"""Is told how many names of how many have an answer."""


class RegistryOptions(Record, frozen=True, kw_only=True):
    """What the caller allows: other places to ask, and registries without encryption."""

    mirrors: tuple[str, ...] = ()
    insecure: tuple[str, ...] = ()
    limits: Limits = Limits()
    note: Note = lambda _said: None


def ask_all(
    names: Iterable[ImageReference],
    question: Callable[[Registry, str, ImageReference], T],
    reach: RegistryOptions,
    *,
    done: Done = lambda _done, _total: None,
    environ: Mapping[str, str] = os.environ,
) -> tuple[dict[ImageReference, T], dict[ImageReference, str]]:
    """Put a question about every name to its registry; return the answers, and the reasons where there is none."""
    mirrors, keys = Mirrors(reach.mirrors), Keys(environ)
    transport = Transport(reach.insecure, reach.limits)
    queues: dict[str, deque[tuple[ImageReference, str]]] = {}
    for name in sorted(set(names)):
        host, repository = mirrors.location(name)
        queues.setdefault(host, deque()).append((name, repository))
    total = sum(map(len, queues.values()))
    found: dict[ImageReference, T] = {}
    refused: dict[ImageReference, str] = {}

    def drain(registry: Registry, queue: deque[tuple[ImageReference, str]]) -> None:
        while queue:
            try:
                name, repository = queue.popleft()
            except IndexError:  # another thread was faster
                return
            try:
                found[name] = question(registry, repository, name)
            except RefusedError as error:
                refused[name] = str(error)
            done(len(found) + len(refused), total)

    try:
        _run(
            drain,
            [
                (Registry(host, transport, keys, reach.note), queue)
                for host, queue in queues.items()
            ],
        )
    finally:
        transport.close()
    return found, refused


def _run(
    drain: Callable[[Registry, deque[tuple[ImageReference, str]]], None],
    work: Collection[tuple[Registry, deque[tuple[ImageReference, str]]]],
) -> None:
    """Work through every queue, with a few threads for each."""
    with ThreadPoolExecutor(THREADS) as pool:
        jobs = [pool.submit(drain, *one) for one in work for _ in range(min(AT_ONCE, len(one[1])))]
        try:
            for job in jobs:
                job.result()
        except BaseException:
            for _, queue in work:
                queue.clear()
            raise
