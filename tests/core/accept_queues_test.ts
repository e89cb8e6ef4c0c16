import { assertEquals } from "@std/assert";
import { AcceptQueues } from "../../src/core/accept_queues.ts";
import { freePort } from "../helpers/free_port.ts";
import { until } from "../helpers/until.ts";

const connectTo = ({ addr }: Deno.TcpListener) =>
  Deno.connect({ hostname: "127.0.0.1", port: addr.port });

Deno.test("AcceptQueues counts the clients that wait on all of its ports", async () => {
  const listeners = [0, 0].map((port) => Deno.listen({ hostname: "127.0.0.1", port }));
  const queues = AcceptQueues.of(listeners.map(({ addr }) => addr.port));
  assertEquals(queues?.length, 0);
  const [one, other] = listeners;
  if (one === undefined || other === undefined) throw new Error("Two listen");
  const clients = [await connectTo(one), await connectTo(one), await connectTo(other)];
  await until("three wait", () => queues?.length === 3);
  const served = await one.accept();
  assertEquals(queues?.length, 2);
  queues?.close();
  for (const socket of [...clients, served, ...listeners]) socket.close();
});

Deno.test("AcceptQueues.of() finds no queue on a port that nobody listens on", () => {
  assertEquals([AcceptQueues.of([freePort()]), AcceptQueues.of([])], [null, null]);
});
