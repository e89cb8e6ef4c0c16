/** Relays each client to the backend on the port `BACKEND_PORT`. */
import { type Handler, relay } from "sluice";

const BACKEND = `127.0.0.1:${Deno.env.get("BACKEND_PORT")}`;

export default {
  async serve(client, context) {
    await using upstream = await context.dial(BACKEND);
    await relay(client, upstream);
  },
} satisfies Handler;
