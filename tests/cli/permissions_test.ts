import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { EXIT } from "../../src/base/exit.ts";
import { MODES } from "../../src/modes/registry.ts";
import { makeForeignHandler } from "../helpers/handlers.ts";
import { startCommand } from "../helpers/server.ts";
import { testWith } from "../helpers/tools.ts";

const MAIN = fileURLToPath(import.meta.resolve("../../main.ts"));
const README = new URL("../../README.md", import.meta.url);

/** The smallest set, by README. */
const SMALLEST = ["--allow-net", "--allow-read", "--allow-env"];
/** What a mode needs besides. */
const MORE: Readonly<Record<string, string>> = { forked: "--allow-run" };

const HANDLER = `export default { framing: { type: "lines" }, handle: (line) => line };`;

Deno.test("a run without permissions ends with one line and exit code 77", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", MAIN],
    stdin: "null",
  }).output();
  assertEquals(code, EXIT.noPermission);
  assertMatch(new TextDecoder().decode(stderr), /^sluice: Cannot [^\n]*--allow-\w+\n$/);
});

Deno.test("a balancer says that it needs to read the key of its cookies", async () => {
  const folder = fileURLToPath(new URL("../../", import.meta.url));
  const backend = ["--service", "proxy", "--upstream", "http://127.0.0.1:1"];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check", "--no-prompt", "--allow-net", `--allow-read=${folder}`],
      ...["--allow-env", MAIN, ...backend, "--sticky", "cookie", "--sticky-key-file", "/etc/key"],
    ],
    stdin: "null",
  }).output();
  assertMatch(
    new TextDecoder().decode(stderr),
    /^sluice: Cannot read "\/etc\/key": [^\n]*--allow-read\n$/,
  );
  assertEquals(code, EXIT.noPermission);
});

for (const mode of Object.keys(MODES)) {
  Deno.test(`--mode ${mode} serves a handler with the permissions that README names`, async () => {
    await using handler = await makeForeignHandler(HANDLER);
    const needed = [...SMALLEST, ...mode in MORE ? [MORE[mode] ?? ""] : []];
    assertMatch(await Deno.readTextFile(README), new RegExp(SMALLEST.join(" ")));
    const args = [...handler.args, "--mode", mode, "--port", "0", "--log-format", "json"];
    const command = [Deno.execPath(), "run", "--no-check", "--no-prompt"];
    await using server = await startCommand([...command, ...needed, MAIN, ...args]);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  });

  testWith(
    "script",
    `--mode ${mode} asks for nothing on a terminal, and says what it needs`,
    async () => {
      await using handler = await makeForeignHandler(HANDLER);
      const needed = [...SMALLEST, ...mode in MORE ? [MORE[mode] ?? ""] : []];
      for (const missing of needed) {
        const granted = needed.filter((permission) => permission !== missing);
        const args = ["run", "--no-check", ...granted, MAIN, ...handler.args, "--mode", mode];
        const command = [Deno.execPath(), ...args].join(" ");
        const { code, stdout } = await new Deno.Command("script", {
          args: ["--quiet", "--return", "--command", command, "/dev/null"],
          stdin: "null",
        }).output();
        assertMatch(
          new TextDecoder().decode(stdout),
          new RegExp(`^sluice: Cannot [^\\n]*, expected ${missing}\\r\\n$`),
        );
        assertEquals(code, EXIT.noPermission);
      }
    },
  );
}
