import { assert, assertEquals, assertMatch } from "@std/assert";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT } from "../../src/base/exit.ts";
import { makeApp } from "../apps/app_folder.ts";
import { makeConfig } from "../helpers/config.ts";
import { makeForeignHandler, makeVersionHandler } from "../helpers/handlers.ts";
import { runMain, startCommand, startServer } from "../helpers/server.ts";
import { ask } from "../helpers/talk.ts";

const MAIN = fileURLToPath(import.meta.resolve("../../main.ts"));
const RUN = [Deno.execPath(), "run", "--no-check", "--no-prompt"];
const HANDLER = `export default { framing: { type: "lines" }, handle: (line) => line };`;

Deno.test("a handler from another folder runs in the process that was started", async () => {
  await using handler = await makeForeignHandler(HANDLER);
  const args = [...handler.args, "--port", "0", "--log-format", "json"];
  await using server = await startCommand([...RUN, "-A", MAIN, ...args]);
  assertEquals(server.log[0]?.["process.pid"], server.pid);
});

Deno.test("without the C library, it runs in a child that gets the signals", async () => {
  await using handler = await makeForeignHandler(HANDLER);
  const args = [...handler.args, "--port", "0", "--log-format", "json"];
  await using server = await startCommand([...RUN, "-A", "--deny-ffi", MAIN, ...args]);
  assert(server.log[0]?.["process.pid"] !== server.pid);
  server.kill("SIGHUP");
  await server.logged("Reloaded");
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
});

Deno.test("a handler with a configuration needs permission to start the runtime with it", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/deno.json`, "{}");
  await Deno.writeTextFile(`${folder}/app.js`, HANDLER);
  const [program = "", ...args] = [
    ...[...RUN, "--allow-net", "--allow-read", "--allow-env"],
    ...[MAIN, "check", `${folder}/app.js`],
  ];
  const { code, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  assertMatch(
    new TextDecoder().decode(stderr),
    /^sluice: Cannot load the handler with the configuration in ".*": no permission [^\n]*\n$/,
  );
  assertEquals(code, EXIT.noPermission);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a configuration that is no JSON is refused in one line with its place", async () => {
  await using app = await makeApp({
    "app.js": HANDLER,
    "deno.json": `{\n  "imports": {`,
  });
  const { code, stderr } = await runMain(["check", "app.js"], { cwd: app.folder });
  const path = `${app.folder}/deno.json`;
  assertEquals(
    stderr,
    `sluice: Cannot use the configuration "${path}": Unterminated object at ${path}:2:15: ` +
      `"imports": {\n`,
  );
  assertEquals(code, EXIT.config);
});

Deno.test("a configuration that the runtime reads is not refused, though it is no JSON", async () => {
  await using app = await makeApp({ "app.js": HANDLER, "deno.json": `{ /* a */ imports: {}, }` });
  assertEquals((await runMain(["check", "app.js"], { cwd: app.folder })).code, 0);
});

Deno.test("a reload refuses a configuration that is no JSON", async () => {
  await using app = await makeApp({ "app.js": HANDLER, "deno.json": "{}" });
  await using server = await startServer(["app.js"], { cwd: app.folder });
  await Deno.writeTextFile(`${app.folder}/deno.json`, "{");
  server.kill("SIGHUP");
  const { message } = await server.logged("Cannot reload");
  assertMatch(message, /: Cannot use the configuration ".*": Unterminated object at .*:1:2: \{$/);
  assertEquals(await ask(server, "x"), "x");
});

Deno.test("a reload refuses a handler with another configuration of the runtime", async () => {
  await using first = await makeVersionHandler();
  await using second = await makeVersionHandler();
  await using config = await makeConfig(`handler = "${first.path}"`);
  await using server = await startServer([...config.args]);
  await Deno.writeTextFile(`${dirname(second.path)}/deno.json`, "{}");
  await config.write(`handler = "${second.path}"`);
  server.kill("SIGHUP");
  const { message } = await server.logged("Cannot reload");
  assertMatch(
    message,
    /found its configuration in ".*", expected none, until the server is restarted/,
  );
  assertEquals(await ask(server, "x"), "0 0 x");
});
