"""Terraform: values through variables, modules and files of values; containers, machines and sources."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from immutable_delivery.context import ParseContext
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import (
    Command,
    Container,
    Fact,
    Image,
    Install,
    Mount,
    Resource,
    Source,
    Start,
    Unread,
    Variable,
)
from immutable_delivery.formats import terraform
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place, Text


def facts(files: Mapping[str, str]) -> list[Fact]:
    ctx = ParseContext(MemoryFiles(files))
    own = {
        path: terraform.parse(Text(path, text))
        for path, text in files.items()
        if terraform.claims(path, b"")
    }
    return [fact for fact in terraform.facts(own, ctx) if isinstance(fact, Fact)]


def images(files: Mapping[str, str]) -> list[tuple[str | None, str]]:
    """Return each reference with the text that decides its tag or name."""
    return [
        (one.reference, _at(files, one.places.get("pin", one.used_at)))
        for one in facts(files)
        if isinstance(one, Image)
    ]


def _at(files: Mapping[str, str], place: Place) -> str:
    return f"{place.file}: {files[place.file][place.span.start : place.span.end]}"


SERVICE = """
resource "google_cloud_run_v2_service" "web" {
  template {
    containers {
      image = %s
    }
  }
}
"""


@pytest.mark.parametrize(
    ("written", "more", "reference", "decided"),
    [
        ('"shop/web:1.2.3"', "", "shop/web:1.2.3", "main.tf: 1.2.3"),
        (
            '"shop/web:${var.tag}"',
            'variable "tag" { default = "1.2.3" }',
            "shop/web:1.2.3",
            "main.tf: 1.2.3",
        ),
        ("local.image", 'locals { image = "shop/web:9.1.0" }', "shop/web:9.1.0", "main.tf: 9.1.0"),
        (
            'local.images["web"]',
            'locals { images = { web = "shop/web:9.1.0" } }',
            "shop/web:9.1.0",
            "main.tf: 9.1.0",
        ),
        (
            'format("%s:%s", "shop/web", var.tag)',
            'variable "tag" { default = "2.0.1" }',
            "shop/web:2.0.1",
            "main.tf: 2.0.1",
        ),
        ('join(":", ["shop/web", "3.0.1"])', "", "shop/web:3.0.1", "main.tf: 3.0.1"),
        (
            'coalesce(var.none, "shop/web:1.0.0")',
            'variable "none" { default = null }',
            "shop/web:1.0.0",
            "main.tf: 1.0.0",
        ),
        (
            'var.new ? "shop/web:2.0.0" : "shop/web:1.0.0"',
            'variable "new" { default = true }',
            "shop/web:2.0.0",
            "main.tf: 2.0.0",
        ),
        ('"shop/web:${var.tag}"', 'variable "tag" {}', None, "main.tf: ${var.tag}"),
        ('"shop/web:${random_id.x.hex}"', "", None, "main.tf: ${random_id.x.hex}"),
    ],
)
def test_values(written: str, more: str, reference: str | None, decided: str) -> None:
    assert images({"main.tf": SERVICE % written + more}) == [(reference, decided)]


def test_every_file_of_values_is_an_environment() -> None:
    files = {
        "main.tf": SERVICE % '"shop/web:${var.tag}"' + 'variable "tag" { default = "1.0.0" }\n',
        "env/prod.tfvars": 'tag = "1.2.3"\n',
        "env/staging.tfvars": 'tag = "latest"\n',
    }
    found = [one for one in facts(files) if isinstance(one, Image)]
    assert {(one.reference, one.scope.environments) for one in found} == {
        ("shop/web:1.2.3", ("prod",)),
        ("shop/web:latest", ("staging",)),
    }
    assert {one.places["pin"].file for one in found} == {"env/prod.tfvars", "env/staging.tfvars"}


def test_values_that_are_always_loaded_lie_below_the_others() -> None:
    files = {
        "main.tf": SERVICE % '"${var.name}:${var.tag}"' + 'variable "tag" {}\nvariable "name" {}\n',
        "terraform.tfvars": 'name = "shop/web"\ntag = "1.0.0"\n',
        "prod.tfvars": 'tag = "2.0.0"\n',
    }
    assert images(files) == [("shop/web:2.0.0", "prod.tfvars: 2.0.0")]


def test_a_module_gets_the_values_of_its_callers() -> None:
    files = {
        "main.tf": 'module "a" {\n source = "./web"\n tag = "1.0.0"\n}\nmodule "b" {\n source = "./web"\n tag = "latest"\n}\n',
        "web/main.tf": SERVICE % '"shop/web:${var.tag}"' + 'variable "tag" { default = "0.0.1" }\n',
    }
    assert images(files) == [
        ("shop/web:1.0.0", "main.tf: 1.0.0"),
        ("shop/web:latest", "main.tf: latest"),
    ]


def test_a_module_that_calls_itself_ends() -> None:
    files = {
        "a/main.tf": SERVICE % '"shop/web:1.0.0"' + 'module "x" {\n source = "../b"\n}\n',
        "b/main.tf": 'module "y" {\n source = "../a"\n}\n',
    }
    assert isinstance(facts(files), list)


def test_copies() -> None:
    text = """
resource "docker_container" "each" {
  for_each = { web = "shop/web:1.0.0", api = "shop/api:2.0.0" }
  name     = each.key
  image    = each.value
}
resource "docker_container" "none" {
  count = 0
  image = "shop/none"
}
"""
    assert [reference for reference, _ in images({"main.tf": text})] == [
        "shop/web:1.0.0",
        "shop/api:2.0.0",
    ]


def test_blocks_that_are_made() -> None:
    text = """
resource "google_cloud_run_v2_service" "web" {
  template {
    dynamic "containers" {
      for_each = ["shop/web:1.0.0", "shop/api:latest"]
      content {
        image = containers.value
      }
    }
  }
}
"""
    assert [reference for reference, _ in images({"main.tf": text})] == [
        "shop/web:1.0.0",
        "shop/api:latest",
    ]


@pytest.mark.parametrize(
    "definitions",
    [
        (
            'jsonencode([{ name = "web", image = "shop/web:latest", command = ["serve"], environment = [{ name = "A", value = "1" }],'
            ' mountPoints = [{ sourceVolume = "code", containerPath = "/app" }] }])'
        ),
        (
            '<<EOT\n[{"name": "web", "image": "shop/web:latest", "command": ["serve"], "environment": [{"name": "A", "value": "1"}],'
            ' "mountPoints": [{"sourceVolume": "code", "containerPath": "/app"}]}]\nEOT'
        ),
        'file("${path.module}/web.json")',
        'templatefile("web.tpl", { tag = "latest" })',
    ],
)
def test_task_definitions(definitions: str) -> None:
    tasks = (
        '[{"name": "web", "image": "shop/web:%s", "command": ["serve"], "environment": [{"name": "A", "value": "1"}],'
        ' "mountPoints": [{"sourceVolume": "code", "containerPath": "/app"}]}]'
    )
    text = f'resource "aws_ecs_task_definition" "web" {{\n family = "web"\n volume {{\n name = "code"\n host_path = "/srv/code"\n }}\n container_definitions = {definitions}\n}}\n'
    files = {"main.tf": text, "web.json": tasks % "latest", "web.tpl": tasks % "${tag}"}
    found = facts(files)
    assert [(one.reference, one.scope.service) for one in found if isinstance(one, Image)] == [
        ("shop/web:latest", "web")
    ]
    assert [one.argv for one in found if isinstance(one, Start)] == [("serve",)]
    assert [(one.source, one.target) for one in found if isinstance(one, Mount)] == [
        ("/srv/code", "/app")
    ]
    assert [(one.name, one.value) for one in found if isinstance(one, Variable)] == [("A", "1")]


KUBERNETES = """
resource "kubernetes_deployment_v1" "web" {
  metadata {
    name   = "web"
    labels = { my_label = "x" }
  }
  spec {
    template {
      spec {
        volume {
          name = "code"
          host_path { path = "/srv/code" }
        }
        container {
          name    = "web"
          image   = "shop/web"
          command = ["serve"]
          env {
            name  = "A"
            value = "1"
          }
          volume_mount {
            name       = "code"
            mount_path = "/app"
          }
          security_context { read_only_root_filesystem = true }
        }
      }
    }
  }
}
"""


def test_kubernetes_objects() -> None:
    found = facts({"main.tf": KUBERNETES})
    container = next(one for one in found if isinstance(one, Container))
    assert (container.scope.owner, container.name, container.read_only_root) == (
        "Deployment/web (container web)",
        "web",
        True,
    )
    assert [(one.source, one.target) for one in found if isinstance(one, Mount)] == [
        ("/srv/code", "/app")
    ]
    assert [
        (one.name, one.value)
        for one in found
        if isinstance(one, Variable)
        if one.variable_type == "env"
    ] == [("A", "1")]


@pytest.mark.parametrize(
    "text",
    [
        'resource "kubectl_manifest" "web" {\n yaml_body = <<-EOT\n  apiVersion: v1\n  kind: Pod\n  metadata: {name: web}\n  spec: {containers: [{name: web, image: shop/web:1.0.0}]}\n EOT\n}\n',
        'resource "kubernetes_manifest" "web" {\n manifest = yamldecode(file("pod.yml"))\n}\n',
        'resource "kubernetes_manifest" "web" {\n manifest = {\n apiVersion = "v1"\n kind = "Pod"\n metadata = { name = "web" }\n spec = { containers = [{ name = "web", image = "shop/web:1.0.0" }] }\n }\n}\n',
    ],
)
def test_manifests(text: str) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: shop/web:1.0.0}]}\n"
    found = [one for one in facts({"main.tf": text, "pod.yml": pod}) if isinstance(one, Image)]
    assert [one.reference for one in found] == ["shop/web:1.0.0"]


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ('data "aws_ami" "x" {\n most_recent = true\n}\n', "most_recent = true"),
        (
            'data "aws_ami" "x" {\n most_recent = true\n filter {\n name = "name"\n values = ["base-*"]\n }\n}\n',
            "most_recent = true",
        ),
        (
            'data "aws_ami" "x" {\n most_recent = true\n filter {\n name = "name"\n values = ["base-1.2.3"]\n }\n}\n',
            "",
        ),
        ('data "aws_ami" "x" {\n most_recent = false\n}\n', ""),
        ('data "google_compute_image" "x" {\n family = "debian-12"\n}\n', 'family = "debian-12"'),
        ('resource "aws_instance" "x" {\n ami = "ami-0123"\n}\n', ""),
        ('resource "aws_instance" "x" {\n ami = var.ami\n}\n', ""),
        (
            'resource "aws_launch_template" "x" {\n image_id = "resolve:ssm:/aws/service/ami-x"\n}\n',
            "resolve:ssm:/aws/service/ami-x",
        ),
        ('resource "hcloud_server" "x" {\n image = "ubuntu-24.04"\n}\n', "ubuntu-24.04"),
    ],
)
def test_machine_images(text: str, choice: str) -> None:
    found = [one.choice for one in facts({"main.tf": text}) if isinstance(one, Resource)]
    assert found == ([choice] if choice else [])


def test_user_data() -> None:
    text = """
resource "aws_instance" "a" {
  user_data = templatefile("boot.sh", { name = "nginx" })
}
resource "aws_launch_template" "b" {
  user_data = base64encode(<<-EOT
    #cloud-config
    packages: [curl]
    EOT
  )
}
resource "google_compute_instance" "c" {
  metadata = { startup-script = "#!/bin/sh\\napk add git" }
}
resource "hcloud_server" "d" {
  user_data = "what is this"
}
"""
    found = facts({"main.tf": text, "boot.sh": "#!/bin/bash\napt-get install -y ${name}\n"})
    installs = [
        (one.manager, one.packages[0].name, one.scope.phase)
        for one in found
        if isinstance(one, Install)
    ]
    assert installs == [
        ("apt-get", "nginx", "boot"),
        ("cloud-init", "curl", "boot"),
        ("apk", "git", "boot"),
    ]
    assert [one.subject for one in found if isinstance(one, Unread)] == ["user data"]


def test_provisioners() -> None:
    text = """
resource "null_resource" "x" {
  provisioner "remote-exec" {
    inline = ["sudo reboot", "true"]
  }
  provisioner "remote-exec" {
    script = "more.sh"
  }
  provisioner "local-exec" {
    command = "echo done"
  }
}
"""
    found = [one for one in facts({"main.tf": text}) if isinstance(one, Command)]
    assert [(one.tool, one.text, one.mutates) for one in found] == [
        ("remote-exec", "sudo reboot", "host"),
        ("remote-exec", "more.sh", "host"),
    ]


@pytest.mark.parametrize(
    ("source", "version", "pin"),
    [
        ("acme/net/aws", "1.2.3", "exact"),
        ("acme/net/aws", "= 1.2.3", "exact"),
        ("acme/net/aws", "1.2", "exact"),
        ("acme/net/aws", ">= 1.2.3", "partial"),
        ("app.terraform.io/acme/net/aws", "~> 1.2", "partial"),
        ("acme/net/aws//modules/x", "", "none"),
        ("git::https://github.com/acme/net.git?ref=v1.2.3", "", "exact"),
        ("git::https://github.com/acme/net.git//a?depth=1&ref=v1.2.3", "", "exact"),
        ("git::https://github.com/acme/net.git?ref=main", "", "alias"),
        ("github.com/acme/net?ref=0123456789abcdef0123456789abcdef01234567", "", "digest"),
        ("github.com/acme/net", "", "none"),
        ("git@github.com:acme/net.git?ref=v1.2.3", "", "exact"),
        ("oci://example.com/net?tag=1.2.3", "", "exact"),
        ("oci://example.com/net//aws?tag=latest", "", "alias"),
        ("oci://example.com/net?tag=1.2.3&digest=sha256:" + "0" * 64, "", "digest"),
        ("oci://example.com/net", "", "none"),
        ("https://example.com/net-1.2.3.zip", "", "exact"),
        ("https://github.com/a/b/releases/download/v1.2.3/net.zip//aws", "", "exact"),
        ("https://github.com/a/b/archive/main.zip//aws", "", "alias"),
        ("./net", "", None),
        ("../net", "", None),
    ],
)
def test_modules(source: str, version: str, pin: str | None) -> None:
    more = f'\n version = "{version}"' if version else ""
    found = [
        one
        for one in facts({"main.tf": f'module "x" {{\n source = "{source}"{more}\n}}\n'})
        if isinstance(one, Source)
    ]
    assert [one.pin for one in found] == ([pin] if pin else [])


def test_an_archive_whose_version_somebody_fills_in_is_unresolved() -> None:
    source = "https://github.com/a/b/releases/download/$VERSION/net.zip//aws"
    (one,) = [
        one
        for one in facts({"main.tf": f'module "x" {{\n source = "{source}"\n}}\n'})
        if isinstance(one, Source)
    ]
    assert (one.ref, one.pin) == (None, None)


def test_files_that_call_each_other_are_read_together() -> None:
    files = {
        "a/main.tf": 'module "x" {\n source = "../b"\n}\n',
        "b/main.tf": "",
        "b/more.tf": "",
        "c/main.tf": "",
        "a/env/prod.tfvars": "",
    }
    families = terraform.families(sorted(files), MemoryFiles(files))
    assert sorted(sorted(one) for one in families) == [
        ["a/env/prod.tfvars", "a/main.tf", "b/main.tf", "b/more.tf"],
        ["c/main.tf"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "locals {\n a = local.b\n b = local.a\n}\n" + SERVICE % "local.a",
        "locals {\n"
        + "".join(f' a{n} = "${{local.a{n + 1}}}${{local.a{n + 1}}}"\n' for n in range(40))
        + ' a40 = "x"\n}\n'
        + SERVICE % "local.a0",
        SERVICE % 'templatefile("missing.tpl", {})',
        SERVICE % "[[[[".replace("[", "") + "\n",
    ],
)
def test_bad_input_ends(text: str) -> None:
    try:
        facts({"main.tf": text})
    except UnreadableError:
        assert "image = \n" in text


@pytest.mark.parametrize(
    ("said", "immutable"),
    [
        ('"IMMUTABLE"', True),
        ('"IMMUTABLE_WITH_EXCLUSION"', True),
        ('"MUTABLE"', False),
        ("var.unknown", None),
    ],
)
def test_registries(said: str, immutable: bool | None) -> None:
    text = f'resource "aws_ecr_repository" "web" {{\n image_tag_mutability = {said}\n}}\n'
    assert [one.immutable for one in facts({"main.tf": text}) if isinstance(one, Resource)] == [
        immutable
    ]


UNIT = """
locals {
  base = "git::git@github.com:acme/modules.git"
}
terraform {
  source = "%s"
}
"""


@pytest.mark.parametrize(
    ("source", "ref", "pin"),
    [
        ("${local.base}//rds?ref=main", "main", "alias"),
        ("${local.base}//rds?ref=v1.2.3", "v1.2.3", "exact"),
        ("${include.root.locals.base}?ref=v1.2.3", "v1.2.3", "exact"),
        ("${include.root.locals.base}", None, None),
        ("tfr:///terraform-aws-modules/vpc/aws?version=3.3.0", "3.3.0", "exact"),
        ("tfr:///terraform-aws-modules/vpc/aws", "", "none"),
        ("../modules/rds", None, "here"),
        ("${get_repo_root()}/modules//rds", None, "here"),
        ("${dirname(find_in_parent_folders())}/../modules//rds", None, "here"),
    ],
)
def test_terragrunt(source: str, ref: str | None, pin: str | None) -> None:
    for path in ("live/prod/terragrunt.hcl", "_env/db.hcl"):
        files = {path: UNIT % source}
        assert terraform.claims(path, files[path].encode())
        ctx = ParseContext(MemoryFiles(files))
        held = {path: terraform.parse(Text(path, files[path]))}
        found = [one for one in terraform.facts(held, ctx) if isinstance(one, Source)]
        assert [(one.ref, one.pin) for one in found] == ([] if pin == "here" else [(ref, pin)])


def test_the_units_of_a_stack() -> None:
    text = 'unit "vpc" {\n  source = "github.com/acme/modules//vpc"\n}\n'
    held = {"terragrunt.stack.hcl": terraform.parse(Text("terragrunt.stack.hcl", text))}
    found = [
        one
        for one in terraform.facts(held, ParseContext(MemoryFiles({})))
        if isinstance(one, Source)
    ]
    assert [one.pin for one in found] == ["none"]


def test_other_hcl_is_not_claimed() -> None:
    assert not terraform.claims(".tflint.hcl", b'plugin "aws" {\n}\n')
    assert not terraform.claims("a.nomad.hcl", b'job "a" {\n  terraform = 1\n}\n')


def test_what_a_plan_runs() -> None:
    text = 'data "external" "a" {\n  program = ["bash", "${path.module}/a.sh"]\n}\n'
    found = [
        one
        for one in facts({"x/main.tf": text, "x/a.sh": "pip install y\n"})
        if isinstance(one, Install)
    ]
    assert [(one.command, one.scope.phase) for one in found] == [("pip install", "pipeline")]


def test_parts_of_user_data() -> None:
    text = """
data "cloudinit_config" "a" {
  part {
    content_type = "text/cloud-config"
    content      = yamlencode({ packages = ["nginx"] })
  }
  part {
    content_type = "text/x-shellscript"
    content      = "pip install x"
  }
}
"""
    found = [one.command for one in facts({"main.tf": text}) if isinstance(one, Install)]
    assert found == ["pip install"]


JOB = """
variable "tag" {
  default = "1.27"
}
resource "nomad_job" "web" {
  jobspec = <<-EOT
    job "web" {
      group "g" {
        task "t" {
          driver = "docker"
          config {
            image = "nginx:${var.tag}"
          }
        }
      }
    }
  EOT
}
"""


def test_jobs_of_nomad() -> None:
    assert images({"main.tf": JOB}) == [("nginx:1.27", "main.tf: 1.27")]
    broken = [
        one for one in facts({"main.tf": JOB.replace("group", "=")}) if isinstance(one, Image)
    ]
    assert broken == []


def test_containers_that_modules_from_elsewhere_are_given() -> None:
    text = """
module "ecs" {
  source  = "terraform-aws-modules/ecs/aws"
  version = "5.0.0"
  services = {
    web = {
      container_definitions = {
        web = {
          image       = "nginx:latest"
          environment = [{ name = "DB_PASSWORD", value = "hunter2x" }]
        }
        log = { image = "fluent-bit" }
      }
    }
  }
}
module "fn" {
  source    = "terraform-aws-modules/lambda/aws"
  version   = "7.0.0"
  image_uri = var.own ? "shop/fn:1.2.3" : "shop/fn:latest"
}
module "vm" {
  source  = "acme/vm/aws"
  version = "1.0.0"
  image   = "ubuntu-24-04-x64"
}
"""
    assert [found for found, _ in images({"main.tf": text})] == [
        "nginx:latest",
        "fluent-bit",
        "shop/fn:1.2.3",
        "shop/fn:latest",
    ]
    assert [
        one.name for one in facts({"main.tf": text}) if isinstance(one, Variable) and one.secret
    ] == ["DB_PASSWORD"]


def test_user_data_that_modules_from_elsewhere_are_given() -> None:
    text = """
module "vm" {
  source    = "terraform-aws-modules/ec2-instance/aws"
  version   = "5.0.0"
  user_data = <<-EOT
    #!/bin/bash
    yum install -y nginx
  EOT
}
"""
    found = [one for one in facts({"main.tf": text}) if isinstance(one, Install)]
    assert [(one.command, one.scope.phase) for one in found] == [("yum install", "boot")]


def test_parts_of_unknown_content_are_no_surprise() -> None:
    text = """
data "cloudinit_config" "a" {
  dynamic "part" {
    for_each = var.parts
    content {
      content_type = part.value.content_type
      content      = part.value.content
    }
  }
}
"""
    assert facts({"main.tf": text}) == []


def test_values_that_lie_elsewhere() -> None:
    module = 'variable "image" {}\n' + SERVICE % "var.image"
    other = 'variable "size" {}\n'
    files = {
        "terraform/app/main.tf": module,
        "terraform/net/main.tf": other,
        "envs/prod/app.tfvars": 'image = "nginx:1.27"\n',
    }
    assert images(files) == [("nginx:1.27", "envs/prod/app.tfvars: 1.27")]
    paths = sorted(files)
    (family,) = terraform.families(paths, MemoryFiles(files))
    assert family == paths
    files["terraform/net/main.tf"] = module
    assert {found for found, _ in images(files)} == {None}


def test_provisioners_of_any_resource() -> None:
    text = 'resource "aws_eks_cluster" "a" {\n  provisioner "local-exec" {\n    command = "helm install a b/c"\n  }\n}\n'
    assert [one.tool for one in facts({"main.tf": text}) if isinstance(one, Command)] == ["helm"]


def test_commands_by_systems_manager() -> None:
    text = 'resource "aws_ssm_association" "a" {\n  name = "%s"\n}\n'
    for name, tools in (
        ("AWS-RunShellScript", ["AWS-RunShellScript"]),
        ("AWS-InstallWindowsUpdates", ["AWS-InstallWindowsUpdates"]),
        ("AWS-GatherSoftwareInventory", []),
    ):
        assert [
            one.tool for one in facts({"main.tf": text % name}) if isinstance(one, Command)
        ] == tools


def test_a_job_whose_text_only_a_run_knows_is_named() -> None:
    text = 'resource "nomad_job" "a" {\n  jobspec = var.x\n}\n'
    assert [one.subject for one in facts({"main.tf": text}) if isinstance(one, Unread)] == [
        "jobspec"
    ]


@pytest.mark.parametrize(
    ("text", "history"),
    [
        ('resource "aws_ecr_lifecycle_policy" "a" {\n  policy = jsonencode({ rules = [{ selection = { tagStatus = "tagged" }, action = { type = "expire" } }] })\n}\n', -1),
        ('resource "aws_ecr_lifecycle_policy" "a" {\n  policy = var.x\n}\n', None),
        ('resource "azurerm_container_registry" "a" {\n  retention_policy_in_days = 7\n}\n', 0),
        ('resource "harbor_retention_policy" "a" {\n  rule {\n    most_recently_pushed = 5\n  }\n}\n', 0),
    ],
)  # fmt: skip
def test_retention(text: str, history: int | None) -> None:
    assert [one.history for one in facts({"main.tf": text}) if isinstance(one, Resource)] == [
        history
    ]


def test_modules_in_a_circle_are_read_once() -> None:
    call = 'module "x" {\n  source = "../%s"\n}\n'
    files = {
        "a/main.tf": call % "b" + SERVICE % '"a:1"',
        "b/main.tf": call % "a" + SERVICE % '"b:1"',
    }
    assert sorted(str(found) for found, _ in images(files)) == ["a:1", "b:1"]


def test_the_address_of_a_module_is_filled_in() -> None:
    text = 'module "x" {\n  source = "git::https://github.com/acme/net.git?ref=${local.ref}"\n}\n'
    for more, said in (
        ('locals {\n  ref = "main"\n}\n', ("main", "alias")),
        ("", (None, None)),
    ):
        found = [one for one in facts({"main.tf": text + more}) if isinstance(one, Source)]
        assert [(one.ref, one.pin) for one in found] == [said]


def test_the_chart_of_a_release_lies_beneath_its_repository() -> None:
    text = 'resource "helm_release" "a" {\n  repository = "https://charts.example.org%s"\n  chart = "web"\n}\n'
    for slash in ("", "/"):
        found = [one for one in facts({"main.tf": text % slash}) if isinstance(one, Source)]
        assert [one.url for one in found] == ["https://charts.example.org/web"]


@pytest.mark.parametrize("attribute", ["image_id", "latest", "name"])
def test_a_container_runs_the_image_that_another_resource_pulls(attribute: str) -> None:
    text = f"""
resource "docker_image" "web" {{
  name = "shop/web:1.2.3"
}}
resource "docker_container" "web" {{
  image = docker_image.web.{attribute}
}}
"""
    assert [one for one, _ in images({"main.tf": text})] == ["shop/web:1.2.3"] * 2


def test_what_a_resource_builds_has_the_name_that_it_is_given_alone() -> None:
    text = """
resource "docker_image" "web" {
  name = "shop/web"
  build {
    context = "."
  }
}
resource "docker_container" "web" {
  image = docker_image.web.image_id
}
"""
    assert [one for one, _ in images({"main.tf": text})] == [None]


def test_a_template_that_a_data_source_fills_in() -> None:
    files = {
        "main.tf": """
data "template_file" "web" {
  template = file("web.json")
  vars     = { tag = "1.2.3" }
}
resource "aws_ecs_task_definition" "web" {
  container_definitions = data.template_file.web.rendered
}
""",
        "web.json": '[{"name": "web", "image": "shop/web:${tag}"}]',
    }
    assert images(files) == [("shop/web:1.2.3", "main.tf: 1.2.3")]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ('resource "aws_ecs_task_definition" "a" {\n  container_definitions = templatefile("gone.json", {})\n}\n', "container_definitions"),
        ('resource "aws_instance" "a" {\n  user_data = base64encode(templatefile("gone.sh", {}))\n}\n', "user data"),
        ('resource "aws_instance" "a" {\n  user_data = var.user_data\n}\n', ""),
        ('resource "aws_ecs_task_definition" "a" {\n  container_definitions = var.containers\n}\n', ""),
    ],
)  # fmt: skip
def test_a_text_whose_file_is_not_here_is_named(text: str, subject: str) -> None:
    found = [one.subject for one in facts({"main.tf": text}) if isinstance(one, Unread)]
    assert found == ([subject] if subject else [])


def test_a_startup_script_needs_no_first_line() -> None:
    text = 'resource "google_compute_instance" "a" {\n  metadata_startup_script = "apt-get install -y nginx"\n}\n'
    found = [one for one in facts({"main.tf": text}) if isinstance(one, Install | Unread)]
    assert [getattr(one, "manager", "") for one in found] == ["apt-get"]


@pytest.mark.parametrize(
    ("rule", "immutable"),
    [
        ("", False),
        ("harbor_project.web.id", True),
        ("harbor_project.other.id", False),
        ("var.project", None),
    ],
)
def test_a_project_of_harbor(rule: str, immutable: bool | None) -> None:
    text = 'resource "harbor_project" "web" {\n  name = "web"\n}\n'
    if rule:
        text += f'resource "harbor_immutable_tag_rule" "a" {{\n  project_id = {rule}\n}}\n'
    found = [one for one in facts({"main.tf": text}) if isinstance(one, Resource)]
    assert [one.immutable for one in found] == [immutable]


def test_what_an_extension_of_a_machine_runs() -> None:
    text = 'resource "azurerm_virtual_machine_extension" "a" {\n  type = "CustomScript"\n}\n'
    found = [one.tool for one in facts({"main.tf": text}) if isinstance(one, Command)]
    assert found == ["CustomScript"]


def test_a_command_that_is_one_expression_is_neither_a_text_nor_a_list() -> None:
    text = """
resource "google_cloud_run_v2_service" "web" {
  template {
    containers {
      image   = "shop/web:1.2.3"
      command = %s
    }
  }
}
"""
    for command, starts in (("var.command", 0), ('["serve"]', 1)):
        found = facts({"main.tf": text % command})
        assert len([one for one in found if isinstance(one, Start)]) == starts


def test_an_image_of_a_channel_moves() -> None:
    text = 'data "hcp_packer_version" "a" {\n  channel_name = "production"\n}\n'
    assert [one.pin for one in facts({"main.tf": text}) if isinstance(one, Resource)] == ["alias"]


HANDED = """
module "web" {
  source = "./service"
  container_definitions = {
    web = { image = "shop/web:1.2.3" }
  }
}
"""


@pytest.mark.parametrize(
    "inner",
    [
        'resource "aws_ecs_task_definition" "a" {\n  container_definitions = jsonencode([for c in var.container_definitions : c])\n}\n',
        'resource "aws_ecs_task_definition" "a" {\n  container_definitions = jsonencode([{ name = "web", image = var.container_definitions.web.image }])\n}\n',
    ],
)  # fmt: skip
def test_containers_that_an_own_module_is_given_are_told_once(inner: str) -> None:
    files = {
        "main.tf": HANDED,
        "service/main.tf": 'variable "container_definitions" {}\n' + inner,
    }
    assert images(files) == [("shop/web:1.2.3", "main.tf: 1.2.3")]


def test_an_image_that_a_module_builds_is_only_named() -> None:
    text = 'module "a" {\n  source = "acme/lambda/aws"\n  docker_image = "web"\n%s}\n'
    assert len(images({"main.tf": text % ""})) == 1
    assert images({"main.tf": text % '  docker_file = "Dockerfile"\n'}) == []
