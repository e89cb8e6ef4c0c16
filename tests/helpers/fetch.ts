import type { RefusedRequest } from "../../src/http/conversation/conversation_context.ts";
import type { ConversationOptions } from "../../src/http/conversation/options.ts";
import { serveHttp } from "../../src/http/conversation/serve.ts";
import type { HttpError } from "../../src/http/error.ts";
import { type FetchHandler, type FetchInfo, serveFetch } from "../../src/http/fetch/fetch.ts";
import type { HttpHandler, HttpRequest } from "../../src/http/message.ts";
import type { ServiceContext } from "../../src/services/service.ts";
import { Client } from "./client.ts";
import { type ReceivedResponse, receiveResponse, requestText } from "./http_client.ts";
import { serve, type Serving } from "./lane.ts";

/** A fetch handler that is served on a real socket, in this process. */
export interface FetchServing extends Serving {
  /** Without a trailing slash. */
  readonly origin: string;
  /** The handler's errors that were reported, with the ids of the requests. */
  readonly failures: readonly { readonly id: string; readonly error: unknown }[];
  /** The errors of clients that were reported. */
  readonly refusals: readonly HttpError[];
}

/** The default options of the tests. */
export const OPTIONS: ConversationOptions = {
  maxHeaderSize: 64 * 1024,
  maxHeaders: 100,
  maxBodySize: 10 * 1024 ** 2,
  idleTimeout: 0,
  headerTimeout: 0,
  bodyTimeout: 0,
  // Longer than any test takes, so that a hanging handler does not hang its test.
  requestTimeout: 20_000,
  keepAlive: 60_000,
  maxKeepAliveRequests: 0,
};

/** The context of handlers. */
export const CONTEXT = {
  retiring: new AbortController().signal,
  draining: new AbortController().signal,
} as ServiceContext;

/** Serves a fetch handler on a port that the system picks. */
export function serveFetcher(
  fetch: FetchHandler["fetch"],
  options: Partial<ConversationOptions> = {},
): Promise<FetchServing> {
  return serveHandler(serveFetch({ fetch }, CONTEXT), options);
}

/** Serves a handler of requests on a port that the system picks, and keeps what is reported. */
export async function serveHandler(
  handler: HttpHandler,
  options: Partial<ConversationOptions>,
): Promise<FetchServing> {
  const failures: { id: string; error: unknown }[] = [];
  const refusals: HttpError[] = [];
  const reports = {
    failed: ({ id }: HttpRequest, error: unknown) => void failures.push({ id, error }),
    broken: ({ id }: HttpRequest, error: unknown) => void failures.push({ id, error }),
    refused: ({ error }: RefusedRequest) => void refusals.push(error),
    answered: null,
    meter: null,
  };
  const all = { ...OPTIONS, ...options };
  const serving = await serve(serveHttp(handler, all, CONTEXT.retiring, reports));
  return { ...serving, origin: `http://127.0.0.1:${serving.port}`, failures, refusals };
}

/** Sends one request to a handler; returns the response and the handler's errors. */
export async function responseOf(
  fetch: FetchHandler["fetch"],
  ...request: Parameters<typeof requestText>
): Promise<ReceivedResponse & Pick<FetchServing, "failures">> {
  await using serving = await serveFetcher(fetch);
  using client = await Client.connect(serving);
  await client.send(requestText(...request));
  const response = await receiveResponse(client, request[0]);
  return { ...response, failures: serving.failures };
}

/** Sends one request to a handler; returns the result of `look` there, passed through JSON. */
export async function found(
  look: (request: Request, info: FetchInfo) => unknown,
  ...request: Parameters<typeof requestText>
): Promise<unknown> {
  const { status, body, failures } = await responseOf(
    async (request, info) => Response.json(await look(request, info)),
    ...request,
  );
  if (status !== 200) throw failures[0]?.error ?? new Error(body);
  return JSON.parse(body);
}
