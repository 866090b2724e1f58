"""What meta files say that the repository says otherwise: each sentence with the place that contradicts it.

Only what is known contradicts: a sentence of which nothing here tells anything stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from immutable_delivery.facts import (
    Build,
    Container,
    Contract,
    Contradiction,
    Fact,
    Image,
    Sentence,
)
from immutable_delivery.links.agreed import Around, Said, ports_of, same_environment
from immutable_delivery.links.dependencies import circular, missing, needed
from immutable_delivery.links.keeping import kept
from immutable_delivery.links.pipelined import pipelined
from immutable_delivery.references.images import name_and_tag
from immutable_delivery.source.files import below


def link_contradictions(facts: Sequence[Fact], builds: Sequence[Build]) -> list[Fact]:
    """Return the facts, and what contradicts the meta files among them."""
    around = Around(facts, builds)
    found = [
        _contradiction(contract, said)
        for contract in around.contracts
        for check in _CHECKS
        for said in check(contract, around)
    ]
    return [*facts, *found, *(_contradiction(*one) for one in circular(around))]


def _contradiction(contract: Contract, said: Said) -> Contradiction:
    sentence, instead, place = said
    return Contradiction(
        used_at=sentence.place,
        extent=sentence.place,
        related=(place,) if place else (),
        scope=contract.scope,
        name=contract.name,
        sentence=sentence.path,
        says=sentence.value,
        instead=instead,
    )


def _service(contract: Contract, around: Around) -> Iterator[Said]:
    """Yield a service that nothing here builds or runs, where others run."""
    if around.containers and not around.of(contract) and not contract.builds:
        for sentence in around.said(contract, "service"):
            yield sentence, "nothing here builds or runs a service of that name", None


def _image(contract: Contract, around: Around) -> Iterator[Said]:
    """Yield an image that is not what runs."""
    for sentence in around.said(contract, "image"):
        name = name_and_tag(sentence.value)[0]
        images = around.images(contract)
        if images and all(image.name and _differs(image.name, name) for image in images):
            yield sentence, f"what runs is '{images[0].name}'", images[0].place_of("repository")


def _differs(one: str, other: str) -> bool:
    """Whether two names are certainly of two images: a bare one may be any that ends in it."""
    bare = "/" not in one or "/" not in other
    return one != other and not (bare and one.rpartition("/")[2] == other.rpartition("/")[2])


def _build(contract: Contract, around: Around) -> Iterator[Said]:
    """Yield a Dockerfile, context or stage that is not what something else builds the same image of."""
    for build in around.builds(contract):
        for key, value in (
            ("dockerfile", build.dockerfile),
            ("context", build.context),
            ("target", build.target),
        ):
            for sentence in around.said(contract, key):
                if value is not None and value != sentence.value:
                    told = value or ("." if key == "context" else "the last one")
                    yield sentence, f"{build.tool} builds that image with {told}", build.place


def _ports(contract: Contract, around: Around) -> Iterator[Said]:
    """Yield ports that no container listens on."""
    for container in around.running(contract) or around.of(contract):
        ports = ports_of(container)
        for sentence in around.said(contract, "port") if ports else ():
            if sentence.value.removesuffix("/tcp") not in ports:
                told = ", ".join(sorted(ports))
                yield sentence, f"the container listens on {told}", container.place_of("ports")


def _environments(contract: Contract, around: Around) -> Iterator[Said]:
    """Yield environments that the service does not reach, and those that it reaches too."""
    named = around.said(contract, "environment")
    reached: dict[str, Container] = {}
    for container in around.running(contract):
        for name in container.scope.environments:
            reached.setdefault(name, container)
    manifests = {one.about for one in around.said(contract, "manifests")}
    for sentence in named:
        near = any(same_environment(sentence.value, name) for name in reached)
        if reached and not near and sentence.value not in manifests:
            first = next(iter(reached.values()))
            yield sentence, f"it runs in {', '.join(sorted(reached))}", first.used_at
    for name, container in sorted(reached.items()):
        if named and not any(same_environment(one.value, name) for one in named):
            yield named[-1], f"it runs in {name} too", container.used_at


def _manifests(contract: Contract, around: Around) -> Iterator[Said]:
    """Yield manifests that deploy something else, or to another environment."""
    names = {one.value for one in around.said(contract, "environment")}
    for sentence in around.said(contract, "manifests"):
        held = [
            one for path in below(around.manifests, sentence.value) for one in around.held[path]
        ]
        own = [one for one in held if contract.scope.service in one.scope.services]
        if held and not own:
            told = ", ".join(sorted({one.scope.service for one in held if one.scope.service}))
            yield sentence, f"what is deployed there is {told}", held[0].used_at
        for one in own:
            there = one.scope.environments
            elsewhere = not any(same_environment(sentence.about, name) for name in there)
            if there and elsewhere and any(same_environment(n, t) for n in names for t in there):
                yield sentence, f"that deploys to {', '.join(there)}", one.used_at


def _digests(contract: Contract, around: Around) -> Iterator[Said]:
    """Yield digests of which another runs."""
    for sentence in around.said(contract, "digest"):
        for image in around.images(contract):
            if sentence.about in image.scope.environments and _is_another(image, sentence):
                yield sentence, f"what runs there is {image.digest}", image.place_of("digest")


def _is_another(image: Image, sentence: Sentence) -> bool:
    return bool(image.digest) and image.digest != sentence.value


_CHECKS = (
    _service, _image, _build, _ports, _environments, _manifests, _digests, pipelined, kept, needed, missing,
)  # fmt: skip
"""Each yields the sentences that are contradicted, by what, and where that stands."""
