import { loadLibrary } from "../../src/base/c_library.ts";
import { Client } from "./client.ts";
import { makeForeignHandler, type TestHandler } from "./handlers.ts";
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

/** Runs a program for which the kernel has no Landlock: a filter fails its first system call. */
const WITHOUT_LANDLOCK = `
import ctypes, os, struct, sys
libc = ctypes.CDLL(None)
# struct sock_filter: load the number; if it is 444, landlock_create_ruleset, return ENOSYS.
ops = [(0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x50026), (0x06, 0, 0, 0x7fff0000)]
code = b"".join(struct.pack("HBBI", *op) for op in ops)
buffer = ctypes.create_string_buffer(code)
program = struct.pack("HxxxxxxQ", len(ops), ctypes.addressof(buffer))
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program, 0, 0) == 0
os.execvp(sys.argv[1], sys.argv[1:])
`;

/** The command that runs another where the kernel has no Landlock. */
export function withoutLandlock(command: readonly string[]): string[] {
  return ["python3", "-c", WITHOUT_LANDLOCK, ...command];
}

/** Whether the server is the executable, whose sandbox needs Landlock. */
export const IS_EXECUTABLE = Deno.env.get("SERVER_UNDER_TEST") !== undefined;

/** Whether the kernel has Landlock: asks for its version (landlock_create_ruleset(2)). */
export function hasLandlock(): boolean {
  const library = loadLibrary({
    syscall: { parameters: ["i64", "pointer", "u64", "u64"], result: "i64" },
  });
  const version = library?.symbols.syscall(444n, null, 0n, 1n) ?? -1n;
  library?.close();
  return version > 0n;
}

/** Makes a handler that runs what clients send: a line of JavaScript, the body of a function. */
export function makeEvaluator(): Promise<TestHandler> {
  return makeForeignHandler(EVALUATOR);
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
