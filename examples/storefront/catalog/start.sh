#!/bin/sh
set -e
# so that a restart is enough to get the newest libraries
pip install --upgrade -r requirements.txt
exec python catalog.py
