import { assertEquals, assertMatch } from "@std/assert";
import { runMain, startServer } from "../helpers/server.ts";

/** A folder with a handler "app.js", which answers with "app", and a folder "public" with a page. */
async function withApp(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.writeTextFile(
      `${folder}/app.js`,
      `export default { fetch: () => new Response("app") };`,
    );
    await Deno.mkdir(`${folder}/public`);
    await Deno.writeTextFile(`${folder}/public/index.html`, "page");
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a server with these arguments answers to `/` and `/none`. */
async function answers(cwd: string, args: readonly string[]): Promise<[string, string]> {
  await using server = await startServer(args, { cwd });
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    const text = await response.text();
    return response.ok ? text : String(response.status);
  };
  return [await get("/"), await get("/none")];
}

Deno.test("a handler, a folder or both are served as arguments, as with --handler and --root", () =>
  withApp(async (folder) => {
    const cases: [args: string[], same: string[], expected: [string, string]][] = [
      [["app.js"], ["--handler", "app.js"], ["app", "app"]],
      [["./public"], ["--root", "./public"], ["page", "404"]],
      [["serve", "app.js", "public"], ["--handler", "app.js", "--root", "public"], ["page", "app"]],
    ];
    for (const [args, same, expected] of cases) {
      assertEquals(await answers(folder, args), expected);
      assertEquals(await answers(folder, same), expected);
    }
  }));

Deno.test("check and --print-config take a handler as an argument, and --print-config names it as the source", () =>
  withApp(async (cwd) => {
    const check = await runMain(["check", "app.js", "-p", "1"], { cwd });
    assertEquals([check.code, check.stderr], [0, ""]);
    assertEquals(
      check.stdout,
      `The configuration is valid: handler ${cwd}/app.js in async mode on 127.0.0.1:1\n`,
    );
    const env = { SLUICE_HANDLER: "other.js", SLUICE_SERVICE: "echo" };
    const config = await runMain(["app.js", "--print-config"], { cwd, env });
    assertEquals([config.code, config.stderr], [0, ""]);
    assertMatch(config.stdout, new RegExp(`^handler = "${cwd}/app.js" # argument app\\.js$`, "m"));
    assertMatch(config.stdout, /^# service = .*the argument "app\.js" overrides SLUICE_SERVICE/m);
  }));

Deno.test("a reload keeps what the arguments name", () =>
  withApp(async (cwd) => {
    await using server = await startServer(["app.js"], { cwd });
    server.kill("SIGHUP");
    await server.logged("Reloaded");
    const response = await fetch(`http://127.0.0.1:${server.port}/`);
    assertEquals(await response.text(), "app");
  }));
