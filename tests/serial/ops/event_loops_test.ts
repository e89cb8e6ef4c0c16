/** What the status tells of event loops that are idle, or blocked, in every mode. */
import { assert } from "@std/assert";
import type { LaneStatus, Status } from "../../../src/ops/status/status.ts";
import { ADMIN, adminGet } from "../../helpers/admin.ts";
import { Client } from "../../helpers/client.ts";
import { TROUBLE } from "../../helpers/handlers.ts";
import { testEachMode } from "../../helpers/modes.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { until, waitFor } from "../../helpers/until.ts";

async function lanesOf(server: Server): Promise<readonly LaneStatus[]> {
  const { json } = await adminGet(server, "/status");
  return (json as Status).lanes;
}

/**
 * Watches lanes without clients until their loop delay is near 0 at all times from one heartbeat
 * to the fifth after it. A busy machine delays them now and then.
 */
async function staysOnTime(server: Server): Promise<void> {
  let beats = 0;
  let age = 0;
  await until("several heartbeats have come in a row, and none late", async () => {
    const lanes = await lanesOf(server);
    const last = lanes[0]?.heartbeat_age_ms ?? 0;
    if (last < age) beats++;
    age = last;
    if (lanes.some((lane) => lane.loop_delay_ms > 50)) beats = 0;
    return beats > 4;
  }, 60_000);
}

testEachMode(
  "a lane without clients is on time, and one that is blocked is late and saturated",
  async (mode) => {
    await using server = await startServer([...mode.args(), ...TROUBLE, ...ADMIN]);
    await staysOnTime(server);
    using client = await Client.connect(server);
    // The server is killed before that.
    client.ask("block 60000").catch(() => {});
    const lane = await waitFor("its saturation says so", async () => {
      const lanes = await lanesOf(server);
      // A lane that was busy with its start has heartbeats.
      return lanes.find(({ saturation, heartbeat_age_ms }) =>
        saturation.event_loop > 0.5 && heartbeat_age_ms > 1000
      ) ?? null;
    });
    assert(lane.loop_delay_ms >= 500, `${lane.loop_delay_ms} ms`);
  },
  { memory: "one" },
);
