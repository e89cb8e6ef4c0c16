import { assertEquals } from "@std/assert";
import { findConnections, type OpenConnection } from "../../src/core/open_connections.ts";

const ALL = { peer: null, phase: null, minAge: 0 };

function open(number: number, given: Partial<OpenConnection> = {}): OpenConnection {
  const counts = { bytesIn: 0, bytesOut: 0, requests: 0 };
  return {
    number,
    remoteAddr: { transport: "tcp", hostname: "::1", port: 1000 + number },
    progress: { phase: "idle", age: 10_000 / number, phaseAge: 1, ...counts },
    forwarding: null,
    requestInProgress: null,
    ...given,
  };
}

Deno.test("findConnections() describes the oldest, in their order, however they are kept", () => {
  const described: number[] = [];
  const connections = [7, 2, 9, 1, 4].map((number) => ({
    ...open(number),
    get requestInProgress() {
      described.push(number);
      return null;
    },
  }));
  const { total, connections: found } = findConnections(connections, ALL, 2);
  assertEquals([total, found.map(({ number }) => number)], [5, [1, 2]]);
  assertEquals(described, [1, 2]);
});

Deno.test("findConnections() compares a peer with its address, with or without brackets and port", () => {
  const unix = { transport: "unix", path: "/run/x" } as const;
  const connections = [open(1), open(2, { remoteAddr: unix })];
  const numbers = (peer: string) =>
    findConnections(connections, { ...ALL, peer }, 10).connections.map(({ number }) => number);
  assertEquals(
    ["::1", "[::1]:1001", "[::1]:1002", "unix", "1"].map(numbers),
    [[1], [1], [], [2], []],
  );
});

Deno.test("findConnections() leaves out what is in another phase or too young", () => {
  const connections = [open(1), open(2)];
  assertEquals(findConnections(connections, { ...ALL, minAge: 6000 }, 10).total, 1);
  assertEquals(findConnections(connections, { ...ALL, phase: "idle" }, 10).total, 2);
  assertEquals(findConnections(connections, { ...ALL, phase: "writing" }, 10).total, 0);
});

Deno.test("findConnections() describes a request in printable characters", () => {
  const requestInProgress = { method: "GET", path: "/\x1b[2J\u202e", forwarding: null };
  const { connections: [one] } = findConnections([open(1, { requestInProgress })], ALL, 1);
  assertEquals(one?.request, "GET /\\x1b[2J\\u{202e}");
});
