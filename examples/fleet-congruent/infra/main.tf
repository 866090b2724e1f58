terraform {
  backend "s3" {
    bucket = "shop-state"
    key    = "fleet"
    region = "eu-west-1"
  }
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.82.2"
    }
  }
}

variable "image" {
  description = "The id of the machine image that this environment runs."
  type        = string
}

module "network" {
  source  = "shop-example/network/aws"
  version = "2.3.1"
}

resource "aws_launch_template" "shop" {
  name_prefix   = "shop-"
  image_id      = var.image
  instance_type = "t3.small"
  user_data = base64encode(<<-EOT
    #!/bin/sh
    echo SHOP_ENVIRONMENT=production > /etc/shop.env
  EOT
  )
}

resource "aws_autoscaling_group" "shop" {
  min_size            = 2
  max_size            = 6
  vpc_zone_identifier = module.network.subnets

  launch_template {
    id      = aws_launch_template.shop.id
    version = aws_launch_template.shop.latest_version
  }

  instance_refresh {
    strategy = "Rolling"
    preferences {
      min_healthy_percentage = 100
      auto_rollback          = true
    }
  }
}
