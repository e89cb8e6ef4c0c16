import type { ServiceContext } from "../service.ts";
import { fixed } from "../../http/fixed_response.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "../../http/message.ts";
import { type RouteHandler, type RouteTable, serveRoutes } from "../../http/routes/routes.ts";
import type { Breaker, Call } from "./breaker.ts";
import { Fault } from "./fault.ts";
import { failRoute, work } from "./lab_routes.ts";

/** Consecutive failures that open the circuit of a service. */
const FAILURES = 5;
/** How long the circuit stays open, in milliseconds: short enough to watch. */
const OPEN_FOR = 5_000;
/** How long a service may take to respond, in milliseconds. */
const DEADLINE = 1_000;

const HELLO = fixed({
  headers: [["Content-Type", "text/plain; charset=utf-8"]],
  body: "Hello, World!",
});

/**
 * The routes of `--service http`: a greeting, an echo, and two services that do
 * not affect each other when they fail.
 *
 * @param options.lab Adds routes that load the server and make the services fail;
 * in mode `forked`, a service fails in one process only.
 */
export function builtinRoutes(
  { lab }: { readonly lab: boolean },
  context: ServiceContext,
): HttpHandler {
  const serve = serveRoutes({
    "GET /": () => HELLO,
    "/echo": echo,
    ...serviceRoutes("A", lab, context),
    ...serviceRoutes("B", lab, context),
    ...(lab ? { "GET /work": work, "POST /work": work } : {}),
  }, context);
  return Object.assign(serve, { forgets: true });
}

/** Sends the body back, chunk by chunk. */
function echo(request: HttpRequest): HttpResponse {
  const { body } = request;
  const type = request.header("content-type");
  return {
    headers: type === null ? [] : [["Content-Type", type]],
    body: { length: body.length, read: () => body.read(), close() {} },
  };
}

function serviceRoutes(letter: string, lab: boolean, context: ServiceContext): RouteTable {
  const name = `Service ${letter}`;
  const path = `/service${letter}`;
  const answer = () => `${name} response`;
  if (!lab) return { [`GET ${path}`]: guard(name, answer, context) };
  const fault = new Fault(`http${path}`, context);
  const mayFail = async (signal: AbortSignal) => {
    await fault.suffer(signal);
    return answer();
  };
  return {
    [`GET ${path}`]: guard(name, mayFail, context),
    [`POST ${path}/fail`]: failRoute(name, fault),
  };
}

/** Puts a circuit breaker, loaded on the first request, in front of a service. */
function guard(name: string, act: Call<string>, { log }: ServiceContext): RouteHandler {
  const load = async () => {
    const { Breaker } = await import("./breaker.ts");
    return new Breaker(name, {
      failures: FAILURES,
      openFor: OPEN_FOR,
      deadline: DEADLINE,
      onChange: (failure) => {
        if (failure === null) log.info(`${name} recovered`);
        else log.warn(`${name} is failing: calls are paused`, { error: failure });
      },
    });
  };
  let breaker: Promise<Breaker> | null = null;
  return async () => await (await (breaker ??= load())).call(act);
}
