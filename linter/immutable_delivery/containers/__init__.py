"""Containers: what any format says of one, and the one way from there to facts.

A format is an adapter: it fills a :class:`~immutable_delivery.containers.spec.ContainerSpec` and hands it to
:func:`~immutable_delivery.containers.lower.lower`. It makes no Container, Image, Start, Mount or Variable itself, follows
no script and reads no package.json: that is done here, once.
"""
