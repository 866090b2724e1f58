"""What the tables say of names (of folders, files, variables, kinds), in a second list that is not read from them."""

from __future__ import annotations

import pytest

from immutable_delivery.containers.environments import conventional, is_development
from immutable_delivery.containers.secrets import secret_file, secret_variable
from immutable_delivery.effects.starts import package_script
from immutable_delivery.formats.compose.service import conventional as of_compose
from immutable_delivery.references.git import of_ref
from immutable_delivery.references.packages.systems import rpm
from immutable_delivery.references.revisions import revision
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import (
    ApiGroups,
    CustomKinds,
    Environments,
    Files,
    Layout,
    Packages,
    Releases,
    Revisions,
    Secrets,
)

DEVELOPMENT = "dev devel develop development local localhost debug minikube kind k3d k3s docker-desktop microk8s sandbox skaffold tilt"
STAGES = "ci test testing int integration qa uat acceptance preview stage staging stg preprod pre-prod canary prod prd production live"
AMBIGUOUS = "ci test testing int integration kind debug live skaffold stage"
HOLDERS = "overlays overlay environments environment envs env clusters cluster stages"
SHARED = "base bases common components shared default"
ENDS = "dev development local qa uat staging stg preprod pre-prod prod production"


@pytest.mark.parametrize("name", [*DEVELOPMENT.split(), *STAGES.split()])
def test_folders_name_environments(name: str) -> None:
    assert is_development(name) is (name in DEVELOPMENT.split())
    assert conventional(f"overlays/{name}/a.yaml").name == name
    alone = "" if name in AMBIGUOUS.split() else name
    assert conventional(f"deploy/{name}/a.yaml").name == alone
    at_end = name if name in ENDS.split() else ""
    assert conventional(f"values-{name}.yaml").name == at_end


def test_what_lies_beside_environments_is_none() -> None:
    for holder in HOLDERS.split():
        assert conventional(f"{holder}/berlin/a.yaml").name == "berlin", holder
        for shared in SHARED.split():
            assert conventional(f"{holder}/{shared}/a.yaml").name == "", shared
    assert conventional("regions/berlin/a.yaml").name == ""


def test_every_word_for_environments_is_reviewed() -> None:
    found = known(Environments)
    assert found.development == set(DEVELOPMENT.split())
    assert found.stages == tuple(STAGES.split())
    assert found.ambiguous == set(AMBIGUOUS.split())
    assert found.holders | found.shared == {*HOLDERS.split(), *SHARED.split()}
    assert set(found.in_names) == set(ENDS.split())
    assert found.variables == {
        "NODE_ENV", "APP_ENV", "RAILS_ENV", "RACK_ENV", "FLASK_ENV", "ASPNETCORE_ENVIRONMENT", "MIX_ENV", "ENVIRONMENT",
    }  # fmt: skip


COMPOSE_DEVELOPMENT = "override dev devel develop development local localhost debug"
COMPOSE_STAGES = "test tests testing ci e2e integration qa uat stage staging preprod preview sandbox demo prod production live"


@pytest.mark.parametrize("word", [*COMPOSE_DEVELOPMENT.split(), *COMPOSE_STAGES.split()])
def test_compose_files_name_environments(word: str) -> None:
    for path in (f"compose.{word}.yaml", f"docker-compose-{word}.yml", f"{word}/compose.yaml"):
        found = of_compose(path)
        assert found is not None, path
        assert (found.name, found.development) == (word, word in COMPOSE_DEVELOPMENT.split())


def test_every_word_for_compose_files_is_reviewed() -> None:
    found = known(Environments)
    assert found.compose_development == set(COMPOSE_DEVELOPMENT.split())
    assert found.compose_stages == set(COMPOSE_STAGES.split())
    assert found.compose_undelivered == {"test", "tests", "testing", "e2e", "pull"}
    assert of_compose("compose.yaml") is of_compose("compose.web.yaml") is None


SECRET = (
    "apikey api_key accesskey access_key auth credential credentials key passphrase password passwd pword pass \
secret secrets token tokens dbpass dbpasswd dbpassword dbpwd"
)
HARMLESS = (
    "public pub file files path dir folder url uri host port name alias version type format algorithm length size ttl \
expiry expires expiration timeout header prefix suffix enable enabled disable disabled method mode module backend provider server \
issuer audience realm endpoint fingerprint gpg pgp map layout store ring role id_file prompt string manager helper hint label title regex \
pattern policy rotation strength complexity required networks"
)
PATHS = (
    "id_rsa .ssh/id_dsa id_ecdsa id_ed25519 .env .env.production .env.production.local web.env .npmrc .pypirc .netrc _netrc \
.git-credentials .dockercfg .docker/config.json .aws/credentials .kube/config kubeconfig .htpasswd .pgpass .my.cnf .vault-token \
credentials.json service-account.json service_account-prod.json serviceaccount.json terraform.tfvars secret.yaml secret.yml \
secret.json secret.env secret.toml secrets.yaml secrets.yml secrets.json secrets.env secrets.toml server.pem tls.key a.pfx a.p12 \
a.jks a.keystore a.kdbx a.ppk"
)
PLAIN = ".env.example .env.sample secrets.template.json web.dist.env .env.default .env.defaults secrets.schema.json id_rsa.pub \
.env.test ca.pem cacert.pem ca-bundle.pem cert.pem certs.pem chain.pem fullchain.pem root.pem bundle.pem main.py"


def test_words_that_make_a_variable_a_secret() -> None:
    for word in SECRET.split():
        for name in (word, f"DB_{word.upper()}", f"{word}_2"):
            assert secret_variable(name, "hunter22") == "name", name
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "MY_AWS_SESSION_TOKEN", "PWD_OF_DB"):
        assert secret_variable(name, "hunter22") == "name", name
    assert set(known(Secrets).names) == {*SECRET.split(), "pwd"}
    assert len(known(Secrets).always) == 3


CHOSEN = "passphrase password passwd pword pwd pass dbpass dbpasswd dbpassword dbpwd secret secrets"
NONE = """invalid dummy fake none null test testing example placeholder unset undefined empty disabled unused not-used todo tbd
not-a-secret no-secret dummy-key dummy_key fake-key fake_key"""


def test_words_that_stand_for_no_secret_where_it_is_issued_elsewhere() -> None:
    for value in NONE.split():
        for name in ("API_KEY", "ACCESS_TOKEN", "AWS_ACCESS_KEY_ID"):
            assert secret_variable(name, value) == "", value
    for word in CHOSEN.split():
        for value in ("dummy", "123", "changeme"):
            assert secret_variable(f"MY_{word}", value) == ("" if word == "pwd" else "name"), word
    assert set(known(Secrets).chosen) == set(CHOSEN.split())
    assert len(known(Secrets).no_secrets) == len(NONE.split())


def test_words_that_make_it_harmless() -> None:
    for word in HARMLESS.split():
        for name in (f"TOKEN_{word.upper()}", f"{word}_token"):
            assert secret_variable(name, "hunter22") == "", name
    assert set(known(Secrets).harmless) == set(HARMLESS.split())
    whole = (
        "PWD OLDPWD DB_PWD KMS_KEY_ID PASS_SCHEME AUTH_USER TOKEN_USERNAME SSH_KEY_NAME FOREIGN_KEY foreignkey PRIMARY_KEY primarykey SORT_KEY sortkey CACHE_KEY \
cachekey INDEX_KEY indexkey HOT_KEY hotkey APP_KUBE_SECRET"
    )
    assert [name for name in whole.split() if secret_variable(name, "hunter22")] == []
    secrets = known(Secrets)
    others = (secrets.harmless_ends, secrets.harmless_beginnings, secrets.harmless_names)
    assert sum(map(len, others)) == len(whole.split()) == 21


def test_files_that_are_secrets() -> None:
    assert [path for path in PATHS.split() if not secret_file(path)] == []
    assert [path for path in PLAIN.split() if secret_file(path)] == []
    secrets = known(Secrets)
    assert (len(secrets.files), len(secrets.file_endings)) == (38, 8)
    assert (len(secrets.harmless_files), len(secrets.certificates)) == (9, 9)


SOURCE = (
    "py js mjs cjs ts tsx jsx vue svelte rb php go rs java kt scala cs fs ex exs erl clj pl lua swift dart jar war dll so wasm \
sh html css erb jinja jinja2"
)
COPIED = "conf cnf cfg ini yaml yml toml json properties xml env crt cer pem key repo list sources asc gpg txt md tmpl tpl j2 template"
MOUNTED = "conf cnf cfg ini yaml yml json toml properties xml env tmpl template rules vcl hcl"
CODE_FOLDERS = (
    "/app /src /code /srv /workspace /work /project /usr/src /opt/app /var/www /home/me/app"
)
DATA_FOLDERS = (
    "/var/lib /var/log /var/cache /data /db /backup /backups /dump /tmp /run /cert /certs /etc/ssl /etc/pki /etc/ca-certificates /usr/local/share/ca-certificates /etc/letsencrypt \
/etc/localtime /etc/timezone /usr/share/zoneinfo /usr/share/ca-certificates /docker-entrypoint-initdb.d /media /upload /uploads \
/log /logs"
)


def test_endings_tell_code_from_configuration() -> None:
    files = known(Files)
    assert all(files.source.search(f"a/b.{ending}") for ending in SOURCE.split())
    assert all(files.copied_configuration.search(f"a.{ending}") for ending in COPIED.split())
    assert all(files.configures.search(f"a.{ending}") for ending in MOUNTED.split())
    for path in ("package.json", "a/tsconfig.json", "composer.json", "deno.json", "pom.xml"):
        assert files.code_all_the_same.search(path), path
    assert not files.code_all_the_same.search("my-package.json")
    lengths = (files.code, files.configuration, files.mounted_configuration, files.code_files)
    assert [*map(len, lengths)] == [
        len(SOURCE.split()),
        len(COPIED.split()),
        len(MOUNTED.split()),
        5,
    ]


def test_folders_tell_code_from_state() -> None:
    files = known(Files)
    for folder in CODE_FOLDERS.split():
        assert files.code_folder.match(folder), folder
        assert files.code_folder.match(f"{folder}/x"), folder
        assert not files.code_folder.match(f"{folder}x"), folder
    for folder in DATA_FOLDERS.split():
        assert files.data_folder.match(folder), folder
        assert not files.data_folder.match(f"{folder}x") or f"{folder}x" in DATA_FOLDERS.split()
    assert len(files.code_folders) == len(CODE_FOLDERS.split())
    assert len(files.data_folders) == len(DATA_FOLDERS.split())


LAYOUT = (
    "base bases overlay overlays env envs environment environments components cluster clusters infra docker compose swarm \
release app apps service services src packages ops resources templates manifest deploy deployment deployments docker-compose docker-swarm helm \
chart charts helm-chart helm-charts stage \
staging prod production dev development test testing qa uat preprod pre-prod local ci"
)
TOOLS = "kubernetes k8s kube kustomize manifests argocd flux gitops"


def test_folders_that_part_one_project() -> None:
    layout = known(Layout)
    for word in (*LAYOUT.split(), *TOOLS.split()):
        assert layout.folder.fullmatch(word), word
    for word in TOOLS.split():
        assert layout.folder.fullmatch(f"{word}-manifests"), word
    assert not layout.folder.fullmatch("backend")
    assert not layout.folder.fullmatch("apps-old")
    assert (set(layout.words), set(layout.prefixes)) == (set(LAYOUT.split()), set(TOOLS.split()))


NEWEST = "latest nightly snapshot snapshots continuous lastSuccessfulBuild lastStableBuild"
BRANCHES = "master main trunk develop dev stable current edge head tip canary rolling next beta"
SERIES = "release releases rel stable branch maint support hotfix feature"
SYSTEMS = "ubuntu debian fedora centos rhel el alpine macos osx"


def test_words_of_addresses_that_move() -> None:
    for word in (*NEWEST.split(), *BRANCHES.split()):
        assert revision(f"https://x.org/{word}/tool.tgz").pin == "alias", word
    for word in NEWEST.split():
        assert revision(f"https://x.org/a-{word}.tgz").pin == "alias", word
    for word in SYSTEMS.split():
        assert revision(f"https://x.org/{word}-12.4/tool.tgz").pin == "none", word
    assert revision("https://x.org/other-12.4/tool.tgz").pin == "exact"
    for word in SERIES.split():
        assert of_ref(f"{word}/1.2") == of_ref(f"{word}-v3") == "alias", word
    assert of_ref("version-1.2") == "exact"
    found = known(Revisions)
    words = (found.newest, found.branches, found.series, found.systems)
    assert [*map(set, words)] == [set(t.split()) for t in (NEWEST, BRANCHES, SERIES, SYSTEMS)]


VERSIONED = (
    "java-21 dotnet-sdk-8.0 aspnetcore-runtime-8.0 netstandard-targeting-pack-2.1 gcc-toolset-13 devtoolset-11 \
llvm-toolset-17 rust-toolset-1.79 go-toolset-1.22 compat-openssl-11 rh-python-38 python-3.11 php-8.3 ruby-3.3 perl-5.36 nodejs-20 \
temurin-21 zulu-17 lua-5.4 cuda-12.4 libcudnn-8.9 clang-17 llvm-17 msopenjdk-21"
)


def test_a_version_in_the_name_of_a_package_pins_nothing() -> None:
    for word in VERSIONED.split():
        found = rpm(word)
        assert found is not None, word
        assert found.pin != "exact", word
    found = rpm("nginx-1.26")
    assert found is not None
    assert found.pin == "exact"
    assert len(known(Packages).versioned) == len(VERSIONED.split())


YARN = (
    "add audit bin cache check config constraints create dedupe dlx exec explain fund global help import info init install link list \
login node npm outdated pack patch plugin policies prune publish rebuild remove run set setup unlink up update upgrade version view \
whoami why workspace workspaces x env get run-script licenses"
)
PNPM = "i ci cit it deploy doctor fetch ls ping pm prefix r rm root store un uninstall"


def test_every_word_that_is_no_command_of_the_manager_is_a_script() -> None:
    for name in ("yarn", "pnpm"):
        own = [*YARN.split(), *PNPM.split()]
        assert [word for word in own if package_script([name, word, "web"]) == word] == []
        assert package_script([name, "serve"]) == "serve"
    for name in ("npm", "bun"):
        assert package_script([name, "serve"]) == ""
        assert package_script([name, "run", "serve"]) == "serve"
    assert package_script(["make", "run", "serve"]) == ""
    assert known(Packages).own_commands == {*YARN.split(), *PNPM.split()}
    assert known(Packages).script_managers == {"npm", "yarn", "pnpm", "bun"}


def test_api_groups_that_run_nothing() -> None:
    groups = known(ApiGroups)
    for group in (
        "skaffold/v4beta11", "score.dev/v1b1", "kustomize.config.k8s.io/v1beta1", "kind.x-k8s.io/v1alpha4", "k3d.io/v1alpha5",
        "ctlptl.dev/v1alpha1", "kubeadm.k8s.io/v1beta3", "kubelet.config.k8s.io/v1beta1", "kubeproxy.config.k8s.io/v1alpha1",
        "eksctl.io/v1alpha5", "kops.k8s.io/v1alpha2", "backstage.io/v1alpha1", "client.authentication.k8s.io/v1", "builtin",
    ):  # fmt: skip
        assert groups.of_tools.match(group), group
    assert not groups.of_tools.match("apps/v1")
    assert set(groups.policies) == {
        "apiextensions.k8s.io", "admissionregistration.k8s.io", "kyverno.io", "gatekeeper.sh", "kubewarden.io",
        "image.toolkit.fluxcd.io", "argocd-image-updater.argoproj.io", "kargo.akuity.io",
    }  # fmt: skip
    assert groups.podless == {
        "apiregistration.k8s.io", "autoscaling", "certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io",
        "networking.k8s.io", "node.k8s.io", "policy", "rbac.authorization.k8s.io", "scheduling.k8s.io", "storage.k8s.io",
    }  # fmt: skip
    assert len(groups.tools) == 14


KINDS = """
monitoring.coreos.com Prometheus spec.image spec.thanos.image
monitoring.coreos.com PrometheusAgent spec.image
monitoring.coreos.com Alertmanager spec.image
monitoring.coreos.com ThanosRuler spec.image
operator.victoriametrics.com * spec.image
postgresql.cnpg.io Cluster spec.imageName
postgresql.cnpg.io ImageCatalog spec.images.*.image
postgresql.cnpg.io ClusterImageCatalog spec.images.*.image
postgres-operator.crunchydata.com PostgresCluster spec.image spec.backups.pgbackrest.image spec.proxy.pgBouncer.image
acid.zalan.do postgresql spec.dockerImage
pxc.percona.com PerconaXtraDBCluster spec.pxc.image spec.haproxy.image spec.proxysql.image spec.backup.image spec.pmm.image spec.logcollector.image
ps.percona.com PerconaServerMySQL spec.mysql.image spec.haproxy.image spec.proxysql.image spec.backup.image spec.pmm.image spec.logcollector.image
psmdb.percona.com PerconaServerMongoDB spec.image spec.haproxy.image spec.proxysql.image spec.backup.image spec.pmm.image spec.logcollector.image
pgv2.percona.com PerconaPGCluster spec.image spec.backups.pgbackrest.image
k8s.mariadb.com MariaDB spec.image
databases.spotahome.com RedisFailover spec.redis.image spec.sentinel.image
redis.redis.opstreelabs.in * spec.kubernetesConfig.image spec.redisExporter.image
rabbitmq.com RabbitmqCluster spec.image
kafka.strimzi.io Kafka spec.kafka.image spec.zookeeper.image spec.entityOperator.topicOperator.image spec.entityOperator.userOperator.image spec.cruiseControl.image spec.kafkaExporter.image
kafka.strimzi.io KafkaConnect spec.image
kafka.strimzi.io KafkaBridge spec.image
kafka.strimzi.io KafkaMirrorMaker2 spec.image
elasticsearch.k8s.elastic.co Elasticsearch spec.image
kibana.k8s.elastic.co Kibana spec.image
apm.k8s.elastic.co ApmServer spec.image
agent.k8s.elastic.co Agent spec.image
beat.k8s.elastic.co Beat spec.image
logstash.k8s.elastic.co Logstash spec.image
k8s.keycloak.org Keycloak spec.image
minio.min.io Tenant spec.image
opentelemetry.io OpenTelemetryCollector spec.image
opentelemetry.io Instrumentation spec.java.image spec.nodejs.image spec.python.image spec.dotnet.image spec.go.image spec.apacheHttpd.image spec.nginx.image
jaegertracing.io Jaeger spec.allInOne.image spec.collector.image spec.query.image spec.agent.image spec.ingester.image
sparkoperator.k8s.io SparkApplication spec.image spec.driver.image spec.executor.image
sparkoperator.k8s.io ScheduledSparkApplication spec.template.image spec.template.driver.image spec.template.executor.image
flink.apache.org FlinkDeployment spec.image
serving.kserve.io InferenceService spec.predictor.model.image spec.transformer.model.image
tekton.dev StepAction spec.image
kubevirt.io VirtualMachine spec.template.spec.volumes.*.containerDisk.image
kubevirt.io VirtualMachineInstance spec.volumes.*.containerDisk.image
operators.coreos.com CatalogSource spec.image
build.openshift.io BuildConfig spec.strategy.dockerStrategy.from.name spec.strategy.sourceStrategy.from.name spec.strategy.customStrategy.from.name spec.source.images.*.from.name
image.openshift.io ImageStream spec.tags.*.from.name
pkg.crossplane.io * spec.package
gateway.envoyproxy.io EnvoyProxy spec.provider.kubernetes.envoyDeployment.container.image spec.provider.kubernetes.envoyDaemonSet.container.image
longhorn.io EngineImage spec.image
"""
"""From the API references of the operators: group, kind, and where an image stands."""


def test_where_custom_kinds_name_images() -> None:
    rows = [line.split() for line in KINDS.strip().splitlines()]
    assert {f"{group}/{kind}": tuple(paths) for group, kind, *paths in rows} == known(
        CustomKinds
    ).images


CHARTS = """
helm.cattle.io/HelmChart spec.chart spec.repo spec.version
fleet.cattle.io/HelmOp spec.helm.chart spec.helm.repo spec.helm.version
helm.crossplane.io/Release spec.forProvider.chart.name spec.forProvider.chart.repository spec.forProvider.chart.version
addons.cluster.x-k8s.io/HelmChartProxy spec.chartName spec.repoURL spec.version
"""
VALUES = """
helm.toolkit.fluxcd.io/HelmRelease spec.values
helm.cattle.io/HelmChart spec.values spec.valuesContent
helm.cattle.io/HelmChartConfig spec.valuesContent
fleet.cattle.io/HelmOp spec.helm.values
helm.crossplane.io/Release spec.forProvider.values
addons.cluster.x-k8s.io/HelmChartProxy spec.valuesTemplate
"""
"""From the API references of the controllers: where an object names its chart, and where it holds values."""


def test_where_releases_name_charts_and_values() -> None:
    for rows, held in ((CHARTS, known(Releases).charts), (VALUES, known(Releases).values)):
        said = [line.split() for line in rows.strip().splitlines()]
        assert {kind: tuple(paths) for kind, *paths in said} == held


def test_what_values_call_the_parts_of_an_image() -> None:
    words = known(Releases)
    assert words.registry == ("registry", "imageRegistry", "hub")
    assert words.repository == ("repository", "imageRepository", "repo")
    assert (words.tag, words.digest) == (("tag", "imageTag"), ("digest", "sha", "sha256"))
    assert words.pull_policy == ("pullPolicy", "imagePullPolicy")
    roles = {
        key: words.role_of(key)
        for key in ("sidecars", "extraContainers", "initContainers", "extraInitContainers", "ports")
    }
    assert roles == {
        "sidecars": "container",
        "extraContainers": "container",
        "initContainers": "init",
        "extraInitContainers": "init",
        "ports": "",
    }
    assert len(words.containers) + len(words.init_containers) == 12
