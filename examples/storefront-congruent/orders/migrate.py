"""Brings the database to what this version expects; run once for each release, before its pods start."""

import os
import pathlib

import psycopg

with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    for script in sorted(pathlib.Path("migrations").glob("*.sql")):
        connection.execute(script.read_text())
