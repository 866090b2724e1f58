# imd as an image: docker run --rm --volume "$PWD:/work:ro" IMAGE check
FROM python:3.13.7-bookworm@sha256:c900d35aba5fe4c1dc1cd358408baae2902ff2a2926a1d15cc5002c6061ddb2e AS build
WORKDIR /build
COPY requirements.txt ./
RUN ["python", "-m", "pip", "install", "--no-cache-dir", "--require-hashes", "--no-deps", "--only-binary=:all:", "--target=/opt/imd", "--requirement=requirements.txt"]

FROM python:3.13.7-slim-bookworm@sha256:adafcc17694d715c905b4c7bebd96907a1fd5cf183395f0ebc4d3428bd22d92d
# git, from the archive of one day: the same commit gives the same image tomorrow.
RUN echo "deb [check-valid-until=no] http://snapshot.debian.org/archive/debian/20250920T000000Z bookworm main" >/etc/apt/sources.list && \
    rm /etc/apt/sources.list.d/debian.sources && \
    apt-get update && apt-get install --yes --no-install-recommends git=1:2.39.5-0+deb12u3 && \
    rm -rf /var/lib/apt/lists/*
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="immutable-delivery" \
      org.opencontainers.image.source="https://github.com/immutable-delivery/immutable-delivery" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV PYTHONPATH=/opt/imd PYTHONDONTWRITEBYTECODE=1
# A repository that is mounted belongs to somebody else than the user of the image.
RUN ["git", "config", "--system", "--add", "safe.directory", "*"]
COPY --from=build /opt/imd /opt/imd
COPY LICENSE /opt/imd/
COPY linter/immutable_delivery /opt/imd/immutable_delivery
COPY hooks/immutable_delivery_hooks /opt/imd/immutable_delivery_hooks
COPY policies /opt/imd/immutable_delivery/policies
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["python", "-P", "-m", "immutable_delivery"]
