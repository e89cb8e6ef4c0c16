/** The yardstick of threads, for `deno serve --parallel`; each of its threads says the port. */
export default {
  fetch: () => new Response("Hello, World!"),
  onListen(address) {
    const { port } = address as Deno.NetAddr;
    Deno.stdout.writeSync(new TextEncoder().encode(`port=${port}\n`));
  },
} satisfies Deno.ServeDefaultExport;
