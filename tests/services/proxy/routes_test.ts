/** Listeners whose clients go to different groups, as tables of a configuration file say. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { formatAddress } from "../../../src/base/address.ts";
import { Backend, naming } from "../../helpers/backend.ts";
import { Client } from "../../helpers/client.ts";
import { makeConfig } from "../../helpers/config.ts";
import { freePort } from "../../helpers/free_port.ts";
import { workers } from "../../helpers/modes.ts";
import { runMain, SERVER, startCommand } from "../../helpers/server.ts";

/** The tables of groups, each with one backend. */
function groups(backends: Readonly<Record<string, Backend>>): string {
  const tables = Object.entries(backends).map(([name, { address }]) =>
    `[upstreams.${name}]\nupstream = "${formatAddress(address)}"`
  );
  return `service = "proxy"\n${tables.join("\n")}\n`;
}

function route(bind: string, group: string): string {
  return `[[routes]]\nbind = "${bind}"\nupstream = "${group}"\n`;
}

/** The name of the backend that answers, on so many connections; a set of one, if all is well. */
async function namesAt(where: { hostname?: string; port: number }): Promise<readonly string[]> {
  const names = new Set<string>();
  for (let i = 0; i < 5; i++) {
    using client = await Client.connect(where);
    names.add((await client.ask("hello")).split(" ")[0] ?? "");
  }
  return [...names];
}

for (const mode of ["pooled", "forked"]) {
  Deno.test(`--mode ${mode}: [[routes]] send the clients of each listener to its group`, async () => {
    using one = new Backend(naming("one"));
    using two = new Backend(naming("two"));
    const [same, other, all] = [freePort(), freePort(), freePort()];
    await using config = await makeConfig(
      groups({ one, two }) + route(`127.0.0.1:${same}`, "one") +
        route(`127.0.0.2:${same}`, "two") + route(`[0:0:0:0:0:0:0:1]:${other}`, "two") +
        route(`localhost:${all}`, "one"),
    );
    await using server = await startCommand([...SERVER, ...config.args, ...workers(mode)]);
    assertEquals(await namesAt({ port: same }), ["one"]);
    assertEquals(await namesAt({ hostname: "127.0.0.2", port: same }), ["two"]);
    assertEquals(await namesAt({ hostname: "::1", port: other }), ["two"]);
    assertEquals(await namesAt({ hostname: "::1", port: all }), ["one"]);
    assertEquals(await namesAt({ port: all }), ["one"]);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  });
}

Deno.test("--mode async: [[routes]] tell a Unix socket from others, and the group default has the rest", async () => {
  using one = new Backend(naming("one"));
  using two = new Backend(naming("two"));
  using rest = new Backend(naming("rest"));
  const folder = await Deno.makeTempDir();
  const ports = [freePort(), freePort()];
  await using config = await makeConfig(
    `bind = ["0.0.0.0:${ports[0]}", "[::]:${ports[1]}"]\n` +
      groups({ one, two, default: rest }) +
      route(`unix:${folder}/one`, "one") + route(`unix:${folder}/two`, "two"),
  );
  await using _server = await startCommand([...SERVER, ...config.args, "--mode", "async"]);
  for (const name of ["one", "two"]) {
    using conn = await Deno.connect({ transport: "unix", path: `${folder}/${name}` });
    await conn.write(new TextEncoder().encode("hello\n"));
    const buffer = new Uint8Array(100);
    const count = await conn.read(buffer) ?? 0;
    assertEquals(new TextDecoder().decode(buffer.subarray(0, count)), `${name} hello\n`);
  }
  assertEquals(await namesAt({ port: ports[0] ?? 0 }), ["rest"]);
  assertEquals(await namesAt({ hostname: "::1", port: ports[1] ?? 0 }), ["rest"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("[[routes]] of all interfaces have the clients of each address", async () => {
  using one = new Backend(naming("one"));
  using two = new Backend(naming("two"));
  const [four, six] = [freePort(), freePort()];
  await using config = await makeConfig(
    groups({ one, two }) + route(`0.0.0.0:${four}`, "one") + route(`[::]:${six}`, "two"),
  );
  await using _server = await startCommand([...SERVER, ...config.args]);
  assertEquals(await namesAt({ hostname: "127.0.0.7", port: four }), ["one"]);
  assertEquals(await namesAt({ hostname: "::1", port: six }), ["two"]);
  // As an address of IPv6 that stands for one of IPv4.
  assertEquals(await namesAt({ port: six }), ["two"]);
});

Deno.test("a route to a group that there is not, and a listener without a route, are refused at the start", async () => {
  using one = new Backend(naming("one"));
  using two = new Backend(naming("two"));
  const bind = `127.0.0.1:${freePort()}`;
  await using unknown = await makeConfig(groups({ one, two }) + route(bind, "tow"));
  const { code, stderr } = await runMain(unknown.args);
  assertEquals(code, 78);
  assertStringIncludes(stderr, `there is no such group, did you mean "two"?`);
  await using config = await makeConfig(
    `bind = "${bind}"\n` + groups({ one, two }) + route(`127.0.0.2:${freePort()}`, "one"),
  );
  const missing = await runMain(config.args);
  assertEquals(missing.code, 78, missing.stderr);
  assertStringIncludes(missing.stderr, bind);
});
