import { type ExtensionContext, commands, window, workspace } from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { SELECTOR, startOf } from "./server";

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(commands.registerCommand("immutableDelivery.restart", restart));
  context.subscriptions.push(
    workspace.onDidChangeConfiguration((event) => (event.affectsConfiguration("immutableDelivery") ? restart() : undefined)),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

async function restart(): Promise<void> {
  await client?.stop();
  await start();
}

async function start(): Promise<void> {
  if (!workspace.isTrusted) {
    return;
  }
  const run = startOf(workspace.getConfiguration("immutableDelivery").get("command"));
  client = new LanguageClient("immutableDelivery", "immutable-delivery", run, {
    documentSelector: SELECTOR,
  });
  try {
    await client.start();
  } catch {
    void window.showErrorMessage(`immutable-delivery: '${run.command}' cannot be started; install it (pip install "immutable-delivery[server]") or name it in the settings`);
  }
}
