/** `sluice check`: everything that can be checked without binding. */
import { serviceChoice } from "../server.ts";
import { checkHandlerFile, importFile } from "../services/handler_file.ts";
import { findService } from "../services/registry.ts";
import { formatAddress } from "../settings/address.ts";
import { resolveAddresses } from "../settings/load.ts";
import type { Settings } from "../settings/options.ts";

/**
 * Loads the service or the handler, and says what would be served where.
 *
 * @throws {ExitError} As the start would.
 */
export async function checkText(settings: Settings): Promise<string> {
  if (settings.handler !== null) checkHandlerFile(settings.handler);
  const service = await findService(serviceChoice(settings), importFile);
  const addresses = resolveAddresses(settings, service.port).map(formatAddress)
    .join(", ");
  const name = settings.handler === null ? service.name : `${service.name} ${settings.handler}`;
  return `The configuration is valid: ${name} in ${settings.mode} mode on ${addresses}\n`;
}
