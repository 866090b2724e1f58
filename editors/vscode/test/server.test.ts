import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { StreamMessageReader, StreamMessageWriter, createMessageConnection } from "vscode-jsonrpc/node";
import { DEFAULT, SELECTOR, startOf } from "../src/server";

test("a setting names a program and its arguments", () => {
  assert.deepEqual(startOf(["/opt/imd", "server"]), { command: "/opt/imd", args: ["server"] });
});

for (const odd of [undefined, [], [""], [1], "imd; rm -rf /", { command: "imd" }]) {
  test(`${JSON.stringify(odd)} is what is usual`, () => {
    assert.deepEqual(startOf(odd), { command: DEFAULT[0], args: ["server"] });
  });
}

test("what is typed is told of files alone", () => {
  assert.ok(SELECTOR.every((one) => one.scheme === "file"));
});

test("the real server tells an editor what it finds, and takes it back", async () => {
  const root = mkdtempSync(join(tmpdir(), "imd-"));
  writeFileSync(join(root, "compose.yaml"), "services:\n  web:\n    image: nginx:latest\n");
  const uri = pathToFileURL(join(root, "compose.yaml")).href;
  const start = startOf(JSON.parse(process.env["IMD_SERVER"] ?? "null"));
  const server = spawn(start.command, start.args, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  const connection = createMessageConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  const told: string[][] = [];
  let waiting: (() => void) | undefined;
  connection.onNotification("textDocument/publishDiagnostics", (params: { uri: string; diagnostics: { code: string }[] }) => {
    if (params.uri === uri) {
      told.push(params.diagnostics.map((one) => one.code));
      waiting?.();
    }
  });
  connection.listen();
  const next = () => new Promise<void>((resolve) => { waiting = resolve; });
  let arrival = next();
  const watched = new Promise<unknown>((resolve) => connection.onRequest("client/registerCapability", (params) => resolve(params)));
  const capabilities = { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } };
  const answer = await connection.sendRequest<{ capabilities: { executeCommandProvider: { commands: string[] } } }>("initialize", {
    processId: process.pid, rootUri: pathToFileURL(root).href, capabilities,
  });
  assert.deepEqual(answer.capabilities.executeCommandProvider.commands, ["imd.pin"]);
  await connection.sendNotification("initialized", {});
  assert.match(JSON.stringify(await watched), /workspace\/didChangeWatchedFiles/);
  await arrival;
  assert.ok(told.at(-1)?.includes("floating-tag"));
  arrival = next();
  await connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text: "services: {}\n" } });
  await arrival;
  assert.deepEqual(told.at(-1), []);
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  connection.dispose();
  assert.equal(await new Promise((resolve) => server.on("exit", resolve)), 0);
});
