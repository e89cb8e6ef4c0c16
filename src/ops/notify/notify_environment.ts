/** What a service manager tells a service of the notify protocol (sd_notify(3), sd_watchdog_enabled(3)). */
import { isGranted } from "../../base/permissions.ts";

/** How a server is to notify its service manager. */
export interface NotifyEnvironment {
  /** The socket: a path, or an abstract name after `@`. */
  readonly socket: string;
  /** Milliseconds within which the manager wants a sign of life; null if it wants none. */
  readonly watchdog: number | null;
  /** Whether this process has to say that it is the service's main process. */
  readonly isOtherThanStarted: boolean;
}

const SOCKET = "NOTIFY_SOCKET";
const WATCHDOG_TIME = "WATCHDOG_USEC";
const WATCHDOG_PROCESS = "WATCHDOG_PID";
/** The process that systemd has started, of systemd 248 or later (systemd.exec(5)). */
const STARTED_PROCESS = "SYSTEMD_EXEC_PID";

/** The environment of a process. */
export type Variables = Pick<Deno.Env, "get" | "delete">;

/** Whether a service manager wants to be notified. */
export function isNotified(environment: Variables = Deno.env): boolean {
  // Without permission to read it, as without it; the runtime would ask whoever has a terminal.
  if (!isGranted({ name: "env", variable: SOCKET })) return false;
  return (environment.get(SOCKET) ?? "") !== "";
}

/**
 * Reads what the service manager says, and removes it from the environment, so that no
 * other process speaks for the service.
 *
 * @param isRespawned Whether the parent of this process stands for the service: see `--respawn`.
 * @param warn Called with what cannot be understood.
 * @returns null unless {@linkcode isNotified}.
 */
export function takeNotifyEnvironment(
  isRespawned: boolean,
  warn: (message: string) => void,
  environment: Variables = Deno.env,
): NotifyEnvironment | null {
  if (!isNotified(environment)) return null;
  const take = (name: string) => {
    const value = environment.get(name);
    environment.delete(name);
    return value;
  };
  const socket = take(SOCKET) ?? "";
  const ours = new Set([String(Deno.pid), ...(isRespawned ? [String(Deno.ppid)] : [])]);
  const process = take(WATCHDOG_PROCESS);
  const time = take(WATCHDOG_TIME);
  const started = environment.get(STARTED_PROCESS);
  return {
    socket,
    watchdog: process === undefined || ours.has(process) ? milliseconds(time, warn) : null,
    isOtherThanStarted: started !== undefined && !ours.has(started),
  };
}

function milliseconds(
  time: string | undefined,
  warn: (message: string) => void,
): number | null {
  if (time === undefined) return null;
  if (/^[1-9]\d*$/.test(time)) return Number(time) / 1000;
  warn(
    `Cannot keep the watchdog of the service manager: ${WATCHDOG_TIME} is "${time}", ` +
      "expected a number of microseconds",
  );
  return null;
}
