/** The log records of a server's start, failure and stop. */
import { type Address, formatAddress, httpUrl } from "../base/address.ts";
import type { Log } from "../log/log.ts";
import { literal, type Logger } from "../log/logger.ts";
import { capacityOf } from "../modes/mode.ts";
import { socketsOf } from "../server/inheritance.ts";
import type { Server } from "../server/server.ts";
import type { Settings } from "../settings/options.ts";
import type { Stop } from "../supervision/stop.ts";

/**
 * Logs that the server accepts connections: what it serves and where, and its limits.
 *
 * @param admin The addresses of the admin port; empty if there is none.
 */
export function logStarted(
  { logger, style }: Log,
  settings: Settings,
  server: Server,
  admin: readonly Address[],
): void {
  const { addresses, plan, supervisor } = server;
  const urls = server.speaksHttp ? addresses.map((one) => httpUrl(one) ?? formatAddress(one)) : [];
  const places = urls.length > 0 ? [...new Set(urls)] : addresses.map(formatAddress);
  const what = settings.handler === null ? serviceOf(settings) : shortPath(settings.handler);
  const capacity = capacityOf(plan);
  const most = `up to ${capacity} ${capacity === 1 ? "connection" : "connections"}`;
  const port = admin.map((one) => httpUrl(one) ?? formatAddress(one)).at(0);
  const where = `on ${places.join(", ")}${inheritanceOf(server)}`;
  const message = `Serving ${what} in ${settings.mode} mode, ${most}, ${where}` +
    (port === undefined ? "" : `, admin port on ${port}`);
  // The message has the rest, for people.
  logger.info(
    literal(message),
    style.columns === null
      ? {
        ...startAttributes(settings, server, urls, capacity),
        "sluice.admin": admin.map(formatAddress).at(0),
      }
      : { "process.pid": Deno.pid, "sluice.workers": supervisor.lanes.length },
  );
}

/** Who holds the sockets, for people; empty if it is the server itself. */
function inheritanceOf({ inherited, addresses }: Server): string {
  if (inherited === null || inherited.lanes.length === 0) return "";
  const count = inherited.lanes.length;
  const those = count === addresses.length ? "" : `, ${count} of these`;
  return `${those} from the ${inherited.from}`;
}

function startAttributes(
  settings: Settings,
  { addresses, plan, supervisor, inherited }: Server,
  [url]: readonly string[],
  capacity: number,
): Record<string, unknown> {
  const [first] = addresses;
  // Processes share no memory, so each has its share of the limits.
  const processes = plan.place === "process" ? plan.lanes.min : 1;
  return {
    "sluice.mode": settings.mode,
    "sluice.service": settings.handler === null ? settings.service : "handler",
    "sluice.handler": settings.handler ?? undefined,
    "sluice.protocol": isBalancer(settings) ? settings.protocol : undefined,
    "url.full": url,
    ...(first?.transport === "tcp"
      ? { "server.address": first.hostname, "server.port": first.port }
      : { "server.address": first?.path }),
    "sluice.inherited_sockets": inherited === null ? undefined : socketsOf(inherited),
    "sluice.inherited_from": inherited?.from,
    "process.pid": Deno.pid,
    "sluice.workers": supervisor.lanes.length,
    "sluice.max_connections": capacity,
    "sluice.max_connections_per_ip": plan.perAddress * processes,
    "sluice.backlog": settings.backlog,
    "sluice.overload": settings.overload,
  };
}

/** The service, for people: that of a balancer depends on what it speaks. */
function serviceOf(settings: Settings): string {
  const { service, protocol } = settings;
  return isBalancer(settings) ? `${service} of ${protocol.toUpperCase()}` : service;
}

function isBalancer({ handler, service }: Settings): boolean {
  return handler === null && service === "proxy";
}

/** A path as people would type it: without the folder that they are in. */
function shortPath(path: string): string {
  const folder = `${Deno.cwd()}/`;
  return path.startsWith(folder) ? path.slice(folder.length) : path;
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
