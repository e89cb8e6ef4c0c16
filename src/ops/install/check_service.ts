/** Checks a service as its own user would find it. */
import { readVariable } from "../../base/environment.ts";
import { formatAddress } from "../../base/address.ts";
import { EXIT, ExitError } from "../../base/exit.ts";
import { systemReason } from "../../base/system_errors.ts";
import type { ManagerName } from "../../settings/install_options.ts";
import type { Account } from "./account.ts";
import { TRAITS } from "./managers/registry.ts";
import type { Service } from "./service.ts";

/** As managers give it to a service: systemd.exec(5), "Environment Variables Set or Propagated". */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const PRIVILEGED = 1024;
/** How the program begins the line that says why it fails. */
const OWN_ERROR = "sluice: ";

/**
 * Has the program check the very command line of a service, with its environment only.
 *
 * @param account Whom it is to run as; null for the user of this process.
 * @throws {ExitError} With the code of the check, if that refuses it; 77 if the program cannot run.
 */
export async function checkService(service: Service, account: Account | null): Promise<void> {
  const { command: [program, ...args], environment, name, user, workingDirectory } = service;
  const as = account === null ? "" : ` as the user ${user ?? "that the manager makes"}`;
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, {
      args: [...args, "--check"],
      clearEnv: true,
      env: { PATH, NO_COLOR: "1", ...account === null ? home() : {}, ...environment },
      cwd: workingDirectory,
      stdin: "null",
      ...account === null ? {} : { uid: account.uid, gid: account.gid },
    }).output();
  } catch (error) {
    const culprit = await firstUnusable([workingDirectory, program], account);
    throw new ExitError(
      `Cannot install "${name}": "${culprit}" cannot be used${as}: ${systemReason(error)}, ` +
        "expected that the user may read it and all folders above it",
      EXIT.noPermission,
    );
  }
  if (output.success) return;
  const lines = new TextDecoder().decode(output.stderr).trim().split("\n");
  const reason = lines.findLast((line) => line.startsWith(OWN_ERROR))?.slice(OWN_ERROR.length);
  if (reason !== undefined) {
    throw new ExitError(
      `Cannot install "${name}": the check fails${as}: ${reason}`,
      output.code as typeof EXIT.config,
    );
  }
  // The runtime itself has failed, most likely for want of the packages in its cache.
  throw new ExitError(
    `Cannot install "${name}": the program does not run${as}: ${lines[0]}, expected the ` +
      "executable or the npm package, which need no cache, a cache in DENO_DIR that the user " +
      "may read, or another --run-as",
    EXIT.noPermission,
  );
}

/** The first of some paths that a user may not read and run, or enter; else the last. */
async function firstUnusable(
  paths: readonly [string, ...string[]],
  account: Account | null,
): Promise<string> {
  const user = account === null ? {} : { uid: account.uid, gid: account.gid };
  for (const path of paths) {
    const { success } = await new Deno.Command("/bin/sh", {
      args: ["-c", 'test -r "$1" && test -x "$1"', "sh", path],
      cwd: "/",
      ...user,
    }).output();
    if (!success) return path;
  }
  return paths.at(-1) ?? paths[0];
}

/** What the runtime finds its cache by. */
function home(): Record<string, string> {
  const path = readVariable("HOME");
  return path === undefined ? {} : { HOME: path };
}

/**
 * Checks what the manager can do for a service.
 *
 * @throws {ExitError} 64 if it cannot hold sockets, but is to; 77 if the user may not listen there.
 */
export function checkManager(service: Service, manager: ManagerName): void {
  const { addresses, isSocketActivated, name, user } = service;
  const { holdsSockets, opensLowPorts } = TRAITS[manager];
  if (isSocketActivated && !holdsSockets) {
    throw new ExitError(
      `Cannot use --socket with ${manager}: only systemd holds the sockets of Sluice, expected ` +
        "--respawn, which holds them while the server starts again",
      EXIT.usage,
    );
  }
  if (user === null || user === "root" || opensLowPorts) return;
  const low = addresses.find((one) =>
    one.transport === "tcp" && one.port > 0 && one.port < firstFreePort()
  );
  if (low === undefined) return;
  throw new ExitError(
    `Cannot install "${name}": ${user} may not listen on ${formatAddress(low)} with ${manager}, ` +
      `expected a port from ${firstFreePort()} on`,
    EXIT.noPermission,
  );
}

/** The first port that everyone may listen on: ip(7). */
function firstFreePort(): number {
  try {
    return Number(Deno.readTextFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start"));
  } catch {
    return PRIVILEGED;
  }
}
