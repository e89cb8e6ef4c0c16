/** Each body with each second argument of the constructor, and what can be done with the result. */
import { type Case, lookAt } from "./case.ts";

const bytes = () => new TextEncoder().encode("bytes");
const any = (value: unknown) => value as BodyInit;

/** Made anew for each case. */
export const BODIES: Readonly<Record<string, () => unknown>> = {
  "undefined": () => undefined,
  "null": () => null,
  "text": () => "text",
  "an empty text": () => "",
  "text beyond ASCII": () => "h\u00e9llo \u{1f600}",
  "a lone surrogate": () => "\ud800",
  "a String object": () => new String("text"),
  "a number": () => 42,
  "an object": () => ({}),
  "bytes": bytes,
  "no bytes": () => new Uint8Array(0),
  "a part of a buffer": () => bytes().subarray(1, 3),
  "an ArrayBuffer": () => bytes().buffer,
  "a Blob": () => new Blob(["blob"], { type: "text/x" }),
  "URLSearchParams": () => new URLSearchParams({ a: "1 2" }),
  "a stream": () => new Blob(["stream"]).stream(),
};

/** Made anew for each case. */
export const INITS: Readonly<Record<string, () => unknown>> = {
  "nothing": () => undefined,
  "null": () => null,
  "{}": () => ({}),
  "a status": () => ({ status: 201 }),
  "a status as text": () => ({ status: "404" }),
  "a status with a fraction": () => ({ status: 200.9 }),
  "a status too low": () => ({ status: 199 }),
  "a status too high": () => ({ status: 600 }),
  "no number as its status": () => ({ status: "x" }),
  "204": () => ({ status: 204 }),
  "304 and a field": () => ({ status: 304, headers: { "X-A": "1" } }),
  "a reason": () => ({ statusText: "Fine", status: 299 }),
  "a reason with a line end": () => ({ statusText: "a\nb" }),
  "a reason beyond Latin-1": () => ({ statusText: "\u0100" }),
  "no fields": () => ({ headers: {} }),
  "a field": () => ({ headers: { "X-A": "b" } }),
  "two fields": () => ({ headers: { "x-b": " 2\t", "X-A": "1" } }),
  "a Content-Type": () => ({ headers: { "content-type": "text/html" } }),
  "a Content-Type in capitals": () => ({ headers: { "CONTENT-TYPE": "application/json" } }),
  "an empty Content-Type": () => ({ headers: { "Content-Type": "" } }),
  "a Content-Type and a field": () => ({ headers: { a: "1", "Content-Type": "a/b", z: "2" } }),
  "an array": () => ({ headers: [["B", "1"], ["b", "2"], ["A", ""], ["a", "x"]] }),
  "cookies": () => ({ headers: [["Set-Cookie", "a=1"], ["A", "1"], ["set-cookie", "b=2"]] }),
  "an array with a triple": () => ({ headers: [["a", "b", "c"]] }),
  "Headers": () => ({ headers: new Headers({ "X-A": "b" }) }),
  "a Map": () => ({ headers: new Map([["x-a", "b"]]) }),
  "a generator": () => ({
    headers: (function* () {
      yield ["x-a", "b"];
    })(),
  }),
  "null as fields": () => ({ headers: null }),
  "text as fields": () => ({ headers: "x" }),
  "a number as a value": () => ({ headers: { "X-A": 1 } }),
  "undefined as a value": () => ({ headers: { "X-A": undefined } }),
  "an object as a value": () => ({ headers: { "X-A": { toString: () => "made" } } }),
  "a name that is no token": () => ({ headers: { "a b": "1" } }),
  "an empty name": () => ({ headers: { "": "1" } }),
  "a value with a line end": () => ({ headers: { a: "1\r\nb: 2" } }),
  "a value beyond Latin-1": () => ({ headers: { a: "\u0100" } }),
  "a value in Latin-1": () => ({ headers: { a: "caf\u00e9" } }),
  "a symbol as a name": () => ({ headers: { [Symbol("a")]: "1" } }),
  "inherited parts": () => Object.create({ status: 201, headers: { a: "1" } }),
  "no prototype": () => Object.assign(Object.create(null), { status: 202 }),
  "an instance": () =>
    new (class Init {
      status = 203;
      headers = { a: "1" };
    })(),
  "getters": () => ({
    get status() {
      return 201;
    },
    get headers() {
      return { a: "1" };
    },
  }),
  "a getter that throws": () => ({
    get headers() {
      throw new RangeError("from a getter");
    },
  }),
  "a frozen object": () => Object.freeze({ status: 201, headers: Object.freeze({ a: "1" }) }),
  "a proxy": () => new Proxy({ status: 201, headers: { a: "1" } }, {}),
  "another Response": () => new Response("other", { status: 202, headers: { "X-Other": "1" } }),
  "unknown members": () => ({ body: "x", type: "error", url: "http://a/" }),
  "a number": () => 5,
  "text": () => "text",
  "a function": () => () => {},
};

/** What is done with a Response before it is looked at. */
const DEEDS: Readonly<Record<string, (response: Response) => unknown>> = {
  "a field is set": ({ headers }) => headers.set("X-A", "later"),
  "a field is appended": ({ headers }) => headers.append("x-a", "later"),
  "a field is deleted": ({ headers }) => headers.delete("Content-Type"),
  "it is cloned": (response) => void response.clone(),
  "its clone is read": (response) => response.clone().text(),
  "a field of its clone is set": (response) => response.clone().headers.set("X-A", "other"),
  "its body is looked at": (response) => void response.body,
  "it is read": (response) => response.text(),
  "it is read as JSON": (response) => response.json(),
  "it is read as a form": async (response) => [...await response.formData()].length,
  "its reader is released": (response) => response.body?.getReader().releaseLock(),
  "it is locked": (response) => void response.body?.getReader(),
  "it is cancelled": (response) => response.body?.cancel(),
  "it is inspected": (response) => Deno.inspect(response).length,
};

const SOME_INITS = ["nothing", "a field", "a Content-Type", "a status"];
const SOME_BODIES = ["null", "text", "bytes", "a Blob"];

function made(body: string, init: string): Response {
  return new Response(any(BODIES[body]?.()), INITS[init]?.() as ResponseInit);
}

const constructed = Object.keys(BODIES).flatMap((body) =>
  Object.keys(INITS).map((init): Case => ({
    name: `new Response() of ${body} with ${init}`,
    run: () => lookAt(made(body, init)),
  }))
);

const used = Object.entries(DEEDS).flatMap(([deed, act]) =>
  SOME_BODIES.flatMap((body) =>
    SOME_INITS.map((init): Case => ({
      name: `Response of ${body} with ${init}, after ${deed}`,
      run: async () => {
        const response = made(body, init);
        const done = await act(response);
        return [done, await lookAt(response)];
      },
    }))
  )
);

export const RESPONSE_CASES: readonly Case[] = [...constructed, ...used];

/** The Responses that are sent to a client, each made anew. */
export const SENT: readonly { readonly name: string; readonly make: () => Promise<Response> }[] = [
  ...Object.keys(BODIES).flatMap((body) =>
    Object.keys(INITS).map((init) => ({
      name: `${body} with ${init}`,
      make: async () => await made(body, init),
    }))
  ),
  ...Object.entries(DEEDS).flatMap(([deed, act]) =>
    SOME_BODIES.flatMap((body) =>
      SOME_INITS.map((init) => ({
        name: `${body} with ${init}, after ${deed}`,
        make: async () => {
          const response = made(body, init);
          await act(response);
          return response;
        },
      }))
    )
  ),
];

/** The fields of a connection rather than of a response. */
const CONNECTION = new Set(["date", "content-length", "transfer-encoding", "vary"]);

/** What a client sees of a Response. */
export async function receivedOf(response: Response): Promise<string> {
  const { status } = response;
  if (response.bodyUsed || response.body?.locked) return "500";
  if (status === 500) return (await response.body?.cancel(), "500");
  const headers = [...response.headers].filter(([name]) => !CONNECTION.has(name));
  return JSON.stringify([status, headers, String(await response.bytes())]);
}
