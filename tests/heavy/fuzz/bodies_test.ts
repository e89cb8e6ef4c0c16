/** Bodies made from seeds, multipart ones above all: read as the runtime reads them, however they arrive. */
import { assert, assertEquals } from "@std/assert";
import type { Random } from "../../../src/load/random.ts";
import { Client } from "../../helpers/client.ts";
import { serveFetcher } from "../../helpers/fetch.ts";
import { fuzz, mutate } from "../../helpers/fuzz.ts";
import { receiveResponse } from "../../helpers/http_client.ts";
import { bytesOf } from "../../helpers/http_cases.ts";

const BOUNDARIES = ["x", "----WebKitFormBoundaryABC", "'()+_,-./:=?", "--"] as const;
const SPLINTERS = [
  "\r\n",
  "\n",
  "\r",
  "--",
  "--x",
  "--x--",
  "--x\r\n",
  "Content-Disposition: form-data",
  'name="a"',
  "name*=UTF-8''%e2%82%ac",
  'filename="',
  "filename=b",
  "; ",
  '"',
  "\\",
  "Content-Transfer-Encoding: base64",
  "Content-Type: text/plain; charset=utf-16",
  "\0",
  "\xff\xfe",
  ":",
  "boundary=x",
  "a".repeat(2000),
] as const;
const TYPES = [
  "multipart/form-data; boundary=BOUNDARY",
  'multipart/form-data; boundary="BOUNDARY"',
  "multipart/form-data",
  "multipart/mixed; boundary=BOUNDARY",
  "application/x-www-form-urlencoded",
  "text/plain",
] as const;
/** How a handler reads a body. */
const READS = ["formData", "formData", "formData", "text", "json", "bytes"] as const;
type Read = typeof READS[number];

/** A body, with one character per byte. */
function randomBody(random: Random, boundary: string): string {
  if (random.percent(10)) return random.pick(['{"a":[1,null]}', "a=b&c=%e9+d", "[".repeat(5000)]);
  let body = "";
  for (let i = random.below(4); i > 0; i--) {
    const file = random.percent(40) ? '; filename="f.txt"\r\nContent-Type: text/plain' : "";
    const content = random.pick(["", "value", "\r\n", `\r\n--${boundary}x`, "\xe2\x82\xac\xff"]);
    const name = random.pick(["a", "b c", "%22", "\xc3\xa9"]);
    body += `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    body += `${content}\r\n`;
  }
  return `${body}--${boundary}--\r\n`;
}

/** What reading a body results in, as text. */
async function outcome(request: Request, how: Read): Promise<string> {
  try {
    const read: unknown = await request[how]();
    if (!(read instanceof FormData)) return JSON.stringify(read);
    const entries = [...read].map(async ([name, value]) =>
      typeof value === "string"
        ? [name, value]
        : [name, value.name, value.type, [...await value.bytes()]]
    );
    return JSON.stringify(await Promise.all(entries));
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

/** The body in one of the two codings; chunks of any size, which the server must not see. */
function encode(random: Random, body: string): readonly [field: string, content: string] {
  if (random.percent(50)) return [`Content-Length: ${body.length}`, body];
  let content = "";
  for (let at = 0; at < body.length;) {
    const piece = body.slice(at, at + 1 + random.below(random.percent(50) ? 20 : 3000));
    content += `${piece.length.toString(16)}\r\n${piece}\r\n`;
    at += piece.length;
  }
  return ["Transfer-Encoding: chunked", `${content}0\r\n\r\n`];
}

Deno.test("fetch reads any body as the runtime does, and the connection goes on", async () => {
  await using serving = await serveFetcher(async (request) => {
    const how = new URL(request.url).pathname.slice(1) as Read;
    return new Response(await outcome(request, how));
  });
  using client = await Client.connect(serving);
  let read = 0;
  const cases = await fuzz("bodies", 1500, async (random) => {
    const boundary = random.pick(BOUNDARIES);
    const how = random.pick(READS);
    const isBroken = random.percent(70);
    const whole = randomBody(random, boundary);
    const text = isBroken ? mutate(random, whole, SPLINTERS) : whole;
    const body = text.replace(/[^\0-\xff]/g, "?");
    const type = random.pick(TYPES).replace("BOUNDARY", boundary);
    const [field, content] = encode(random, body);
    const head = `POST /${how} HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\n${field}\r\n\r\n`;
    const request = bytesOf(head + content);
    // Two sends are slow: the second one waits until the first is acknowledged.
    const cut = random.percent(2) ? random.below(request.length) : 0;
    if (cut > 0) await client.send(request.subarray(0, cut));
    await client.send(request.subarray(cut));
    const response = await receiveResponse(client);
    const headers = { "content-type": type };
    const same = new Request("http://a/", { method: "POST", headers, body: bytesOf(body) });
    const expected = await outcome(same, how);
    assertEquals([response.status, response.body], [200, expected]);
    if (how === "formData" && expected.length > 10) read++;
  });
  assertEquals(serving.failures, []);
  if (cases > 1000) assert(read > cases / 10, `${read} forms were read`);
});
