import { assertEquals } from "@std/assert";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { OF_EACH_PLACE } from "../helpers/modes.ts";
import { startCommand } from "../helpers/server.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const PACKAGE = join(ROOT, "dist", `sluice-${config.version}.tgz`);

/** Chunks of the bundle have names that change; types are those that `mod.d.ts` needs. */
const FILES = [
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "bin/sluice.js",
  "lib/*.js",
  "lib/main.js",
  "lib/src/**/*_entry.js",
  "lib/src/mod.js",
  "lib/src/testing/mod.js",
  "package.json",
  "types/**/*.d.ts",
  "types/mod.d.ts",
  "types/testing/mod.d.ts",
];

const APP = `import type { Handler } from "sluice";
import { HttpError } from "sluice";
export default {
  fetch(request: Request) {
    if (request.url.endsWith("/teapot")) throw new HttpError(418, "short and stout");
    return new Response("packed");
  },
} satisfies Handler;
`;

const APP_TEST = `import { testServer } from "sluice/testing";
Deno.test("the app answers", async () => {
  await using server = await testServer("app.ts", { mode: "pooled", args: ["--workers", "1"] });
  const { status } = await server.fetch("/teapot");
  if (status !== 418) throw new Error(String(status));
});
`;

Deno.test("the command enables the unstable features of deno.json", async () => {
  const command = await Deno.readTextFile(join(ROOT, "tools/pack/sluice.js"));
  const [, list = "[]"] = /^const UNSTABLE = (.+);$/m.exec(command) ?? [];
  assertEquals(JSON.parse(list), config.unstable);
});

/** Makes the package, once for all tests. */
let packed: Promise<string> | null = null;
const pack = () => packed ??= run(Deno.execPath(), ["task", "--quiet", "pack"], ROOT);

Deno.test("the npm package holds a bundle, types and a command, and nothing else", async () => {
  await pack();
  const listed = await run("tar", ["--list", "--file", PACKAGE], ROOT);
  const kinds = listed.trim().split("\n").map((path) => kindOf(path.replace("package/", "")));
  assertEquals([...new Set(kinds)].sort(), FILES);
});

Deno.test("with the configuration of README, an app and its test import from sluice in another folder", async () => {
  const readme = await Deno.readTextFile(join(ROOT, "README.md"));
  const [, configuration = ""] = /```json\n(.*"links".*?)```/s.exec(readme) ?? [];
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    join(folder, "deno.json"),
    configuration.replace(`"../sluice"`, JSON.stringify(ROOT)),
  );
  await Deno.writeTextFile(join(folder, "app.ts"), APP);
  await Deno.writeTextFile(join(folder, "app_test.ts"), APP_TEST);
  await run(Deno.execPath(), ["check", "app.ts", "app_test.ts"], folder);
  await run(Deno.execPath(), ["test", "-A"], folder);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("npx sluice app.ts serves wherever its lanes run in a folder with nothing but npm, and its test runs", async () => {
  await pack();
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(join(folder, "app.ts"), APP);
  await run("npm", ["install", "--no-audit", "--no-fund", "--silent", PACKAGE], folder);
  for (const mode of OF_EACH_PLACE) {
    const args = ["--mode", mode, "--port", "0", "--log-format", "json"];
    await using server = await startCommand(["npx", "sluice", "app.ts", ...args], { cwd: folder });
    const url = `http://127.0.0.1:${server.port}`;
    assertEquals(await (await fetch(url)).text(), "packed", mode);
    const { status, body } = await fetch(`${url}/teapot`);
    await body?.cancel();
    assertEquals(status, 418, mode);
    // The shell that npx starts passes no signals on.
    Deno.kill(Number(server.log[0]?.["process.pid"]), "SIGTERM");
    assertEquals(await server.exited, 0, mode);
  }
  await Deno.writeTextFile(join(folder, "app_test.ts"), APP_TEST);
  const deno = join(folder, "node_modules/.bin/deno");
  await run(deno, ["check", "app.ts", "app_test.ts"], folder);
  await run(deno, ["test", "-A"], folder);
  await Deno.remove(folder, { recursive: true });
});

function kindOf(path: string): string {
  if (FILES.includes(path)) return path;
  return path.replace(/^lib\/[\w-]+\.js$/, "lib/*.js")
    .replace(/^lib\/src\/[\w/]+_entry\.js$/, "lib/src/**/*_entry.js")
    .replace(/^types\/[\w/]+\.d\.ts$/, "types/**/*.d.ts");
}

/** Runs a command that is expected to succeed; returns what it prints. */
async function run(program: string, args: string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd }).output();
  const decoder = new TextDecoder();
  assertEquals(success, true, decoder.decode(stderr));
  return decoder.decode(stdout);
}
