"use strict";

const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const mustache = require("mustache");

const catalog = process.env.CATALOG_URL || "http://catalog:8000";
const template = fs.readFileSync(path.join(__dirname, "views", "shop.html"), "utf8");

async function shop() {
  const answer = await fetch(`${catalog}/products`);
  return mustache.render(template, { products: await answer.json() });
}

const server = http.createServer(async (request, response) => {
  if (request.url === "/health") {
    response.end("ok\n");
    return;
  }
  try {
    const page = await shop();
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(page);
  } catch (error) {
    response.statusCode = 502;
    response.end("The catalog does not answer.\n");
  }
});

process.on("SIGTERM", () => server.close());
server.listen(8080);
