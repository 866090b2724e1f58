"""The orders of the shop, kept in PostgreSQL."""

import json
import os

import bottle
import psycopg

app = bottle.Bottle()


@app.get("/orders")
def orders() -> str:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT id, product, placed FROM orders ORDER BY id").fetchall()
    bottle.response.content_type = "application/json"
    return json.dumps([{"id": i, "product": p, "placed": str(t)} for i, p, t in rows])


@app.get("/health")
def health() -> str:
    return "ok\n"


if __name__ == "__main__":
    bottle.run(app, server="waitress", host="0.0.0.0", port=8001)
