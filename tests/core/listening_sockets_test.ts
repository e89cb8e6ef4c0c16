import { assertEquals } from "@std/assert";
import { listeningSockets } from "../../src/core/listening_sockets.ts";
import { freePort } from "../helpers/free_port.ts";

Deno.test("listeningSockets finds the sockets of a port, and neither connections nor Unix sockets", async () => {
  using four = Deno.listen({ hostname: "127.0.0.1", port: freePort() });
  const { port } = four.addr as Deno.NetAddr;
  using _six = Deno.listen({ hostname: "::1", port });
  using _other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using _client = await Deno.connect({ hostname: "127.0.0.1", port });
  using _server = await four.accept();
  assertEquals(listeningSockets([port]).length, 2);

  // Its name is at the place of a port in an address of TCP.
  using _unix = Deno.listen({ transport: "unix", path: `\0sluice-${Deno.pid}` });
  const portOfName = new DataView(new TextEncoder().encode("\0s").buffer).getUint16(0);
  assertEquals(listeningSockets([portOfName]), []);
});
