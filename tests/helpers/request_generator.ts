/** Generates valid HTTP/1.1 requests that use all of its features, with one character per byte. */
import type { Random } from "../../src/load/random.ts";

const METHODS = ["GET", "GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH"] as const;
const RARE_METHODS = ["PROPFIND", "M-SEARCH", "PURGE", "TRACE", "LINK"] as const;
const HOSTS = ["a", "example.org", "a:80", "[::1]", "[::1]:8000", "127.0.0.1", "a_b.c:"] as const;
const TARGETS = [
  "/",
  "/",
  "/a/b?c=d",
  "//x",
  "/%20?",
  "/a|b",
  "http://b/c?d",
  "HTTP://b:80",
  "https://[::1]:1/",
] as const;
const NAMES = [
  "X",
  "Accept",
  "user-agent",
  "Cookie",
  "X-Y_z.1",
  "Content-Type",
  "Upgrade",
  "Hos",
  "Hosts",
  "Content-Lengths",
  "TE",
  "Keep-Alive",
  "!#$%&'*+-.^_`|~",
] as const;
const VALUES = [
  "",
  "",
  "a",
  "a, b",
  "text/plain;q=0.5",
  "\x80\xff\xe4",
  "a\tb",
  "a:b",
  '"x\\"y"',
] as const;
const CONNECTIONS = [
  "close",
  "Close",
  "keep-alive",
  "Keep-Alive",
  "x, CLOSE",
  "a,keep-alive,b",
] as const;
const EXTENSIONS = ["", "", "", ";a", ";a=b", ';a="b c";d', ';a="\\""'] as const;
const BLANKS = [" ", " ", " ", "", "  ", "\t", " \t "] as const;
const BODIES = [
  "x",
  "hello",
  "\0\r\n\xff",
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "0\r\n\r\n",
] as const;

/** Generates one request. */
export function makeRequest(random: Random): string {
  const isOld = random.percent(10);
  const fields = fieldsOf(random, isOld);
  const body = random.percent(45) ? "" : bodyOf(random);
  let content = body;
  if (body !== "" || random.percent(10)) {
    if (isOld || random.percent(50)) fields.push(line(random, "Content-Length", `${body.length}`));
    else {
      fields.push(
        line(random, "Transfer-Encoding", random.pick(["chunked", "chunked", "Chunked"])),
      );
      content = chunksOf(random, body);
    }
  }
  return `${random.percent(4) ? "\r\n" : ""}${startLine(random, isOld)}\r\n${
    shuffled(random, fields).join("")
  }\r\n${content}`;
}

function startLine(random: Random, isOld: boolean): string {
  const method = random.percent(90) ? random.pick(METHODS) : random.pick(RARE_METHODS);
  const target = method === "OPTIONS" && random.percent(50) ? "*" : random.pick(TARGETS);
  return `${method} ${target} HTTP/1.${isOld ? 0 : 1}`;
}

function fieldsOf(random: Random, isOld: boolean): string[] {
  const fields = isOld && random.percent(50) ? [] : [line(random, "Host", random.pick(HOSTS))];
  while (random.percent(60)) {
    fields.push(line(random, random.pick(NAMES), random.pick(VALUES)));
  }
  if (random.percent(20)) {
    fields.push(line(random, "Connection", random.pick(CONNECTIONS)));
  }
  if (random.percent(5)) fields.push(line(random, "Expect", "100-continue"));
  return fields;
}

/** A field line, with its name in a random case, and random whitespace around the value. */
function line(random: Random, name: string, value: string): string {
  const written = random.percent(70)
    ? name
    : random.percent(50)
    ? name.toLowerCase()
    : name.toUpperCase();
  const after = random.percent(90) ? "" : random.pick(BLANKS);
  return `${written}:${random.pick(BLANKS)}${value}${after}\r\n`;
}

function bodyOf(random: Random): string {
  let body: string = random.pick(BODIES);
  while (random.percent(20)) body += random.pick(BODIES);
  return body;
}

function chunksOf(random: Random, body: string): string {
  let chunks = "";
  for (let at = 0; at < body.length;) {
    const size = 1 + random.below(Math.min(40, body.length - at));
    chunks += `${sizeOf(random, size)}${random.pick(EXTENSIONS)}\r\n`;
    chunks += `${body.slice(at, at + size)}\r\n`;
    at += size;
  }
  const trailers = random.percent(20) ? line(random, random.pick(NAMES), "trailing") : "";
  return `${chunks}${sizeOf(random, 0)}${random.pick(EXTENSIONS)}\r\n${trailers}\r\n`;
}

function sizeOf(random: Random, size: number): string {
  const digits = size.toString(16);
  if (random.percent(85)) return digits;
  return random.percent(50) ? digits.toUpperCase() : `00${digits}`;
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  return list.map((item) => ({ item, key: random.below(1000) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
