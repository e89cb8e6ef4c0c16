/**
 * Measures Sluice beside yardsticks, in turn, so that a noisy machine troubles
 * both alike. What decides is the ratio, or a bound in its own unit. Arguments
 * name the groups to run; without any, all are.
 */
import { echo } from "./echo.ts";
import { httpAccessLog } from "./http_access_log.ts";
import { httpBodies } from "./http_bodies.ts";
import { httpConnections } from "./http_connections.ts";
import { httpFetch } from "./http_fetch.ts";
import { httpPipelining } from "./http_pipelining.ts";
import { httpRequests } from "./http_requests.ts";
import { idle } from "./idle.ts";
import { loadBesideWrk } from "./load_wrk.ts";
import { modeBurn } from "./mode_burn.ts";
import { modeConnections } from "./mode_connections.ts";
import { modeMemory } from "./mode_memory.ts";
import { modeMessages } from "./mode_messages.ts";
import { modeWarm } from "./mode_warm.ts";
import { watchOthers } from "./others.ts";
import { start } from "./start.ts";
import { type Group, print, printRow } from "./table.ts";

/** The groups that compare modes, by their own names; `modes` is all of them. */
const MODE_GROUPS: Readonly<Record<string, Group>> = {
  messages: modeMessages,
  connections: modeConnections,
  burn: modeBurn,
  warm: modeWarm,
  memory: modeMemory,
};
/** The groups of HTTP; `http` is all of them. */
const HTTP_GROUPS: Readonly<Record<string, Group>> = {
  http_requests: httpRequests,
  http_fetch: httpFetch,
  http_pipelining: httpPipelining,
  http_connections: httpConnections,
  http_bodies: httpBodies,
  http_access_log: httpAccessLog,
};
const GROUPS: Readonly<Record<string, Group>> = {
  ...{ echo, idle, start },
  ...MODE_GROUPS,
  ...HTTP_GROUPS,
  load: loadBesideWrk,
};
/** Names of several groups. */
const SETS: Readonly<Record<string, readonly Group[]>> = {
  modes: Object.values(MODE_GROUPS),
  http: Object.values(HTTP_GROUPS),
};

const EXIT = { ok: 0, failed: 1, usage: 64, interrupted: 130 };
/** Processors busy with other work, from which on it is said. */
const OTHERS = 0.2;

function groupsOf(name: string): readonly Group[] {
  const group = GROUPS[name];
  const groups = group === undefined ? SETS[name] : [group];
  if (groups !== undefined) return groups;
  const names = [...Object.keys(GROUPS), ...Object.keys(SETS)].join(", ");
  print(`Unknown group "${name}": expected some of ${names}`);
  Deno.exit(EXIT.usage);
}

const chosen = Deno.args.length === 0 ? Object.values(GROUPS) : Deno.args.flatMap(groupsOf);

// To exit ends the servers, to die by a signal would not.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => Deno.exit(EXIT.interrupted));
}

print(`Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} processors`);
const withoutYardstick = [...SETS.http ?? [], loadBesideWrk];
if (!chosen.every((group) => withoutYardstick.includes(group))) {
  print("Yardstick: a bare read-and-write loop on Deno.listen, with buffers of 4 KB");
  print();
  printRow(["", "sluice", "yardstick", "aim"]);
}
let failures = 0;
for (const group of new Set(chosen)) {
  const others = watchOthers();
  try {
    for await (const row of group()) printRow(row);
    if (others() >= OTHERS) printRow(["  (processors busy with other work)", others().toFixed(2)]);
  } catch (error) {
    failures++;
    printRow([`FAILED: ${error instanceof Error ? error.stack : error}`]);
  }
}
Deno.exit(failures === 0 ? EXIT.ok : EXIT.failed);
