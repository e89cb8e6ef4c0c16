import { assertEquals } from "@std/assert";
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { startServer } from "../helpers/server.ts";

/** Enough addresses to fill a table for few connections several times over. */
const ADDRESSES = Array.from({ length: 200 }, (_, i) => `127.0.1.${i + 1}`);

/** Connects from a local address; null if the server closes the connection instead of serving it. */
async function connectFrom(localAddress: string, port: number): Promise<Socket | null> {
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  const answer = once(socket, "data").then(() => true);
  const closed = once(socket, "close").then(() => false);
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write("x");
  const isServed = await Promise.race([answer, closed]);
  if (isServed) return socket;
  answer.catch(() => {});
  return null;
}

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
