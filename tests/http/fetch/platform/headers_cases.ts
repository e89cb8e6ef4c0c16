/** Headers, alone and as those of a Response. */
import type { Case } from "./case.ts";

type Act = (headers: Headers) => unknown;

/** How the Headers are made. */
const MADE: Readonly<Record<string, () => Headers>> = {
  "Headers": () => new Headers({ "X-A": "1", b: "2" }),
  "Headers of a Response": () => new Response("a", { headers: { "X-A": "1", b: "2" } }).headers,
  "Headers of a Response of bytes": () =>
    new Response(new Uint8Array(1), { headers: { "X-A": "1", b: "2" } }).headers,
  "Headers of a clone": () =>
    new Response("a", { headers: { "X-A": "1", b: "2" } }).clone().headers,
};

const ACTS: Readonly<Record<string, Act>> = {
  "are listed": (headers) => [...headers],
  "get": (headers) => [headers.get("x-a"), headers.get("X-A"), headers.get("c")],
  "get no token": (headers) => headers.get("\u0100"),
  "get nothing": (headers) => (headers.get as () => unknown)(),
  "has": (headers) => [headers.has("x-a"), headers.has("c")],
  "set": (headers) => (headers.set("x-a", " 3 "), [...headers]),
  "set another case": (headers) => (headers.set("X-a", "3"), [...headers]),
  "set a new one": (headers) => (headers.set("C", "3"), [...headers]),
  "set no token": (headers) => headers.set("a b", "1"),
  "set a line end": (headers) => headers.set("a", "1\r\n2"),
  "set a NUL": (headers) => headers.set("a", "1\0"),
  "set beyond Latin-1": (headers) => headers.set("a", "\u0100"),
  "set a number": (headers) => (headers.set("a", 1 as unknown as string), headers.get("a")),
  "set one argument": (headers) => (headers.set as (name: string) => void)("a"),
  "append": (headers) => (headers.append("x-a", "3"), [...headers]),
  "append cookies": (headers) => {
    headers.append("Set-Cookie", "a=1");
    headers.append("set-cookie", "b=2");
    return [headers.getSetCookie(), headers.get("set-cookie"), [...headers]];
  },
  "append an empty value": (headers) => (headers.append("b", ""), headers.get("b")),
  "delete": (headers) => (headers.delete("X-A"), [...headers]),
  "delete an absent one": (headers) => (headers.delete("c"), [...headers]),
  "delete no token": (headers) => headers.delete(""),
  "change while iterating": (headers) => {
    const seen: string[] = [];
    for (const [name] of headers) {
      seen.push(name);
      if (seen.length === 1) headers.append("z", "1");
    }
    return seen;
  },
  "keys": (headers) => [...headers.keys()],
  "values": (headers) => [...headers.values()],
  "entries": (headers) => [...headers.entries()],
  "are copied": (headers) => [...new Headers(headers)],
  "are given to a Response": (headers) => [...new Response("a", { headers }).headers],
  "inspected": (headers) => Deno.inspect(headers),
  "as text": (headers) => String(headers),
  "keys of the object": (headers) => Object.keys(headers),
};

export const HEADERS_CASES: readonly Case[] = Object.entries(MADE).flatMap(([made, make]) =>
  Object.entries(ACTS).map(([act, run]) => ({ name: `${made}: ${act}`, run: () => run(make()) }))
);
