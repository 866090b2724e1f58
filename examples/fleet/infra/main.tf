terraform {
  backend "s3" {
    bucket = "shop-state"
    key    = "fleet"
    region = "eu-west-1"
  }
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

module "network" {
  source = "git::https://github.com/shop-example/terraform-network.git"
}

data "aws_ami" "shop" {
  most_recent = true
  owners      = ["self"]

  filter {
    name   = "name"
    values = ["shop*"]
  }
}

resource "aws_launch_template" "shop" {
  name_prefix   = "shop-"
  image_id      = data.aws_ami.shop.id
  instance_type = "t3.small"
  user_data     = base64encode(file("boot.sh"))
}

resource "aws_autoscaling_group" "shop" {
  min_size            = 2
  max_size            = 6
  vpc_zone_identifier = module.network.subnets

  launch_template {
    id      = aws_launch_template.shop.id
    version = "$Latest"
  }
}
