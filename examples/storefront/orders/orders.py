"""The orders of the shop, kept in PostgreSQL."""

import json
import os
import pathlib

import bottle
import psycopg

app = bottle.Bottle()


def database() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"])


def migrate() -> None:
    with database() as connection:
        for script in sorted(pathlib.Path("migrations").glob("*.sql")):
            connection.execute(script.read_text())


@app.get("/orders")
def orders() -> str:
    with database() as connection:
        rows = connection.execute("SELECT id, product, placed FROM orders ORDER BY id").fetchall()
    bottle.response.content_type = "application/json"
    return json.dumps([{"id": i, "product": p, "placed": str(t)} for i, p, t in rows])


@app.get("/health")
def health() -> str:
    return "ok\n"


if __name__ == "__main__":
    bottle.run(app, server="waitress", host="0.0.0.0", port=8001)
