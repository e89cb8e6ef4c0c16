import type { ServiceChoice, ServiceDefinition } from "./service.ts";
import { echo } from "./echo.ts";
import { HANDLER_PORT, type ImportModule } from "./handler/handler_file.ts";
import { http } from "./http/http.ts";
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

/** The port of what was chosen when `--port` names none; a handler need not be loaded to know it. */
export function servicePort(choice: ServiceChoice): number {
  return (choice.kind === "service" ? SERVICES[choice.name]?.port : undefined) ?? HANDLER_PORT;
}

/**
 * Finds what an order chose.
 *
 * @param importModule Imports a user's module.
 * @throws {ExitError} If a user's module cannot be loaded or is none of the accepted shapes.
 */
export async function findService(
  choice: ServiceChoice,
  importModule: ImportModule,
): Promise<ServiceDefinition> {
  switch (choice.kind) {
    case "handler": {
      const { loadHandler } = await import("./handler/handler.ts");
      return await loadHandler(choice.path, importModule);
    }
    case "refusal":
      return refusing(choice.words);
    case "service": {
      const service = SERVICES[choice.name];
      if (service === undefined) {
        throw new Error(`Cannot find the service "${choice.name}": it is not in the registry`);
      }
      return service;
    }
  }
}

/** Serves nobody: for a lane that has no room for anyone. */
function refusing(words: string | null): ServiceDefinition {
  const create = () => () => Promise.resolve();
  return { name: "refusal", help: "", port: 0, refusal: words, create };
}
