/** The yardstick: the runtime's own HTTP server, which answers with the body of the request. */
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => Deno.stdout.writeSync(new TextEncoder().encode(`port=${port}\n`)),
}, (request) => new Response(request.body));
