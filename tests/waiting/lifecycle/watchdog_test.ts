/** The watchdog of the service manager: for when Sluice cannot help itself. */
import { assertLess } from "@std/assert";
import { delay } from "@std/async/delay";
import { Client } from "../../helpers/client.ts";
import { TROUBLE } from "../../helpers/handlers.ts";
import { workers } from "../../helpers/modes.ts";
import { NotifySocket } from "../../helpers/notify_socket.ts";
import { startServer } from "../../helpers/server.ts";
import { until } from "../../helpers/until.ts";

/** Milliseconds within which the manager wants a sign of life. */
const WATCHDOG = 600;
const ENV = { WATCHDOG_USEC: String(WATCHDOG * 1000) };

function signs({ messages }: NotifySocket): readonly number[] {
  return messages.filter(({ values }) => values.WATCHDOG === "1").map(({ time }) => time);
}

for (
  const [mode, clients] of [["async", 1], ["pooled", 2], ["forked", 2]] as const
) {
  Deno.test(`--mode ${mode} gives signs of life until every worker hangs for good`, async () => {
    await using manager = await NotifySocket.open();
    const args = [...workers(mode), ...TROUBLE, "--worker-timeout", "0"];
    await using server = await startServer(args, { env: { ...manager.env, ...ENV } });
    await until("it has given some signs", () => signs(manager).length >= 4);
    const times = signs(manager);
    const pauses = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    assertLess(Math.min(...pauses), WATCHDOG * 0.75, `${pauses}`);

    const hanging: Client[] = [];
    const hasEnded = () => performance.now() - (signs(manager).at(-1) ?? 0) > 3 * WATCHDOG;
    // Clients may meet a lane that hangs; then others turn to the one that is left.
    await until("the signs end", async () => {
      const client = await Client.connect(server);
      await client.send("loop\n");
      hanging.push(client);
      await delay(200);
      return hanging.length >= clients && hasEnded();
    });
    for (const client of hanging) client.close();
  });
}

Deno.test("a worker that hangs and is replaced does not end the signs of life", async () => {
  await using manager = await NotifySocket.open();
  const args = [...workers("pooled", 1), ...TROUBLE, "--worker-timeout", "1s"];
  await using server = await startServer(args, { env: { ...manager.env, ...ENV } });
  using client = await Client.connect(server);
  await client.send("loop\n");
  await server.logged("Worker hung");
  const begun = signs(manager).length;
  await until("it goes on", () => signs(manager).length >= begun + 3);
});
