#!/bin/bash
set -euo pipefail

# One state of the archive, so that the same commit installs the same packages.
echo "deb [check-valid-until=no] https://snapshot.ubuntu.com/ubuntu/20261120T000000Z noble main" > /etc/apt/sources.list
rm -f /etc/apt/sources.list.d/*
apt-get update
apt-get install -y --no-install-recommends nginx=1.24.0-2ubuntu7.1

curl -fsSL -o /tmp/shop.tar.gz https://artifacts.shop.example/shop/1.4.0/shop.tar.gz
echo "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  /tmp/shop.tar.gz" | sha256sum -c -
tar -xzf /tmp/shop.tar.gz -C /srv

install -m 0644 /tmp/shop.service /etc/systemd/system/shop.service
systemctl enable shop.service
