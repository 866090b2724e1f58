"""Custom kinds that name images outside of a pod spec: where, and in what role."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.formats.lookup import find, items, text
from immutable_delivery.formats.yamltree import Mapping, Node, Scalar

_PERCONA = ("haproxy", "proxysql", "backup", "pmm", "logcollector")
_AGENTS = ("java", "nodejs", "python", "dotnet", "go", "apacheHttpd", "nginx")

_PLACES: dict[tuple[str, str], tuple[str, ...]] = {
    ("monitoring.coreos.com", "Prometheus"): ("spec.image", "spec.thanos.image"),
    ("monitoring.coreos.com", "PrometheusAgent"): ("spec.image",),
    ("monitoring.coreos.com", "Alertmanager"): ("spec.image",),
    ("monitoring.coreos.com", "ThanosRuler"): ("spec.image",),
    ("operator.victoriametrics.com", "*"): ("spec.image",),
    ("postgresql.cnpg.io", "Cluster"): ("spec.imageName",),
    ("postgresql.cnpg.io", "ImageCatalog"): ("spec.images.*.image",),
    ("postgresql.cnpg.io", "ClusterImageCatalog"): ("spec.images.*.image",),
    ("postgres-operator.crunchydata.com", "PostgresCluster"): (
        "spec.image", "spec.backups.pgbackrest.image", "spec.proxy.pgBouncer.image",
    ),
    ("acid.zalan.do", "postgresql"): ("spec.dockerImage",),
    ("pxc.percona.com", "PerconaXtraDBCluster"): ("spec.pxc.image", *(f"spec.{one}.image" for one in _PERCONA)),
    ("ps.percona.com", "PerconaServerMySQL"): ("spec.mysql.image", *(f"spec.{one}.image" for one in _PERCONA)),
    ("psmdb.percona.com", "PerconaServerMongoDB"): ("spec.image", *(f"spec.{one}.image" for one in _PERCONA)),
    ("pgv2.percona.com", "PerconaPGCluster"): ("spec.image", "spec.backups.pgbackrest.image"),
    ("k8s.mariadb.com", "MariaDB"): ("spec.image",),
    ("databases.spotahome.com", "RedisFailover"): ("spec.redis.image", "spec.sentinel.image"),
    ("redis.redis.opstreelabs.in", "*"): ("spec.kubernetesConfig.image", "spec.redisExporter.image"),
    ("rabbitmq.com", "RabbitmqCluster"): ("spec.image",),
    ("kafka.strimzi.io", "Kafka"): (
        "spec.kafka.image", "spec.zookeeper.image", "spec.entityOperator.topicOperator.image",
        "spec.entityOperator.userOperator.image", "spec.cruiseControl.image", "spec.kafkaExporter.image",
    ),
    ("kafka.strimzi.io", "KafkaConnect"): ("spec.image",),
    ("kafka.strimzi.io", "KafkaBridge"): ("spec.image",),
    ("kafka.strimzi.io", "KafkaMirrorMaker2"): ("spec.image",),
    ("elasticsearch.k8s.elastic.co", "Elasticsearch"): ("spec.image",),
    ("kibana.k8s.elastic.co", "Kibana"): ("spec.image",),
    ("apm.k8s.elastic.co", "ApmServer"): ("spec.image",),
    ("agent.k8s.elastic.co", "Agent"): ("spec.image",),
    ("beat.k8s.elastic.co", "Beat"): ("spec.image",),
    ("logstash.k8s.elastic.co", "Logstash"): ("spec.image",),
    ("k8s.keycloak.org", "Keycloak"): ("spec.image",),
    ("minio.min.io", "Tenant"): ("spec.image",),
    ("opentelemetry.io", "OpenTelemetryCollector"): ("spec.image",),
    ("opentelemetry.io", "Instrumentation"): tuple(f"spec.{one}.image" for one in _AGENTS),
    ("jaegertracing.io", "Jaeger"): tuple(
        f"spec.{one}.image" for one in ("allInOne", "collector", "query", "agent", "ingester")
    ),
    ("sparkoperator.k8s.io", "SparkApplication"): ("spec.image", "spec.driver.image", "spec.executor.image"),
    ("sparkoperator.k8s.io", "ScheduledSparkApplication"): (
        "spec.template.image", "spec.template.driver.image", "spec.template.executor.image",
    ),
    ("flink.apache.org", "FlinkDeployment"): ("spec.image",),
    ("serving.kserve.io", "InferenceService"): ("spec.predictor.model.image", "spec.transformer.model.image"),
    ("tekton.dev", "StepAction"): ("spec.image",),
    ("kubevirt.io", "VirtualMachine"): ("spec.template.spec.volumes.*.containerDisk.image",),
    ("kubevirt.io", "VirtualMachineInstance"): ("spec.volumes.*.containerDisk.image",),
    ("operators.coreos.com", "CatalogSource"): ("spec.image",),
    ("build.openshift.io", "BuildConfig"): (
        *(f"spec.strategy.{one}Strategy.from.name" for one in ("docker", "source", "custom")), "spec.source.images.*.from.name",
    ),
    ("image.openshift.io", "ImageStream"): ("spec.tags.*.from.name",),
    ("pkg.crossplane.io", "*"): ("spec.package",),
    ("gateway.envoyproxy.io", "EnvoyProxy"): (
        "spec.provider.kubernetes.envoyDeployment.container.image",
        "spec.provider.kubernetes.envoyDaemonSet.container.image",
    ),
    ("longhorn.io", "EngineImage"): ("spec.image",),
}  # fmt: skip


def images(root: Mapping, group: str, kind: str) -> Iterator[tuple[str, Scalar]]:
    """Yield the images that a custom kind names outside of pod specs, with the path of each."""
    for path in (*_PLACES.get((group, kind), ()), *_PLACES.get((group, "*"), ())):
        found: list[Node | None] = [root]
        for step in path.split("."):
            found = [one for node in found for one in _below(node, step)]
        yield from ((path, node) for node in found if isinstance(node, Scalar) and not node.null)


def _below(node: Node | None, step: str) -> list[Node | None]:
    """Return what lies one step down; what OpenShift refers to is an image only where it says so."""
    if step == "*":
        return [*items(node)]
    below = find(node, step)
    return [below] if step != "from" or text(below, "kind") == "DockerImage" else []
