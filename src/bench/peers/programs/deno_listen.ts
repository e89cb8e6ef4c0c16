/** Deno's own TCP listener: "Deno.listen". */
const SMALLEST_BUFFER = 4 * 1024;
const LARGEST_BUFFER = 64 * 1024;

const listener = Deno.listen({
  hostname: "127.0.0.1",
  port: Number(Deno.env.get("PORT")),
  tcpBacklog: 4096,
});
for await (const conn of listener) void echo(conn);

/** The buffer grows when it is filled, so that idle clients cost little. */
async function echo(conn: Deno.TcpConn): Promise<void> {
  try {
    conn.setNoDelay(true);
    let buffer = new Uint8Array(SMALLEST_BUFFER);
    for (let count; (count = await conn.read(buffer)) !== null;) {
      for (let sent = 0; sent < count;) sent += await conn.write(buffer.subarray(sent, count));
      const { length } = buffer;
      if (count === length && length < LARGEST_BUFFER) buffer = new Uint8Array(2 * length);
    }
  } catch { // The client went away.
  } finally {
    conn.close();
  }
}
