/** The yardstick: the bare read-and-write loop on `Deno.listen`, and nothing else. */
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 });
Deno.stdout.writeSync(new TextEncoder().encode(`port=${listener.addr.port}\n`));
for await (const conn of listener) void echo(conn);

async function echo(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(4096);
  try {
    for (;;) {
      const count = await conn.read(buffer);
      if (count === null) break;
      let written = 0;
      while (written < count) written += await conn.write(buffer.subarray(written, count));
    }
  } catch { // The client went away.
  }
  conn.close();
}
