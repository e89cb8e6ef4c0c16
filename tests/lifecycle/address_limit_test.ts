import { assert, assertEquals } from "@std/assert";
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { startServer } from "../helpers/server.ts";

/** Enough addresses to fill a table for few connections several times over. */
const ADDRESSES = Array.from({ length: 200 }, (_, i) => `127.0.1.${i + 1}`);

/** Connects from a local address; null if the server ends the connection instead of serving it. */
async function connectFrom(localAddress: string, port: number): Promise<Socket | null> {
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  // A server that closes before it has read what was sent resets the connection.
  const answer = once(socket, "data").then(() => true, () => false);
  const closed = once(socket, "close").then(() => false, () => false);
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write("x");
  const isServed = await Promise.race([answer, closed]);
  return isServed ? socket : null;
}

/** More lanes of one connection each than the limit, which is above any power of 2 up to 64. */
const LIMIT = 66;
const CLIENTS = 72;
const MODES: readonly (readonly string[])[] = [
  ["--mode", "async"],
  // The threads start as clients come: all at once, they may take longer than a test waits for a start.
  ["--mode", "threaded", "--max-threads", `${CLIENTS}`],
  ["--mode", "pooled", "--workers", "4"],
  ["--mode", "forked", "--workers", "1"],
];

for (const mode of MODES) {
  Deno.test(`${mode.join(" ")} enforces a --max-connections-per-ip of ${LIMIT}`, async () => {
    const limit = ["--max-connections-per-ip", String(LIMIT)];
    await using server = await startServer([...mode, "--service", "echo", ...limit]);
    const clients = Array.from({ length: CLIENTS }, () => connectFrom("127.0.1.1", server.port));
    const served = (await Promise.all(clients)).filter((socket) => socket !== null);
    assertEquals(served.length, LIMIT);
    const other = await connectFrom("127.0.1.2", server.port);
    assert(other !== null, "another address was refused");
    for (const socket of [...served, other]) socket?.destroy();
  });
}

Deno.test("--mode forked warns if its processes together exceed a limit", async () => {
  const limits = ["--max-connections", "3", "--max-connections-per-ip", "3"];
  const args = ["--mode", "forked", "--service", "echo", ...limits];
  await using exceeding = await startServer([...args, "--workers", "4"]);
  await using within = await startServer([...args, "--workers", "3"]);
  const match = "Limits are exceeded";
  assertEquals(exceeding.records(match).length, 1);
  assertEquals(within.records(match).length, 0);
});

for (const mode of ["async", "pooled"]) {
  Deno.test(`--mode ${mode} enforces --max-connections-per-ip after a reload that raises --max-connections`, async () => {
    const config = await Deno.makeTempFile({ suffix: ".toml" });
    await Deno.writeTextFile(config, "max-connections = 10\n");
    const limit = ["--max-connections-per-ip", "1"];
    const args = ["--mode", mode, "--service", "echo", "--config", config, ...limit];
    await using server = await startServer(args);
    await Deno.writeTextFile(config, "max-connections = 1000\n");
    server.kill("SIGHUP");
    await server.logged("Reloaded");
    const first = await Promise.all(ADDRESSES.map((one) => connectFrom(one, server.port)));
    assertEquals(first.filter((socket) => socket === null).length, 0, "clients were refused");
    const second = await Promise.all(ADDRESSES.map((one) => connectFrom(one, server.port)));
    assertEquals(second.filter((socket) => socket !== null).length, 0, "too many were served");
    for (const socket of first) socket?.destroy();
    await Deno.remove(config);
  });
}
