import type { Field, HttpRequest, RequestBody } from "../../src/http/message.ts";

const NO_BODY: RequestBody = {
  length: 0,
  isUsed: false,
  trailers: [],
  limit: () => {},
  read: () => Promise.resolve(null),
  bytes: () => Promise.resolve(new Uint8Array(0)),
  text: () => Promise.resolve(""),
  json: () => Promise.reject(new SyntaxError("There is no body")),
};

const ADDRESS: Deno.Addr = { transport: "tcp", hostname: "127.0.0.1", port: 8000 };

/**
 * Makes a request without a body, to call a handler without a server.
 *
 * @param target Path and query, as sent.
 * @param headers With names in lower case.
 */
export function requestOf(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): HttpRequest {
  const [path = "", ...query] = target.split("?");
  const fields: readonly Field[] = Object.entries(headers);
  return {
    method,
    target,
    path,
    query: query.join("?"),
    url: `http://localhost${target}`,
    params: {},
    version: "1.1",
    headers: fields,
    header: (name) => fields.find(([key]) => key === name)?.[1] ?? null,
    asksToUpgrade: "upgrade" in headers,
    expectsContinue: false,
    body: NO_BODY,
    remoteAddr: ADDRESS,
    localAddr: ADDRESS,
    id: "1",
    signal: new AbortController().signal,
    completed: Promise.resolve(),
    inform: () => Promise.resolve(),
  };
}
