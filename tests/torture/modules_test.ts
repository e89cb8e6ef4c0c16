import { assert, assertEquals } from "@std/assert";
import { runMain, startServer } from "../helpers/server.ts";
import { Client } from "../helpers/client.ts";
import { type BadModule, MODULES } from "./cases/modules.ts";

for (const mode of ["async", "pooled", "forked"]) {
  for (const module of MODULES) {
    Deno.test(`--mode ${mode}: a module that ${module.does}`, () => check(mode, module));
  }
}

async function check(mode: string, { source, options = [], outcome }: BadModule): Promise<void> {
  const cwd = await Deno.makeTempDir({ prefix: "torture" });
  await Deno.writeTextFile(`${cwd}/handler.js`, source);
  const args = ["--mode", mode, "--workers", "1", "--handler", "handler.js", ...options];
  try {
    if (outcome === null) return await checkServed(args, cwd);
    const { code, stderr } = await runMain([...args, "--port", "0"], { cwd });
    const own = stderr.split("\n").filter((line) => line.startsWith("sluice: "));
    assertEquals([code, own.length], [outcome.exitCode, 1], stderr);
    assert(own[0]?.includes(outcome.says), own[0]);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

async function checkServed(args: readonly string[], cwd: string): Promise<void> {
  await using server = await startServer(args, { cwd });
  {
    using client = await Client.connect(server);
    assertEquals(await client.receiveAll(), "served");
  }
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
}
