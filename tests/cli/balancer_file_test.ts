import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runMain } from "../helpers/server.ts";

const GROUP = 'service = "proxy"\nport = 0\n[upstreams.api]\nupstream = "127.0.0.1:1"\n';

/** Runs the program with a configuration file of this text. */
async function run(text: string, ...args: string[]) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/s.toml`, text);
    return await runMain([...args, "--config", "s.toml"], { cwd: folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("sluice check and serve refuse a wrong group in one line, with exit code 78", async () => {
  for (const command of ["check", "serve"]) {
    const { code, stdout, stderr } = await run(`${GROUP}balanse = "hash"`, command);
    assertEquals([code, stdout], [78, ""], command);
    assertEquals(
      stderr,
      'sluice: Cannot use "balanse" in upstreams.api of "s.toml": unknown key, did you mean ' +
        '"balance"?\n',
    );
  }
});

Deno.test("sluice check and serve refuse a route to no group, with exit code 78", async () => {
  for (const command of ["check", "serve"]) {
    const { code, stderr } = await run(`${GROUP}[[routes]]\nupstream = "app"`, command);
    assertEquals(code, 78, command);
    assertMatch(stderr, /^sluice: Cannot use upstream "app" in route 1 of "s\.toml": [^\n]*\n$/);
  }
});

Deno.test("sluice --print-config shows groups and routes", async () => {
  const { code, stdout } = await run(GROUP, "--print-config");
  assertEquals(code, 0);
  assertStringIncludes(stdout, '\n[upstreams.api]\nupstream = ["127.0.0.1:1"] # file /');
  assertStringIncludes(stdout, '\n[[routes]]\nupstream = "api"\n');
});
