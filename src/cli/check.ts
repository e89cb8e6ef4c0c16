/** `sluice check`: everything that can be checked without binding. */
import { formatAddress } from "../base/address.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import { within } from "../base/within.ts";
import { checkSandbox } from "../places/thread_probe.ts";
import { planOf } from "../server/plan.ts";
import { serviceChoice } from "../server/prepare.ts";
import { validatePlan, validateRoutes } from "../server/validate_plan.ts";
import { validateUpstreams } from "../server/validate_upstreams.ts";
import { checkHandlerFile, importFile } from "../services/handler/handler_file.ts";
import { describeService, findService } from "../services/registry.ts";
import type { ServiceChoice } from "../services/service.ts";
import { resolveAddresses } from "../settings/load.ts";
import type { Settings } from "../settings/options.ts";
import { formatDuration } from "../settings/units.ts";
import { readAdminToken } from "./admin.ts";
import { checkAlertCommand } from "./alert_command.ts";

/**
 * Validates the plan, loads the handler, and describes what would be served where.
 * A handler for the sandbox is not loaded, since only threads have a sandbox.
 *
 * @throws {ExitError} As if the server were started.
 */
export async function checkText(settings: Settings): Promise<string> {
  const choice = serviceChoice(settings);
  const addresses = resolveAddresses(settings, describeService(choice).port);
  const plan = planOf(settings, 1);
  validatePlan(settings, plan, addresses);
  validateRoutes(settings, addresses);
  await readAdminToken(settings);
  await checkAlertCommand(settings);
  await validateUpstreams(settings);
  if (settings.handler !== null) checkHandlerFile(settings.handler);
  const isLoaded = settings.handler === null || !settings.sandbox;
  if (isLoaded) await load(choice, settings);
  else await checkSandbox(settings.handler, settings.startTimeout);
  const name = settings.handler === null ? settings.service : `handler ${settings.handler}`;
  const where = addresses.map(formatAddress).join(", ");
  const rest = isLoaded ? "" : "The handler was not loaded: it may run only in the sandbox\n";
  return `The configuration is valid: ${name} in ${settings.mode} mode on ${where}\n${rest}`;
}

function load(choice: ServiceChoice, { handler, startTimeout }: Settings): Promise<unknown> {
  return within(startTimeout, findService(choice, importFile), () =>
    new ExitError(
      `Cannot use the handler "${handler}": not loaded within --start-timeout ` +
        `${formatDuration(startTimeout)}, expected its top-level await to settle`,
      EXIT.software,
    ));
}
