/** An address that does not answer: its accept queue is full, so the kernel drops new SYNs. */
export async function listenSilently(hostname = "127.0.0.1", port = 0) {
  const listener = Deno.listen({ hostname, port, tcpBacklog: 1 });
  const { port: bound } = listener.addr;
  const waiting: Deno.Conn[] = [];
  for (let isFull = false; !isFull;) {
    const signal = AbortSignal.timeout(200);
    try {
      waiting.push(await Deno.connect({ hostname, port: bound, signal }));
    } catch {
      isFull = true;
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
