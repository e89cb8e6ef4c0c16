import { makeHandler } from "./handlers.ts";
import { type Server, startServer } from "./server.ts";

/** A server that relays each client. */
export interface RelayServer extends AsyncDisposable {
  readonly server: Server;
}

/**
 * Starts a server whose handler relays each client to a port.
 *
 * @param args Server arguments, such as those of a mode.
 */
export async function startRelay(args: readonly string[], port: number): Promise<RelayServer> {
  await using stack = new AsyncDisposableStack();
  const handler = stack.use(
    await makeHandler(`
      import { relay } from "sluice";
      export default {
        async serve(client, context) {
          await using upstream = await context.dial("127.0.0.1:${port}");
          await relay(client, upstream);
        },
      };`),
  );
  const server: Server = stack.use(await startServer([...args, ...handler.args]));
  const started = stack.move();
  return { server, [Symbol.asyncDispose]: () => started.disposeAsync() };
}
