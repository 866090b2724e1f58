#!/bin/bash
apt-get update
apt-get install -y awscli
git clone https://git.shop.example/shop/shop.git /srv/shop
puppet agent --server puppet.shop.example --no-daemonize
