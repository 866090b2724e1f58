"""HCL, the language of Bake and Terraform."""
