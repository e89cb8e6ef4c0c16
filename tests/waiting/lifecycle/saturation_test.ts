import { assertEquals } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { testEachMode } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";
import { statusFile } from "../../helpers/status.ts";

testEachMode(
  "the status tells who waits in the accept queue, and is saturated by its connections",
  async (mode) => {
    await using file = await statusFile();
    const args = mode.args("--service", "echo", "--max-connections", "1", "--backlog", "64");
    await using server = await startServer([...args, ...file.args]);
    const before = await file.says("nobody waits", ({ accept_queue }) => accept_queue.length === 0);
    assertEquals(before.limits.backlog, 64);
    using served = await Client.connect(server);
    await served.send("here");
    await served.receiveText(4);
    const waiting = await Promise.all([1, 2, 3, 4].map(() => Client.connect(server)));
    // Some modes accept the next client ahead.
    await file.says(
      "others wait",
      ({ accept_queue: { length } }) => length !== null && length >= 3,
    );
    const { saturation } = await file.says(
      "it is getting full",
      (status) => status.saturation.value > 0.5,
    );
    assertEquals(saturation.value, saturation.connections);
    for (const client of [served, ...waiting]) client[Symbol.dispose]();
    await file.says("it recovers", (status) => status.saturation.value < 0.4);
  },
  { memory: "one" },
);
