provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.82.2"
  constraints = "5.82.2"
  hashes = [
    "h1:ce6Dw2y4PpuqAPtnQ0dO270dRTmwEARqnfffrE1VYJ8=",
  ]
}
