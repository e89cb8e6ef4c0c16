import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import type { Event } from "../../src/core/event.ts";
import { listen } from "../../src/core/listener.ts";
import type { Row } from "../../src/lane/row.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { Tenancy } from "../../src/lane/tenancy.ts";
import { wireLane } from "../../src/lane/wiring.ts";
import { freePort } from "../helpers/free_port.ts";
import { until } from "../helpers/until.ts";

const LISTEN = { sharing: "shared", takeOver: false, backlog: 128, unixMode: null } as const;
/** Milliseconds. */
const HEARTBEAT = 60_000;
/** As many idle lanes as may wait for a client at one time. */
const WAITING = 4;

/** Rows of lanes that are ready. */
function makeRows(scoreboard: Scoreboard, count: number) {
  return Array.from({ length: count }, () => {
    const row = scoreboard.claim(0, 0);
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
      ...{ lane: 0, addresses: [], overload: "wait", heartbeat: HEARTBEAT },
      ...{ idleTimeout: 0, writeTimeout: 0, measures: false },
      ...{ maxConnections: 1, totalConnections: 10, maxConnectionsPerIp: 0 },
    },
    { scoreboard, row, tenancy: new Tenancy(row, row.tenancy), addressTables: () => [] },
    { retiring: never, draining: never, shortestTimeout: 0 },
  );
  // A test closes it and opens it again: nobody else may get it meanwhile.
  const address = { transport: "tcp", hostname: "127.0.0.1", port: freePort() } as const;
  const listener = await listen(address, LISTEN);
  const events: Event["type"][] = [];
  const emit = ({ type }: Event) => void events.push(type);
  const service = () => Promise.resolve();
  const [acceptor] = wired.makeAcceptors([listener], {
    service,
    refusal: null,
    introductions: null,
    emit,
  });
  if (acceptor === undefined) throw new Error("There is no acceptor");
  if (listener.address.transport !== "tcp") throw new Error("Expected a TCP listener");
  return {
    acceptor,
    events,
    port: listener.address.port,
    stop: () => wired.stop(),
  };
}

/** Has the given lanes wait for a client. */
function giveTurns({ turns }: Scoreboard, rows: readonly Row[]) {
  for (const { index } of rows) {
    turns.request(index);
    turns.take(index);
  }
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
  assertEquals([next?.index, scoreboard.turns.has(lost.index)], [lost.index, false]);
  await acceptor.retire();
  await running;
  stop();
});

Deno.test("a lane that retires while it waits for its turn gets none any more", async () => {
  const scoreboard = new Scoreboard();
  const { turns } = scoreboard;
  const [row, ...others] = makeRows(scoreboard, 1 + WAITING);
  if (row === undefined) throw new Error("There is no row");
  giveTurns(scoreboard, others);
  const { acceptor, stop } = await makeAcceptor(scoreboard, row);
  const running = acceptor.run();
  await delay(1);
  assert(turns.isWaiting(row.index));
  await acceptor.retire();
  await running;
  stop();
  assert(!turns.isWaiting(row.index) && !turns.has(row.index));
});

Deno.test("a lane that retires as it gets its turn passes the turn on", async () => {
  const scoreboard = new Scoreboard();
  const { turns } = scoreboard;
  const [row, next, ...others] = makeRows(scoreboard, 2 + WAITING);
  if (row === undefined || next === undefined) throw new Error("There is no row");
  giveTurns(scoreboard, others);
  turns.request(next.index);
  const { acceptor, stop } = await makeAcceptor(scoreboard, row);
  const running = acceptor.run();
  await delay(1);
  // A lane accepts a client, and the one that became idle last is to wait in its place.
  const [accepting] = others;
  if (accepting !== undefined) turns.leave(accepting.index);
  turns.take(row.index);
  await acceptor.retire();
  await running;
  stop();
  assertEquals([turns.has(row.index), turns.has(next.index)], [false, true]);
});

Deno.test("the turn of a lane that dies goes to another", async () => {
  const scoreboard = new Scoreboard();
  const [row, ...others] = makeRows(scoreboard, 1 + WAITING);
  const [dying] = others;
  if (row === undefined || dying === undefined) throw new Error("There is no row");
  giveTurns(scoreboard, others);
  const { acceptor, stop } = await makeAcceptor(scoreboard, row);
  const running = acceptor.run();
  await delay(1);
  scoreboard.close(dying, "free");
  assert(scoreboard.turns.has(row.index));
  await acceptor.retire();
  await running;
  stop();
});

Deno.test("a lane that misses its heartbeats keeps no other from waiting for a client", async () => {
  const scoreboard = new Scoreboard();
  const [row, ...others] = makeRows(scoreboard, 1 + WAITING);
  if (row === undefined) throw new Error("There is no row");
  giveTurns(scoreboard, others);
  others[0]?.set("heartbeat", 0);
  const { acceptor, stop } = await makeAcceptor(scoreboard, row);
  const running = acceptor.run();
  await delay(1);
  assert(scoreboard.turns.has(row.index));
  await acceptor.retire();
  await running;
  stop();
});

Deno.test("a lane that waits long for its turn closes its socket, and opens it when it gets the turn", async () => {
  const scoreboard = new Scoreboard();
  const [row, ...others] = makeRows(scoreboard, 1 + WAITING);
  const [other] = others;
  if (row === undefined || other === undefined) throw new Error("There is no row");
  giveTurns(scoreboard, others);
  const { acceptor, events, port, stop } = await makeAcceptor(scoreboard, row);
  const running = acceptor.run();
  const address = { hostname: "127.0.0.1", port };
  const visit = () => Deno.connect(address).then((conn) => conn.close());
  await until("it is closed", () => visit().then(() => false, () => true));
  // Another program that listens there stands for a system that cannot open it again.
  const obstacle = Deno.listen(address);
  scoreboard.turns.leave(other.index);
  scoreboard.turns.grant(scoreboard.used, (index) => index === row.index);
  await until("it has tried", () => events.includes("starved"));
  obstacle.close();
  await until("it serves a client", async () => {
    await visit().catch(() => {});
    return events.includes("closed");
  });
  assert(events.includes("recovered"));
  await acceptor.retire();
  await running;
  stop();
});
