import { assert, assertEquals, assertMatch } from "@std/assert";
import { IncompleteReadError } from "../../../src/core/errors.ts";
import type { ConnectionSummary } from "../../../src/core/event.ts";
import { type Framing, serveRequests } from "../../../src/services/handler/framing.ts";
import { Client } from "../../helpers/client.ts";
import { serve } from "../../helpers/lane.ts";
import { CONTEXT } from "../../helpers/service_context.ts";

/** Serves a framing with a handler that shows the request, sends `data`, half-closes, and returns the answer. */
async function exchange(
  framing: Framing,
  data: Uint8Array | string,
): Promise<{ answer: Uint8Array; summary: ConnectionSummary }> {
  const show = (request: string | Uint8Array) =>
    typeof request === "string" ? `[${request}]` : Uint8Array.of(...request, 33);
  await using serving = await serve(serveRequests(framing, { handle: show }, CONTEXT));
  using client = await Client.connect(serving);
  await client.send(data);
  await client.end();
  const answer = await client.receive(1000).catch(() => new Uint8Array(0));
  const [summary] = await serving.closed(1) as [ConnectionSummary];
  return { answer, summary };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("Framing of lines splits at LF or CR LF and accepts a last line without a line ending", async () => {
  const { answer, summary } = await exchange({ type: "lines" }, "a\r\n\nb c\nlast");
  assertEquals(text(answer), "[a]\n[]\n[b c]\n[last]\n");
  assertEquals(summary.endedBy, "client");
});

Deno.test("Framing by delimiter splits after a delimiter of any length and keeps it", async () => {
  const { answer } = await exchange({ type: "delimiter", delimiter: "--" }, "a-b--c--");
  assertEquals(text(answer), "[a-b--][c--]");
});

Deno.test("Framing by delimiter drops newlines before a request with skipNewlines, and only then", async () => {
  const framing = { type: "delimiter", delimiter: ";" } as const;
  const data = "\r\na\r\n;\r\n\n;b;\r\n";
  const skipping = await exchange({ ...framing, skipNewlines: true }, data);
  assertEquals(text(skipping.answer), "[a\r\n;][;][b;]");
  assertEquals(skipping.summary.error, null);
  const keeping = await exchange(framing, data);
  assertEquals(text(keeping.answer), "[\r\na\r\n;][\r\n\n;][b;]");
  assert(keeping.summary.error instanceof IncompleteReadError);
});

Deno.test("Framing by length reads and writes prefixes of each width in both byte orders", async () => {
  for (const bytes of [1, 2, 4, 8] as const) {
    for (const endian of ["big", "little"] as const) {
      const prefix = (length: number) => {
        const digits = new Array(bytes).fill(0).with(-1, length);
        return endian === "big" ? digits : digits.reverse();
      };
      const data = Uint8Array.from([...prefix(2), 7, 8, ...prefix(0)]);
      const { answer, summary } = await exchange({ type: "length", bytes, endian }, data);
      const wanted = [...prefix(3), 7, 8, 33, ...prefix(1), 33];
      assertEquals([...answer], wanted, `${bytes} bytes, ${endian} endian`);
      assertEquals(summary.error, null);
    }
  }
});

Deno.test("Framing closes on a request above the limit and accepts one at the limit", async () => {
  const cases: [Framing, fits: string, beyond: string][] = [
    [{ type: "lines", limit: 4 }, "abc\n", "abcd\n"],
    [{ type: "delimiter", delimiter: "?", limit: 4 }, "abc?", "abcd?"],
    [{ type: "length", bytes: 1, limit: 4 }, "\x04abcd", "\x05abcde"],
    [{ type: "length", bytes: 8, limit: 4 }, "\0\0\0\0\0\0\0\x04abcd", "\x7f\0\0\0\0\0\0\0"],
  ];
  for (const [framing, fits, beyond] of cases) {
    const { answer, summary } = await exchange(framing, fits);
    assert(answer.length > 0);
    assertEquals(summary.endedBy, "client");
    assertEquals((await exchange(framing, beyond)).summary.endedBy, "limit");
  }
});

Deno.test("Framing distinguishes the end of the stream within a request from one between requests", async () => {
  const cases: [Framing, unfinished: string, partial: string][] = [
    [{ type: "delimiter", delimiter: "?" }, "a?bc", "bc"],
    [{ type: "length", bytes: 2 }, "\0", "\0"],
    [{ type: "length", bytes: 1 }, "\x03ab", "ab"],
    [{ type: "length", bytes: 1 }, "\x03", ""],
  ];
  for (const [framing, unfinished, partial] of cases) {
    const { summary } = await exchange(framing, unfinished);
    assert(summary.error instanceof IncompleteReadError);
    assertEquals(text((summary.error as IncompleteReadError).partial), partial);
    assertEquals(summary.endedBy, "client");
  }
});

Deno.test("serveRequests() writes nothing for null, and fails for a response that is neither text nor bytes", async () => {
  const answers: unknown[] = [null, undefined, "", 5];
  const handler = { handle: () => answers.shift() as string };
  await using serving = await serve(serveRequests({ type: "lines" }, handler, CONTEXT));
  using client = await Client.connect(serving);
  await client.send("1\n2\n3\n");
  assertEquals(await client.receiveText(1), "\n");
  await client.send("4\n");
  assertEquals(await client.receiveAll(), "");
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "error");
  assertMatch(summary?.error?.message ?? "", /handle returned a number/);
});
