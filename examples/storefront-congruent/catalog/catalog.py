"""The products of the shop, as JSON."""

import json
import os

import bottle

PRODUCTS = [
    {"id": 1, "name": "Kettle", "price": "29.00"},
    {"id": 2, "name": "Teapot", "price": "34.50"},
]

app = bottle.Bottle()


@app.get("/products")
def products() -> str:
    bottle.response.content_type = "application/json"
    return json.dumps(PRODUCTS)


@app.get("/health")
def health() -> str:
    return "ok\n"


if __name__ == "__main__":
    bottle.run(app, server="waitress", host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
