#!/bin/bash
set -e
sudo apt-get update
sudo apt-get upgrade -y
sudo apt-get install -y nginx unattended-upgrades
curl -fsSL https://get.shop.example/install.sh | sudo bash
