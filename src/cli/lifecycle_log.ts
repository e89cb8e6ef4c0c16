/** The log records of a server's start, failure and stop. */
import { formatAddress } from "../base/address.ts";
import { literal, type Logger } from "../log/logger.ts";
import type { Server } from "../server/server.ts";
import type { Settings } from "../settings/options.ts";
import type { Stop } from "../supervision/stop.ts";

/** Logs that the server accepts connections, and its limits. */
export function logStarted(log: Logger, settings: Settings, server: Server): void {
  const { addresses, plan, supervisor } = server;
  const [first] = addresses;
  // Processes share no memory, so each has its share of the limits.
  const processes = plan.place === "process" ? plan.lanes.min : 1;
  const service = settings.handler === null ? settings.service : "handler";
  const list = addresses.map(formatAddress).join(", ");
  log.info(`Serving ${service} in ${settings.mode} mode on ${literal(list)}`, {
    "sluice.mode": settings.mode,
    "sluice.service": service,
    ...(first?.transport === "tcp"
      ? { "server.address": first.hostname, "server.port": first.port }
      : { "server.address": first?.path }),
    "process.pid": Deno.pid,
    "sluice.workers": supervisor.lanes.length,
    "sluice.max_connections": plan.total * processes,
    "sluice.max_connections_per_ip": plan.perAddress * processes,
    "sluice.backlog": settings.backlog,
    "sluice.overload": settings.overload,
  });
}

/** Logs the failure that makes the server stop. */
export function logFailed(log: Logger, error: Error): void {
  log.error(`Cannot keep the workers alive: ${literal(error.message)}`, { error });
}

/**
 * Logs that the server has stopped, and its totals.
 *
 * @param uptime In milliseconds.
 */
export function logStopped(log: Logger, server: Server, stop: Stop, uptime: number): void {
  const { totals } = server.supervisor;
  const counts = totals.with(server.scoreboard);
  const attributes = {
    "sluice.connections.accepted": counts.accepted,
    "sluice.connections.refused": counts.refused,
    "sluice.connections.silent": totals.silent,
    "sluice.connections.failed": counts.errors,
    "sluice.connections.killed": stop.connectionsKilled,
    "sluice.requests": counts.requests,
    "sluice.workers.crashed": totals.crashed,
    "sluice.workers.hung": totals.hung,
    "sluice.uptime": Math.round(uptime) / 1000,
  };
  if (stop.connectionsKilled === 0) log.info("Stopped", attributes);
  else log.warn("Stopped: connections were killed", attributes);
}
