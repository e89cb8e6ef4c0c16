import type { ExitError } from "../../base/exit.ts";
import { isPlainObject } from "../../base/kind_of.ts";
import { loadError } from "../../base/load_error.ts";
import type { ServiceContext, ServiceDefinition } from "../service.ts";
import { handlerContext } from "./handler_context.ts";

/** What a handler of any shape may have to open and close what it uses, such as connections to a database. */
export interface Hooks {
  /**
   * Called once in each worker, before it accepts clients. If it throws, the worker does
   * not start: the server ends, or the reload fails. It has `--start-timeout`.
   */
  start?(context: ServiceContext): void | Promise<void>;
  /**
   * Called once in each worker that was started, after its last client has left. In a
   * drain, it has what is left of `--graceful-timeout`. Not called if the worker
   * crashes or is killed.
   */
  stop?(context: ServiceContext): void | Promise<void>;
}

/**
 * The hooks of a handler.
 *
 * @throws {ExitError} If one of them is not a function.
 */
export function hooksOf(
  handler: Record<string, unknown>,
  problem: (reason: string, cause?: unknown) => ExitError,
): Pick<ServiceDefinition, "start" | "stop"> {
  const start = hookOf(handler, "start", problem);
  // Applications of frameworks, such as Elysia, have a stop() that means something else.
  const stop = start !== null || isPlainObject(handler) ? hookOf(handler, "stop", problem) : null;
  return {
    ...(start === null ? {} : {
      async start(context) {
        try {
          await start.call(handler, handlerContext(context));
        } catch (error) {
          throw problem(`its start failed: ${loadError(error)}`, error);
        }
      },
    }),
    ...(stop === null ? {} : {
      async stop(context) {
        await stop.call(handler, handlerContext(context));
      },
    }),
  };
}

type Hook = (context: ServiceContext) => unknown;

function hookOf(
  handler: Record<string, unknown>,
  name: string,
  problem: (reason: string) => ExitError,
): Hook | null {
  // Some routers are proxies that have a method for any name.
  const hook = name in handler ? handler[name] : undefined;
  if (hook === undefined) return null;
  if (typeof hook === "function") return hook as Hook;
  throw problem(`found "${name}" of type ${typeof hook}, expected a function`);
}
