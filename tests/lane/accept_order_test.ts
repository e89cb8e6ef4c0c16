import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { listen } from "../../src/core/listener.ts";
import type { Row } from "../../src/lane/row.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { Tenancy } from "../../src/lane/tenancy.ts";
import { wireLane } from "../../src/lane/wiring.ts";
import { until } from "../helpers/until.ts";

const LISTEN = { sharing: "shared", takeOver: false, backlog: 128, unixMode: null } as const;
/** As many idle lanes as may wait for a client at one time. */
const WAITING = 4;

/** Rows of lanes that are ready. */
function makeRows(scoreboard: Scoreboard, count: number) {
  return Array.from({ length: count }, () => {
    const row = scoreboard.claim(0);
    if (row === null) throw new Error("No row is free");
    row.state = "ready";
    return row;
  });
}

/** An acceptor of a lane that serves one client at a time and shares its socket. */
async function makeAcceptor(scoreboard: Scoreboard, row: Row) {
  const never = new AbortController().signal;
  const wired = wireLane(
    {
      ...LISTEN,
      ...{ lane: 0, addresses: [], overload: "wait", heartbeat: 60_000 },
      ...{ idleTimeout: 0, writeTimeout: 0 },
      ...{ maxConnections: 1, totalConnections: 10, maxConnectionsPerIp: 0 },
    },
    { scoreboard, row, tenancy: new Tenancy(row, row.tenancy), addressTables: () => [] },
    { retiring: never, draining: never, shortestTimeout: 0 },
  );
  const listener = await listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 }, LISTEN);
  const service = () => Promise.resolve();
  const [acceptor] = wired.makeAcceptors([listener], { service, refusal: null, emit: () => {} });
  if (acceptor === undefined) throw new Error("There is no acceptor");
  return { acceptor, stop: () => wired.context.deadlines.stop() };
}

Deno.test("a lane that has lost its row takes no turn, and leaves that of the next lane alone", async () => {
  const scoreboard = new Scoreboard();
  const [lost] = makeRows(scoreboard, 1);
  if (lost === undefined) throw new Error("There is no row");
  const { acceptor, stop } = await makeAcceptor(scoreboard, scoreboard.ownRow(lost.index));
  scoreboard.close(lost, "free");
  const [next] = makeRows(scoreboard, 1);
  const running = acceptor.run();
  await delay(1);
  assertEquals([next?.index, next?.isWaiting], [lost.index, false]);
  await acceptor.retire();
  await running;
  stop();
});

Deno.test("a lane that retires while it waits for its turn passes the turn on", async () => {
  const scoreboard = new Scoreboard();
  const [row, ...others] = makeRows(scoreboard, 1 + WAITING);
  if (row === undefined) throw new Error("There is no row");
  others.forEach((other) => other.isWaiting = true);
  const { acceptor, stop } = await makeAcceptor(scoreboard, row);
  const running = acceptor.run();
  await delay(1);
  let isWoken = false;
  void scoreboard.turnReleased(scoreboard.turns, 60_000).then(() => isWoken = true);
  row.state = "retiring";
  await acceptor.retire();
  // A lane accepts a client. The system wakes who has waited longest, which is the retired lane.
  others.forEach((other) => other.isWaiting = false);
  scoreboard.releaseTurn();
  await until("the next lane is woken", () => isWoken, 5000);
  await running;
  stop();
  assertEquals(row.isWaiting, false);
});
