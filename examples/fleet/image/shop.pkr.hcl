packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3.0"
    }
  }
}

source "amazon-ebs" "shop" {
  region        = "eu-west-1"
  instance_type = "t3.small"
  ssh_username  = "ubuntu"
  ami_name      = "shop"
  ami_groups    = ["all"]

  source_ami_filter {
    most_recent = true
    owners      = ["099720109477"]
    filters = {
      name = "ubuntu/images/hvm-ssd/ubuntu-noble-24.04-amd64-server-*"
    }
  }
}

build {
  sources = ["source.amazon-ebs.shop"]

  provisioner "file" {
    source      = "deploy_key.pem"
    destination = "/home/ubuntu/.ssh/deploy_key.pem"
  }

  provisioner "shell" {
    environment_vars = ["ARTIFACT_TOKEN=c0ffee15900d"]
    scripts          = ["scripts/install.sh"]
  }
}
