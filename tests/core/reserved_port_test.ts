import { assertEquals, assertThrows } from "@std/assert";
import { ReservedPort } from "../../src/core/reserved_port.ts";
import { canListen, freePort } from "../helpers/free_port.ts";

for (const hostname of ["127.0.0.1", "::1"]) {
  /** An address that nobody else uses. */
  const anAddress = () => ({ transport: "tcp", hostname, port: freePort() }) as const;
  const ignore = !canListen(hostname);
  const name = `a reserved port of ${hostname}${ignore ? " (which this machine lacks)" : ""}`;

  Deno.test({
    name: `${name} is for listeners that share it, which get all clients`,
    ignore,
    async fn() {
      const address = anAddress();
      using _reserved = ReservedPort.of(address);
      assertThrows(() => Deno.listen(address), Deno.errors.AddrInUse);
      using one = Deno.listen({ ...address, reusePort: true });
      using other = Deno.listen({ ...address, reusePort: true });
      const accepted = [one, other].map(acceptAll);
      for (let i = 0; i < 50; i++) {
        using client = await Deno.connect(address);
        await client.read(new Uint8Array(1));
      }
      one.close();
      other.close();
      const [first = 0, second = 0] = await Promise.all(accepted);
      assertEquals(first + second, 50);
    },
  });

  Deno.test({
    name: `${name} is nobody else's to reserve, until it is released`,
    ignore,
    fn() {
      const address = anAddress();
      const reserved = ReservedPort.of(address);
      assertThrows(() => ReservedPort.of(address), Deno.errors.AddrInUse);
      reserved?.[Symbol.dispose]();
      reserved?.[Symbol.dispose]();
      ReservedPort.of(address)?.[Symbol.dispose]();
      Deno.listen(address).close();
    },
  });

  Deno.test({
    name: `${name} may have had connections a moment ago`,
    ignore,
    async fn() {
      const address = anAddress();
      const listener = Deno.listen(address);
      const client = await Deno.connect(address);
      const socket = await listener.accept();
      // The first to close waits in TIME_WAIT.
      socket.close();
      await client.read(new Uint8Array(1));
      client.close();
      listener.close();
      using _reserved = ReservedPort.of(address);
      assertThrows(() => Deno.listen(address), Deno.errors.AddrInUse);
      Deno.listen({ ...address, reusePort: true }).close();
    },
  });
}

/** Closes the clients of a listener until it is closed, and counts them. */
async function acceptAll(listener: Deno.TcpListener): Promise<number> {
  let count = 0;
  for await (const conn of listener) {
    conn.close();
    count++;
  }
  return count;
}
