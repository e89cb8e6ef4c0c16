/** The admin port of `sluice serve`, and what `sluice check` checks of it. */
import { checkAdmin } from "../ops/admin/check_admin.ts";
import type { AdminPort } from "../ops/admin/admin_port.ts";
import type { ConfigView } from "../ops/admin/config_view.ts";
import type { TokenDigest } from "../ops/admin/token.ts";
import type { Log } from "../log/log.ts";
import type { Inherited } from "../server/inheritance.ts";
import { planOf } from "../server/plan.ts";
import { serviceChoice } from "../server/prepare.ts";
import { describeService } from "../services/registry.ts";
import { resolveAddresses } from "../settings/load.ts";
import type { Settings } from "../settings/options.ts";

/**
 * Checks the settings of the admin port, and reads its token.
 *
 * @returns The digest of the token; null if there is none.
 * @throws {ExitError} 78 if the port would be open to others, or is at an address of the server;
 * 66, 77 or 78 if the token cannot be used.
 */
export async function readAdminToken(settings: Settings): Promise<TokenDigest | null> {
  const { port } = describeService(serviceChoice(settings));
  checkAdmin(settings, resolveAddresses(settings, port));
  const { adminTokenFile } = settings;
  if (adminTokenFile === null) return null;
  const { readToken } = await import("../ops/admin/token.ts");
  return await readToken(adminTokenFile);
}

/**
 * Opens the admin port: in a thread of its own if a handler may block the main thread.
 *
 * @param config Returns the settings in effect.
 * @param inherited The sockets that the server was started with.
 * @returns null without `--admin`.
 * @throws {ExitError} As {@linkcode readAdminToken}; 69, 73 or 77 if the address cannot be bound.
 */
export async function openAdmin(
  settings: Settings,
  config: () => ConfigView,
  log: Log,
  inherited: Inherited | null,
): Promise<AdminPort | null> {
  const token = await readAdminToken(settings);
  const { admin: address, workerTimeout, startTimeout } = settings;
  if (address === null) return null;
  const sockets = inherited?.admin ?? [];
  const options = { address, token, inherited: sockets, workerTimeout, startTimeout };
  if (planOf(settings, 1).place === "here") {
    const { ThreadAdmin } = await import("../ops/admin/thread_admin.ts");
    return await ThreadAdmin.open(options, config, log.recent, log);
  }
  const { MainAdmin } = await import("../ops/admin/main_admin.ts");
  return await MainAdmin.open(options, config, log.recent, log.logger);
}
