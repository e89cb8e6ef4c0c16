import { workLogger } from "../../log/work_logger.ts";
import type { ServiceContext } from "../service.ts";

/** A handler gets the same one in each of its calls. */
const contexts = new WeakMap<ServiceContext, ServiceContext>();

/** The context as handlers get it: what they log names the request or connection that it is about. */
export function handlerContext(context: ServiceContext): ServiceContext {
  const known = contexts.get(context);
  if (known !== undefined) return known;
  const made = { ...context, log: workLogger(context.log, context.lane) };
  contexts.set(context, made);
  return made;
}
