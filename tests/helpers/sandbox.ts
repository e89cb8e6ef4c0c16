import { Client } from "./client.ts";
import { makeHandler, type TestHandler } from "./handlers.ts";
import { type Server, startServer } from "./server.ts";

/** Tells its result: the value, or the error that the code threw. */
const EVALUATOR = `
  const AsyncFunction = (async () => {}).constructor;
  async function evaluate(line) {
    try {
      return "DID " + Deno.inspect(await new AsyncFunction(line)(), { breakLength: Infinity });
    } catch (error) {
      return "THREW " + error?.name + ": " + error?.message;
    }
  }
  export default {
    framing: { type: "lines", limit: 65_536 },
    handle: async (line) => (await evaluate(line)).replaceAll("\\n", " "),
  };`;

/** Makes a handler that runs what clients send: a line of JavaScript, the body of a function. */
export function makeEvaluator(): Promise<TestHandler> {
  return makeHandler(EVALUATOR);
}

/** Runs a line of JavaScript in the handler; the answer begins with "DID" or with "THREW". */
export async function run(server: Server, code: string): Promise<string> {
  using client = await Client.connect(server);
  return (await client.ask(code)).trimEnd();
}

/** Starts a server that runs what clients send, in one thread. */
export async function startEvaluator(
  ...args: string[]
): Promise<{ server: Server } & AsyncDisposable> {
  const handler = await makeEvaluator();
  const server = await startServer([...args, ...handler.args]);
  return {
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await handler[Symbol.asyncDispose]();
    },
  };
}
