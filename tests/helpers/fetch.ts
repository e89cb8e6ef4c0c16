import type { ServiceContext } from "../../src/services/service.ts";
import type { HttpError } from "../../src/http/error.ts";
import { type FetchHandler, type FetchInfo, serveFetch } from "../../src/http/fetch/fetch.ts";
import { serveHttp } from "../../src/http/conversation/serve.ts";
import type { ConversationOptions } from "../../src/http/conversation/options.ts";
import { Client } from "./client.ts";
import { type Answer, receiveAnswer, requestText } from "./http_client.ts";
import { serve, type Serving } from "./lane.ts";

/** A fetch handler on a real socket, in this process, and what was reported of it. */
export interface FetchServing extends Serving {
  /** Without a slash at the end. */
  readonly origin: string;
  /** What the handler failed with, and the ids of the requests. */
  readonly failures: readonly { readonly id: string; readonly error: unknown }[];
  /** What clients were told that it was not the handler's fault. */
  readonly refusals: readonly HttpError[];
}

/** The options of HTTP, where a test says nothing else. */
export const OPTIONS: ConversationOptions = {
  maxHeaderSize: 64 * 1024,
  maxHeaders: 100,
  maxBodySize: 10 * 1024 ** 2,
  idleTimeout: 0,
  headerTimeout: 0,
  bodyTimeout: 0,
  // Longer than any test takes: a handler that hangs is no test that hangs.
  requestTimeout: 20_000,
  keepAlive: 60_000,
  maxKeepAliveRequests: 0,
};

/** What handlers are given. */
export const CONTEXT = {
  retiring: new AbortController().signal,
  draining: new AbortController().signal,
} as ServiceContext;

/** Serves with a fetch handler on a port that the system picks. */
export async function serveFetcher(
  fetch: FetchHandler["fetch"],
  options: Partial<ConversationOptions> = {},
): Promise<FetchServing> {
  const failures: { id: string; error: unknown }[] = [];
  const refusals: HttpError[] = [];
  const reports = {
    failed: (id: string, error: unknown) => void failures.push({ id, error }),
    refused: (_id: string, error: HttpError) => void refusals.push(error),
    answered: null,
  };
  const handler = serveFetch({ fetch }, CONTEXT);
  const all = { ...OPTIONS, ...options };
  const serving = await serve(serveHttp(handler, all, CONTEXT.retiring, reports));
  return { ...serving, origin: `http://127.0.0.1:${serving.port}`, failures, refusals };
}

/** What a handler answers to one request, and what it failed with. */
export async function answerOf(
  fetch: FetchHandler["fetch"],
  ...request: Parameters<typeof requestText>
): Promise<Answer & Pick<FetchServing, "failures">> {
  await using serving = await serveFetcher(fetch);
  using client = await Client.connect(serving);
  await client.send(requestText(...request));
  const answer = await receiveAnswer(client, request[0]);
  return { ...answer, failures: serving.failures };
}

/** What a handler finds when it looks at a request, as JSON can tell it. */
export async function found(
  look: (request: Request, info: FetchInfo) => unknown,
  ...request: Parameters<typeof requestText>
): Promise<unknown> {
  const { status, body, failures } = await answerOf(
    async (request, info) => Response.json(await look(request, info)),
    ...request,
  );
  if (status !== 200) throw failures[0]?.error ?? new Error(body);
  return JSON.parse(body);
}
