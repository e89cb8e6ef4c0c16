/** The yardstick: the runtime's own HTTP server; with the argument `echo` it answers with the body. */
const hello = () => new Response("Hello, World!");
const echo = (request: Request) => new Response(request.body);

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => Deno.stdout.writeSync(new TextEncoder().encode(`port=${port}\n`)),
}, Deno.args[0] === "echo" ? echo : hello);
