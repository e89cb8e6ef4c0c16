import type { SettingKey } from "../settings/options.ts";
import { echo } from "./echo.ts";
import { HANDLER_OPTIONS, HANDLER_PORT, type ImportModule } from "./handler/handler_file.ts";
import { http } from "./http/http.ts";
import { log } from "./log.ts";
import { message } from "./message.ts";
import { proxy } from "./proxy/proxy.ts";
import type { ServiceChoice, ServiceDefinition } from "./service.ts";
import { zen } from "./zen.ts";

/** Every service, by its name for `--service`. */
export const SERVICES: Readonly<Record<string, ServiceDefinition>> = {
  echo,
  message,
  zen,
  log,
  http,
  proxy,
};

/** The default port and the options of a choice, without loading a handler. */
export function describeService(
  choice: ServiceChoice,
): Pick<ServiceDefinition, "port" | "options"> {
  if (choice.kind === "service") return serviceNamed(choice.name);
  if (choice.kind === "handler") return { port: HANDLER_PORT, options: HANDLER_OPTIONS };
  return refusing(choice.text);
}

/** The values of the options that a choice reads, for the orders of its lanes. */
export function serviceOptions(
  choice: ServiceChoice,
  settings: Readonly<Record<SettingKey, unknown>>,
): Readonly<Record<string, unknown>> {
  const { options } = describeService(choice);
  return Object.fromEntries(options.map((key) => [key, settings[key]]));
}

/**
 * Finds the service of a choice.
 *
 * @param importModule Imports a user's module.
 * @throws {ExitError} If a user's module cannot be loaded or has none of the accepted shapes.
 */
export async function findService(
  choice: ServiceChoice,
  importModule: ImportModule,
): Promise<ServiceDefinition> {
  if (choice.kind === "service") return serviceNamed(choice.name);
  if (choice.kind === "refusal") return refusing(choice.text);
  const { loadHandler } = await import("./handler/handler.ts");
  return await loadHandler(choice.path, importModule);
}

function serviceNamed(name: string): ServiceDefinition {
  const service = SERVICES[name];
  if (service === undefined) {
    throw new Error(`Cannot find the service "${name}": it is not in the registry`);
  }
  return service;
}

/** Serves nobody: for a lane without room for any client. */
function refusing(text: string | null): ServiceDefinition {
  const create = () => () => Promise.resolve();
  return { name: "refusal", help: "", port: 0, options: [], refusal: text, create };
}
