import { assert, assertEquals } from "@std/assert";
import { formatAddress } from "../../../src/base/address.ts";
import type { BackendStatus } from "../../../src/ops/status/upstream_status.ts";
import { Backend, deadAddress, hang } from "../../helpers/backend.ts";
import { Client } from "../../helpers/client.ts";
import { workers } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";
import { readyLanes, statusFile } from "../../helpers/status.ts";

/** Two heartbeats a second, and a quick verdict on dead backends. */
const QUICK = ["--worker-timeout", "10s", "--health-interval", "200ms", "--health-fall", "1"];

for (const mode of ["async", "pooled", "forked"]) {
  Deno.test(`${mode}: the status has the backends, their health and what all workers count`, async () => {
    using backend = new Backend(hang);
    const [alive, dead] = [formatAddress(backend.address), formatAddress(deadAddress())];
    await using status = await statusFile();
    await using server = await startServer([
      ...[...workers(mode), ...QUICK, ...status.args, "--service", "proxy"],
      ...["--balance", "round-robin", "--upstream", `${alive},weight=3,max=50`],
      ...["--upstream", `${dead},backup`],
    ]);
    const clients = await Promise.all(Array.from({ length: 10 }, () => Client.connect(server)));
    const { upstreams: [group] } = await status.says(
      "ten connections, a backend that was checked, and a dead one",
      ({ upstreams: [group] }) =>
        group?.totals.in_flight === 10 && group.totals.connects === 10 &&
        group.backends[0]?.last_check?.result === "ok" && group.backends[0].latency_ms !== null &&
        group.backends[1]?.state === "down",
    );
    if (group === undefined) throw new Error("There is no group");
    const [up, down] = group.backends as [BackendStatus, BackendStatus];
    assertEquals([group.name, group.balance], ["default", "round-robin"]);
    assertEquals(group.totals, {
      backends: 2,
      available: 1,
      in_flight: 10,
      connects: 10,
      failures: 0,
    });
    const { address, state, reason, weight, backup, max, in_flight, connects, ejected_until } = up;
    assertEquals([address, state, reason], [alive, "up", null]);
    assertEquals([weight, backup, max, in_flight, connects], [3, false, 50, 10, 10]);
    assertEquals([ejected_until, up.last_check?.result], [null, "ok"]);
    assert(up.latency_ms !== null && up.latency_ms > 0, `the latency is ${up.latency_ms}`);
    assertEquals([down.address, down.backup, down.connects], [dead, true, 0]);
    assertEquals(down.reason, "cannot connect: connection refused");
    assertEquals(down.last_check?.result, "failed");
    for (const client of clients) client.close();
    await status.says(
      "no connection, and all that there were",
      ({ upstreams: [group] }) => group?.totals.in_flight === 0 && group.totals.connects === 10,
    );
  });
}

for (const mode of ["pooled", "forked"]) {
  Deno.test(`${mode}: the status shows a backend that fails as ejected`, async () => {
    using backend = new Backend(hang);
    await using status = await statusFile();
    const dead = formatAddress(deadAddress());
    await using server = await startServer([
      ...[...workers(mode), ...QUICK, ...status.args, "--service", "proxy"],
      ...["--health-check", "none", "--fail-limit", "1", "--balance", "first"],
      ...["--upstream", dead, "--upstream", formatAddress(backend.address)],
    ]);
    using _client = await Client.connect(server);
    const { upstreams: [group] } = await status.says(
      "one is ejected",
      ({ upstreams: [group] }) =>
        group?.totals.available === 1 && group.backends[0]?.failures === 1,
    );
    const [ejected] = group?.backends ?? [];
    assertEquals([ejected?.state, ejected?.failures, ejected?.since], ["up", 1, null]);
    assert(Date.parse(ejected?.ejected_until ?? "") > Date.now() - 10_000);
  });
}

Deno.test("forked: connections of a process that dies count no more, but what it has counted does", async () => {
  using backend = new Backend(hang);
  await using status = await statusFile();
  await using server = await startServer([
    ...[...workers("forked"), ...QUICK, ...status.args, "--service", "proxy"],
    ...["--upstream", formatAddress(backend.address)],
  ]);
  // The kernel spreads them over the processes: once in 10^12 runs, one of these gets none.
  const count = 40;
  const clients = await Promise.all(Array.from({ length: count }, () => Client.connect(server)));
  const before = await status.says(
    "forty connections in two processes",
    ({ upstreams: [group], lanes }) =>
      group?.totals.in_flight === count && group.totals.connects === count &&
      lanes.every(({ open }) => open > 0) &&
      lanes.reduce((sum, { open }) => sum + open, 0) === count,
  );
  const [victim] = readyLanes(before);
  if (victim === undefined) throw new Error("There is no process");
  Deno.kill(victim.pid, "SIGKILL");
  await status.says(
    "only those of the other process",
    ({ upstreams: [group] }) =>
      group?.totals.in_flight === count - victim.open && group.totals.connects === count,
  );
  for (const client of clients) client.close();
});
