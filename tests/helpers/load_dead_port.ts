/** A port of 127.0.0.1 that somebody has listened on, and nobody does any more. */
export function deadPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
