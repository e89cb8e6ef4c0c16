#!/usr/bin/env node
// Starts the server with the runtime that npm has installed beside it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// As in the configuration of the program, which is not in the package.
const UNSTABLE = ["net", "raw-imports", "vsock", "worker-options"];
const SIGNALS = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGTTIN", "SIGTTOU"];

const main = fileURLToPath(new URL("../lib/main.js", import.meta.url));
const child = spawn(runtime(), [
  ...["run", "--allow-all", "--quiet", "--no-config", "--no-lock"],
  ...UNSTABLE.map((name) => `--unstable-${name}`),
  main,
  ...process.argv.slice(2),
], { stdio: "inherit" });

for (const signal of SIGNALS) {
  process.on(signal, () => {
    // A terminal sends these to the child itself.
    const isSent = process.stdin.isTTY && (signal === "SIGINT" || signal === "SIGQUIT");
    if (!isSent) child.kill(signal);
  });
}
child.on("error", (error) => {
  process.stderr.write(`sluice: Cannot start the runtime: ${error.message}\n`);
  process.exit(70);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

/** The path of the runtime's executable. Its own launcher would pass no signals on. */
function runtime() {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("deno/package.json"));
  const path = join(folder, process.platform === "win32" ? "deno.exe" : "deno");
  return existsSync(path) ? path : require("deno/install_api.cjs").runInstall();
}
