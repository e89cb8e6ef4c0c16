/** The parent of `--respawn`. */
import { EXIT, ExitError } from "../base/exit.ts";
import { demand } from "../base/permissions.ts";
import { inheritsSockets } from "../core/inherited_sockets.ts";
import type { LogSettings } from "../log/log_style.ts";
import { writeLoneRecord } from "../log/lone_record.ts";
import { literal } from "../log/logger.ts";
import { writePidFile } from "../ops/pid_file.ts";
import { holdSockets } from "../ops/respawn/held_sockets.ts";
import { Respawner } from "../ops/respawn/respawner.ts";
import type { Crash } from "../ops/respawn/word.ts";
import { serviceChoice } from "../server/prepare.ts";
import { describeService } from "../services/registry.ts";
import { resolveAddresses } from "../settings/load.ts";
import type { Settings } from "../settings/options.ts";
import { logSettings } from "./log_settings.ts";
import { attributesOf, endOf } from "./restart_log.ts";
import type { Start } from "./start.ts";

/**
 * Runs the server as a child of this process, which holds the listening sockets and starts it
 * again when it crashes.
 *
 * @returns The exit code: the server's.
 * @throws {ExitError} Like `listen` and `writePidFile`; 69 on a system other than Linux, 77
 * without permission, 78 if a service manager holds the sockets already.
 */
export async function respawn(
  settings: Settings,
  start: Start,
): Promise<number> {
  checkSystem();
  const { port } = describeService(serviceChoice(settings));
  using sockets = await start.step(
    "binding its addresses",
    () => holdSockets(resolveAddresses(settings, port), settings),
  );
  using _pidFile = settings.pidFile === null ? null : writePidFile(settings.pidFile);
  const respawner = new Respawner({
    args: Deno.args,
    sockets,
    isTerminal: Deno.stdin.isTerminal(),
    onPause: (crash, pause) => reportPause(logSettings(settings), crash, pause),
  });
  start.watchSignals((signal) => respawner.receive(signal));
  return await respawner.run();
}

function checkSystem(): void {
  if (Deno.build.os !== "linux") {
    throw new ExitError(
      `Cannot use --respawn: found ${Deno.build.os}, expected Linux`,
      EXIT.unavailable,
    );
  }
  demand({ name: "run", command: Deno.execPath() }, "start the server, for --respawn");
  demand({ name: "ffi" }, "hold the listening sockets, for --respawn");
  demand({ name: "read", path: "/proc" }, "find the listening sockets, for --respawn");
  if (!inheritsSockets()) return;
  throw new ExitError(
    "Cannot use --respawn: the service manager holds the listening sockets already, " +
      "expected either sockets of the service manager or --respawn",
    EXIT.config,
  );
}

function reportPause(log: LogSettings, crash: Crash, pause: number): void {
  try {
    writeLoneRecord(log, `The server ${literal(endOf(crash))}, starting it again in ${pause} ms`, {
      ...attributesOf(crash),
    });
  } catch { // Nobody reads the log any more.
  }
}
