"""Packer: where images of machines begin, what their provisioners do, and what comes out."""

from __future__ import annotations

import pytest
from tests.kit import read_files

from immutable_delivery.facts import Copy, Fact, Fetch, Image, Install, Resource, Unread, Variable
from immutable_delivery.formats import packer

BUILD = 'build {\n  sources = ["source.amazon-ebs.web"]\n  provisioner "shell" {\n    inline = ["apt-get install -y nginx=1.2.3", "curl https://example.com/x.sh | sh"]\n  }\n  provisioner "shell" {\n    script = "scripts/more.sh"\n  }\n}\n'


def said(files: dict[str, str]) -> list[Fact]:
    found, ctx = read_files(packer, files)
    assert not ctx.troubles
    return found


def source(body: str) -> dict[str, str]:
    return {
        "web.pkr.hcl": f'variable "v" {{\n  default = "1.2.3"\n}}\nsource "amazon-ebs" "web" {{\n{body}\n}}\n'
    }


@pytest.mark.parametrize(
    ("body", "choice"),
    [
        (
            'source_ami_filter {\n most_recent = true\n filters = { name = "ubuntu-*" }\n}',
            "most_recent = true",
        ),
        ('source_ami_filter {\n most_recent = true\n filters = { name = "base-1.2.3" }\n}', ""),
        ('source_ami = "ami-0123"', ""),
        ('source_image_family = "debian-12"', "source_image_family = debian-12"),
        ('image_version = "latest"', "image_version = latest"),
        ('image_version = "24.04.202611010"', ""),
    ],
)
def test_where_a_build_begins(body: str, choice: str) -> None:
    found = [
        one.choice for one in said(source(body)) if isinstance(one, Resource) and one.pin == "alias"
    ]
    assert found == ([choice] if choice else [])


@pytest.mark.parametrize(
    ("body", "catalogued"),
    [
        ('ami_name = "web"', False),
        ('ami_name = "web"\ntags = { a = "b" }', False),
        ('ami_name = "web-{{timestamp}}"', False),
        ('ami_name = "web-{{timestamp}}"\ntags = { a = "b" }', True),
        ('ami_name = "web-${var.v}"\ntags = { a = "b" }', True),
        ('ami_name = "web-${var.none}"\ntags = { a = "b" }', True),
    ],
)
def test_what_comes_out(body: str, catalogued: bool) -> None:
    found = [one for one in said(source(body)) if isinstance(one, Resource) and not one.catalogued]
    assert (not found) is catalogued


@pytest.mark.parametrize("builder", ["docker", "podman"])
def test_a_container_that_a_build_begins_with(builder: str) -> None:
    text = f'source "{builder}" "a" {{\n  image  = "nginx:latest"\n  commit = true\n}}\n'
    (found,) = [one for one in said({"a.pkr.hcl": text}) if isinstance(one, Image)]
    assert (found.role, found.reference, found.pin) == ("base", "nginx:latest", "alias")


def test_an_image_that_a_data_source_looks_up() -> None:
    text = 'data "amazon-ami" "base" {\n most_recent = true\n filters = { name = "ubuntu-*" }\n}\n'
    found = [one for one in said({"web.pkr.hcl": text}) if isinstance(one, Resource)]
    assert [(one.choice, one.scope.owner) for one in found] == [
        ("most_recent = true", "data.amazon-ami.base")
    ]


def test_an_image_for_everybody() -> None:
    found = [one for one in said(source('ami_groups = ["all"]')) if isinstance(one, Resource)]
    assert [one.public for one in found] == [True]


def test_provisioners_build() -> None:
    found = said({"web.pkr.hcl": BUILD, "scripts/more.sh": "#!/bin/sh\npip install x\n"})
    installs = [one for one in found if isinstance(one, Install)]
    assert {(one.command, one.scope.phase) for one in installs} == {
        ("apt-get install", "build"),
        ("pip install", "build"),
    }
    assert [one.executed for one in found if isinstance(one, Fetch)] == ["pipe"]


def test_a_script_that_is_not_here_is_named() -> None:
    assert [one.subject for one in said({"web.pkr.hcl": BUILD}) if isinstance(one, Unread)] == [
        "script"
    ]


def test_the_older_json() -> None:
    text = """{"builders": [{"type": "amazon-ebs", "ami_name": "web", "source_ami_filter": {"most_recent": true, "filters": {"name": "u*"}}}],
 "provisioners": [{"type": "shell", "inline": ["apt-get install -y git"]}]}"""
    found = said({"web.json": text})
    assert [one.choice for one in found if isinstance(one, Resource) and one.choice] == [
        "most_recent = true"
    ]
    assert [one.command for one in found if isinstance(one, Install)] == ["apt-get install"]


@pytest.mark.parametrize(
    ("path", "text", "claimed"),
    [
        ("a.pkr.hcl", "", True),
        ("a.json", '{"builders": []}', True),
        ("a.json", '{"a": "builders"}', False),
    ],
)
def test_claims(path: str, text: str, claimed: bool) -> None:
    assert packer.claims(path, text.encode()) is claimed


def test_an_image_of_azure_without_its_version() -> None:
    body = 'image_publisher = "canonical"\nimage_offer = "server"\nimage_sku = "24"\n'
    azure = f'source "azure-arm" "web" {{\n{body}{{}}}}\n'
    for more, choices in (
        ("", ["image_offer without image_version"]),
        ('image_version = "24.1.2"\n', []),
    ):
        files = {"web.pkr.hcl": azure.replace("{}", more)}
        assert [
            one.choice for one in said(files) if isinstance(one, Resource) and one.pin
        ] == choices


UPLOADS = """
build {
  provisioner "file" {
    source      = "files/"
    destination = "/opt/shop"
  }
  provisioner "file" {
    content     = "apt-get install -y git"
    destination = "/tmp/own.sh"
  }
  provisioner "file" {
    source      = "packer/keys/deploy"
    destination = "/root/.ssh/"
  }
  provisioner "shell" {
    env    = { FLASK = "flask", API_TOKEN = "abc123def456" }
    inline = ["sh /opt/shop/bin/setup.sh", "sh /tmp/own.sh", "pip install $FLASK"]
  }
}
"""


def test_scripts_that_were_put_there_are_followed() -> None:
    files = {
        "packer/web.pkr.hcl": UPLOADS,
        "packer/files/bin/setup.sh": "npm install -g pm2\n",
        "packer/keys/deploy": "x",
    }
    found = said(files)
    installs = {one.command: one for one in found if isinstance(one, Install)}
    assert set(installs) == {"npm install", "apt-get install", "pip install"}
    assert [one.name for one in installs["pip install"].packages] == ["flask"]
    assert all(one.scope.machine for one in found)
    assert [one.secret_file for one in found if isinstance(one, Copy)] == ["", "packer/keys/deploy"]
    assert [one.name for one in found if isinstance(one, Variable) and one.secret] == ["API_TOKEN"]


KEYS = 'source "amazon-ebs" "web" {\n%s\n}\nbuild {\n  sources = ["source.amazon-ebs.web"]\n%s\n}\n'


@pytest.mark.parametrize(
    ("body", "more", "left"),
    [
        ("", 'provisioner "shell" {\n inline = ["true"]\n}', True),
        ("ssh_clear_authorized_keys = true", "", False),
        ("", 'provisioner "shell" {\n inline = ["rm /root/.ssh/authorized_keys"]\n}', False),
        ("", 'provisioner "shell" {\n script = "clean.sh"\n}', False),
        ("", 'provisioner "ansible" {\n playbook_file = "a.yml"\n}', False),
    ],
)
def test_keys_that_are_left(body: str, more: str, left: bool) -> None:
    files = {"web.pkr.hcl": KEYS % (body, more), "clean.sh": "shred -u ~/.ssh/authorized_keys\n"}
    assert any(isinstance(one, Resource) and one.leaves for one in said(files)) is left


def test_the_files_of_a_folder_are_one() -> None:
    begun = 'source_image_family = "debian-12"'
    files = {
        f"{name}.pkr.hcl": f'source "googlecompute" "{name}" {{\n  {begun}\n}}\n'
        f'data "amazon-ami" "{name}" {{\n  most_recent = true\n}}\n'
        f'build {{\n  sources = ["source.googlecompute.{name}"]\n'
        f'  provisioner "shell" {{\n    inline = ["npm install {name}"]\n  }}\n}}\n'
        for name in ("api", "web")
    }
    found = said(files)
    moving = {one.scope.owner for one in found if isinstance(one, Resource) and one.pin == "alias"}
    assert moving == {
        "googlecompute.api",
        "googlecompute.web",
        "data.amazon-ami.api",
        "data.amazon-ami.web",
    }
    installed = [one.packages[0].name for one in found if isinstance(one, Install)]
    assert installed == ["api", "web"]


def test_paths_are_those_of_the_folder_that_packer_is_called_in() -> None:
    text = BUILD.replace("scripts/more.sh", "images/web/scripts/more.sh")
    files = {"images/web/web.pkr.hcl": text, "images/web/scripts/more.sh": "pip install x\n"}
    assert not [one for one in said(files) if isinstance(one, Unread)]


TEMPLATED = """{
  "variables": {"token": "", "family": "debian-12", "home": "{{env `HOME`}}"},
  "builders": [{"type": "googlecompute", "name": "web", "source_image_family": "{{user `family`}}"},
               {"type": "googlecompute", "name": "api", "source_image_family": "{{user `token`}}"}],
  "provisioners": [
    {"type": "shell", "inline": "docker run -v $DB_PASSWORD:/a web:1.2.3", "environment_vars": ["API_TOKEN={{user `token`}}", "DB_PASSWORD={{ user `home` }}"],
     "script": "{{template_dir}}/scripts/a.sh"}
  ]
}"""


def test_templates_of_the_older_json() -> None:
    found = said({"x/web.json": TEMPLATED, "x/scripts/a.sh": "pip install y\n"})
    choices = [one.choice for one in found if isinstance(one, Resource) and one.pin == "alias"]
    assert choices == ["source_image_family = debian-12"]
    assert not [one for one in found if isinstance(one, Variable) and one.secret]
    assert [one.command for one in found if isinstance(one, Install)] == ["pip install"]
    assert not [one for one in found if isinstance(one, Unread)]
    assert [one.reference for one in found if isinstance(one, Image)] == ["web:1.2.3"]


def test_powershell_is_read() -> None:
    text = 'build {\n  provisioner "powershell" {\n    inline = ["choco install git", "pip install x"]\n  }\n}\n'
    found = [one.command for one in said({"a.pkr.hcl": text}) if isinstance(one, Install)]
    assert "pip install" in found
    script = 'npm install -g @shop/web\nif ($LASTEXITCODE -ne 0) {\n    throw "npm install -g failed"\n}\n'
    text = 'build {\n  provisioner "powershell" {\n    script = "a.ps1"\n  }\n}\n'
    (scoped,) = [
        one for one in said({"a.pkr.hcl": text, "a.ps1": script}) if isinstance(one, Install)
    ]
    assert [one.name for one in scoped.packages] == ["@shop/web"]


@pytest.mark.parametrize(
    ("script", "put", "left"),
    [
        ("echo ssh-rsa >> ~/.ssh/authorized_keys", 1, True),
        ("curl -fsS https://example.com/keys > /root/.ssh/authorized_keys", 1, True),
        ("wget -O .ssh/authorized_keys https://example.com/keys", 1, True),
        ("cat key | tee -a .ssh/authorized_keys", 1, True),
        ("sudo cp /tmp/key.pub /home/a/.ssh/authorized_keys && true", 1, True),
        ("cp .ssh/authorized_keys /tmp/kept", 0, True),
        (": > /root/.ssh/authorized_keys", 0, False),
        ("cat /dev/null > /root/.ssh/authorized_keys", 0, False),
        ("echo '' > /root/.ssh/authorized_keys", 0, False),
        ("rm -f /root/.ssh/authorized_keys", 0, False),
        ("ls ~/.ssh/authorized_keys", 0, True),
    ],
)
def test_keys_that_a_script_puts_in_or_takes_out(script: str, put: int, left: bool) -> None:
    text = f"""
source "amazon-ebs" "web" {{
  ami_name = "web"
}}
build {{
  sources = ["source.amazon-ebs.web"]
  provisioner "shell" {{
    inline = ["{script}"]
  }}
}}
"""
    found = said({"web.pkr.hcl": text})
    assert len([one for one in found if isinstance(one, Copy) and one.secret_file]) == put
    assert any(isinstance(one, Resource) and one.leaves for one in found) is left


@pytest.mark.parametrize(
    ("url", "check", "expected"),
    [
        ("https://example.com/debian-12.8.0.iso", '"sha256:0"', ("none", True)),
        ("https://example.com/debian-12.8.0.iso", '"none"', ("none", False)),
        ("https://example.com/debian-12.8.0.iso", '"file:https://example.com/SHA256SUMS"', ("none", True)),
        ("https://example.com/current/debian.iso", '"sha256:0"', ("alias", True)),
        ("https://example.com/current/debian.iso", '"file:https://example.com/current/SHA256SUMS"', ("alias", False)),
        ("https://example.com/debian-12.8.0.iso", "var.sum", ("none", None)),
    ],
)  # fmt: skip
def test_the_medium_that_a_build_installs_from(
    url: str, check: str, expected: tuple[str, bool]
) -> None:
    text = f'source "qemu" "a" {{\n  iso_url = "{url}"\n  iso_checksum = {check}\n}}\n'
    found = [one for one in said({"a.pkr.hcl": text}) if isinstance(one, Fetch)]
    assert [(one.pin, one.verified) for one in found] == [expected]


def test_a_builder_of_the_older_json_is_called_as_packer_calls_it() -> None:
    builders = '{"builders": [{"type": "qemu", "vm_name": "a"}, {"type": "qemu", "vm_name": "b"}, {"type": "googlecompute", "image_name": "c"}]}'
    found = [one for one in said({"a.json": builders}) if isinstance(one, Resource)]
    assert [one.name for one in found] == ["qemu", "qemu 1", "googlecompute"]


def test_an_image_on_a_disk_has_but_its_name() -> None:
    for kind, catalogued in (("qemu", True), ("amazon-ebs", False)):
        name = "vm_name" if kind == "qemu" else "ami_name"
        text = f'source "{kind}" "a" {{\n  {name} = "web-1.2.3"\n}}\n'
        found = [one for one in said({"a.pkr.hcl": text}) if isinstance(one, Resource)]
        assert all(one.catalogued for one in found) is catalogued


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("dpkg-reconfigure -plow unattended-upgrades", ["unattended-upgrades"]),
        ("systemctl enable --now dnf-automatic-install.timer", ["dnf-automatic-install.timer"]),
        (r"echo 'APT::Periodic::Unattended-Upgrade \"1\";' > /etc/apt/a", ["APT::Periodic::Unattended-Upgrade"]),
        ("systemctl disable unattended-upgrades", []),
        ("dpkg-reconfigure tzdata; apt-get remove unattended-upgrades", []),
    ],
)  # fmt: skip
def test_upgrades_that_are_switched_on(script: str, names: list[str]) -> None:
    text = f'source "qemu" "a" {{\n}}\nbuild {{\n  sources = ["source.qemu.a"]\n  provisioner "shell" {{\n    inline = ["{script}"]\n  }}\n}}\n'
    found = [one for one in said({"a.pkr.hcl": text}) if isinstance(one, Resource)]
    assert [one.name for one in found if one.resource_type == "updater"] == names
