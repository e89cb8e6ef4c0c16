/**
 * A program: opens a number of connections, sends a request on each and reads the
 * responses; prints a line when each has sent something. `deno run FILE PORT COUNT`.
 */
const [port, count] = Deno.args.map(Number);

await Promise.all(
  Array.from({ length: count ?? 0 }, async () => {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: port ?? 0 });
    await conn.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    const reader = conn.readable.getReader();
    await reader.read();
    void (async () => {
      while (!(await reader.read()).done);
    })().catch(() => {});
  }),
);
await Deno.stdout.write(new TextEncoder().encode("All are served\n"));
setInterval(() => {}, 1000);
