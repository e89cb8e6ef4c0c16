/** The yardstick: as many threads as the first argument says, and nothing in them. */
const EMPTY = "data:text/javascript,onmessage=()=>{};postMessage(0)";

const ready = Array.from({ length: Number(Deno.args[0]) }, () => {
  const worker = new Worker(EMPTY, { type: "module" });
  return new Promise((resolve) => worker.onmessage = resolve);
});
await Promise.all(ready);
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
Deno.stdout.writeSync(new TextEncoder().encode(`port=${listener.addr.port}\n`));
await listener.accept();
