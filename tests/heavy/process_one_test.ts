/** The executable as process 1 of a container: read-only, without rights. */
import { assertEquals } from "@std/assert";
import { MODES } from "../../src/modes/registry.ts";
import {
  type ContainedServer,
  containerObstacle,
  exists,
  makeExecutable,
  makeRoot,
  startContained,
} from "../helpers/container.ts";
import { Client } from "../helpers/client.ts";
import { workers } from "../helpers/modes.ts";
import { childrenOf } from "../helpers/process.ts";
import { nextServer, servingPid } from "../helpers/respawn.ts";
import { testUnless } from "../helpers/tools.ts";
import { until, waitFor } from "../helpers/until.ts";

/**
 * Answers "orphan" once it has left a process without a parent, "child" with the exit code of a
 * child which has been a zombie for a while, since this thread was blocked, and "slow" later. The
 * test ends the process without a parent, so that it sees it before.
 */
const HANDLER = `
const quiet = { stdin: "null", stdout: "null", stderr: "null" };
export default {
  framing: { type: "lines" },
  async handle(line) {
    if (line === "orphan") {
      const { code } = await new Deno.Command("sh", { args: ["-c", "sleep 600 &"], ...quiet }).output();
      return "left " + code;
    }
    if (line === "child") {
      const child = new Deno.Command("sh", { args: ["-c", "exit 7"], ...quiet }).spawn();
      for (const end = performance.now() + 3500; performance.now() < end;);
      return "code " + (await child.status).code;
    }
    if (line === "slow") console.log("slow begins");
    if (line === "slow") await new Promise((resolve) => setTimeout(resolve, 300));
    return line;
  },
};`;

const CASES = [
  ...Object.keys(MODES).map((mode) => [mode, ...workers(mode)]),
  ["async with --respawn", ...workers("async"), "--respawn"],
  ["pooled with --respawn", ...workers("pooled"), "--respawn"],
];

testUnless(
  containerObstacle(),
  "as process 1 of a read-only container, not root, every mode serves, reaps orphans and drains",
  async () => {
    await Promise.all([makeRoot(), makeExecutable()]);
    // Together, since they mostly wait.
    await Promise.all(CASES.map(async ([name = "", ...args]) => {
      await using container = await startContained(HANDLER, args);
      await checkLife(name, container);
    }));
  },
);

testUnless(
  containerObstacle(),
  "process 1 leaves the children of a handler to it, however long they are zombies",
  async () => {
    await Promise.all([makeRoot(), makeExecutable()]);
    await using container = await startContained(HANDLER, workers("pooled"));
    using client = await Client.connect(container.server);
    assertEquals(await client.ask("child"), "code 7\n");
  },
);

async function checkLife(name: string, { server, first }: ContainedServer): Promise<void> {
  const isRespawned = name.includes("respawn");
  using client = await Client.connect(server);
  assertEquals(Deno.readTextFileSync(`/proc/${first}/status`).match(/^Uid:\t(\d+)/m)?.[1], "65534");
  assertEquals(await client.ask("orphan"), "left 0\n", name);
  const orphan = await waitFor(`${name}: it has the orphan`, () => orphansOf(first)[0] ?? null);
  Deno.kill(orphan, "SIGKILL");
  await until(`${name}: the orphan is reaped`, () => !exists(`/proc/${orphan}`));
  if (isRespawned) {
    const pid = servingPid(server);
    const [serving = 0] = childrenOf(first);
    Deno.kill(serving, "SIGKILL");
    await nextServer(server, pid);
  }
  using last = await Client.connect(server);
  const answer = last.ask("slow");
  if (!isRespawned) client.close();
  // Not before it has come to the handler: an idle client would be closed.
  await server.logged("slow begins");
  Deno.kill(first, "SIGTERM");
  assertEquals([await answer, await server.exited], ["slow\n", 0], name);
}

/** The children of process 1 that it has not started. */
function orphansOf(first: number): number[] {
  return childrenOf(first).filter((pid) => commandOf(pid) === "sleep");
}

function commandOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/comm`).trim();
  } catch {
    return "";
  }
}
