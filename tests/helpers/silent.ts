/** Connections that time out, one after another: a machine that stands still may delay one of them. */
const TIMEOUTS = 3;

/** An address that does not answer: its accept queue is full, so the kernel drops new SYNs. */
export async function listenSilently(hostname = "127.0.0.1", port = 0) {
  const listener = Deno.listen({ hostname, port, tcpBacklog: 1 });
  const { port: bound } = listener.addr;
  const waiting: Deno.Conn[] = [];
  for (let timeouts = 0; timeouts < TIMEOUTS;) {
    const signal = AbortSignal.timeout(200);
    try {
      waiting.push(await Deno.connect({ hostname, port: bound, signal }));
      timeouts = 0;
    } catch {
      timeouts++;
    }
  }
  return {
    port: bound,
    address: `${hostname}:${bound}`,
    [Symbol.dispose]() {
      for (const conn of waiting) conn.close();
      listener.close();
    },
  };
}
