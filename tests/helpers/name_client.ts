/**
 * A program that connects to `app.test`, to be run where it is a name of 127.0.0.2 and
 * 127.0.0.3 (see `tests/serial/core/connect_name_test.ts`). Prints how that went, as JSON.
 */
import { writeText } from "../../src/base/write_text.ts";
import { connect } from "../../src/core/connect.ts";
import { listenSilently } from "./silent.ts";
import { until } from "./until.ts";

/** The argument that says that there is a name server to wait for. */
export const WITH_NAME_SERVER = "with-name-server";

/** How it went: the address it is connected to, or why not, and after how many milliseconds. */
export interface Outcome {
  readonly result: string;
  readonly time: number;
}

/** What is at 127.0.0.2; a server listens at 127.0.0.3. */
export type First = "silent" | "closed";

/** In the milliseconds after its start, the name server may not answer yet. */
async function nameServer(): Promise<void> {
  await until("the name server accepts connections", async () => {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port: 53 })).close();
      return true;
    } catch {
      return false;
    }
  });
}

async function run(first: First): Promise<Outcome> {
  const server = Deno.listen({ hostname: "127.0.0.3", port: 0 });
  const { port } = server.addr;
  // A name server that does not answer.
  Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.9", port: 53 });
  if (first === "silent") await listenSilently("127.0.0.2", port);
  const begun = performance.now();
  const result = await connect(`app.test:${port}`).then(
    ({ remoteAddr }) => remoteAddr.transport === "tcp" ? remoteAddr.hostname : "",
    (error) => error.message.replace(String(port), "PORT"),
  );
  return { result, time: performance.now() - begun };
}

if (import.meta.main) {
  const [first, ...rest] = Deno.args;
  if (rest.includes(WITH_NAME_SERVER)) await nameServer();
  writeText(Deno.stdout, JSON.stringify(await run(first as First)));
  Deno.exit();
}
