import type { ServiceDefinition } from "../core/service.ts";
import type { ServiceChoice } from "../plan.ts";
import { echo } from "./echo.ts";
import { http } from "./http.ts";
import { log } from "./log.ts";
import { message } from "./message.ts";
import { zen } from "./zen.ts";

/** Every service by the name that `--service` takes. */
export const SERVICES: Readonly<Record<string, ServiceDefinition>> = {
  echo,
  message,
  zen,
  log,
  http,
};

/**
 * Finds what an order chose.
 *
 * @throws {ExitError} If a user's module cannot be loaded or is none of the accepted shapes.
 */
export async function findService(choice: ServiceChoice): Promise<ServiceDefinition> {
  if (choice.kind === "handler") {
    const { loadHandler } = await import("./handler.ts");
    return await loadHandler(choice.path);
  }
  const service = SERVICES[choice.name];
  if (service === undefined) {
    throw new Error(`Cannot find the service "${choice.name}": it is not in the registry`);
  }
  return service;
}
