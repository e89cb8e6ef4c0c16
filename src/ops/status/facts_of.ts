import { formatAddress } from "../../base/address.ts";
import { capacityOf } from "../../modes/mode.ts";
import { socketsOf } from "../../server/inheritance.ts";
import type { Server } from "../../server/server.ts";
import type { SupervisedLane } from "../../supervision/supervised_lane.ts";
import type { LaneFacts, ServerFacts } from "./server_facts.ts";
import { readUpstreams } from "./upstream_reader.ts";

/** Collects what the main thread knows of a server. */
export function factsOf(server: Server): ServerFacts {
  const { machine, settings, supervisor, inherited } = server;
  const plan = supervisor.scaledPlan ?? server.plan;
  const { totals, generation, lanes, hungThreads, stuckThreads } = supervisor;
  const processes = plan.place === "process" ? plan.lanes.max : 1;
  const { length, fullest, overflows } = server.queues.read(server.addresses);
  return {
    state: server.state,
    mode: server.mode,
    service: server.service,
    pid: Deno.pid,
    started: server.started,
    processors: machine.processors,
    fullestQueue: fullest,
    saturationWait: settings.saturationWait,
    addresses: server.addresses.map(formatAddress),
    inherited: inherited && { sockets: socketsOf(inherited), from: inherited.from },
    limits: {
      connections: capacityOf(plan),
      connections_per_ip: plan.perAddress * processes,
      min_lanes: plan.lanes.min,
      max_lanes: plan.lanes.max,
      backlog: Math.min(settings.backlog, machine.backlog ?? Infinity),
      memory: machine.memory,
    },
    generation,
    failed_generation: server.failedReload,
    reloads: { ...server.reloads },
    crash_loop: supervisor.crashLoop?.message ?? null,
    last_crash: null,
    accept_queue: { length, overflows },
    // A thread that was just given up may be among the live ones, too.
    lanes: [...new Set([...lanes, ...hungThreads, ...stuckThreads])].map(laneFacts),
    gone: totals.gone,
    ended: {
      started: totals.started,
      crashed: totals.crashed,
      hung: totals.hung,
      recycled: totals.recycled,
    },
    log: server.logCounts,
    log_failure: server.logFailure,
    upstreams: readUpstreams(server.balancing),
    dependencies: [],
  };
}

function laneFacts({ number, row, generation, handle }: SupervisedLane): LaneFacts {
  return {
    number,
    row: row.index,
    place: generation.plan.place,
    generation: generation.number,
    pid: handle.pid,
    maxConnections: generation.plan.connections,
  };
}
