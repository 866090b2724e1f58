packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = "= 1.3.9"
    }
  }
}

variable "version" {
  type = string
}

variable "commit" {
  type = string
}

# Renovate proposes the next one; the build log of this one is kept with it.
locals {
  base = "ami-0c38b837cd80f13bb"
}

source "amazon-ebs" "shop" {
  region                    = "eu-west-1"
  instance_type             = "t3.small"
  ssh_username              = "ubuntu"
  ssh_clear_authorized_keys = true
  source_ami                = local.base
  ami_name                  = "shop-${var.version}"

  tags = {
    version = var.version
    commit  = var.commit
    base    = local.base
  }
}

build {
  sources = ["source.amazon-ebs.shop"]

  provisioner "file" {
    source      = "files/shop.service"
    destination = "/tmp/shop.service"
  }

  provisioner "shell" {
    scripts = ["scripts/install.sh"]
  }
}
