import { assertEquals } from "@std/assert";
import {
  formatTraceParent,
  parseTraceParent,
  traceParentOf,
} from "../../../src/http/tracing/trace_parent.ts";

const [TRACE, SPAN] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
const VALID = `00-${TRACE}-${SPAN}-01`;

Deno.test("parseTraceParent() reads version 00, and what later versions share with it", () => {
  const sampled = { traceId: TRACE, spanId: SPAN, isSampled: true };
  assertEquals(parseTraceParent(VALID), sampled);
  assertEquals(parseTraceParent(`cc-${TRACE}-${SPAN}-01-more`), sampled);
  assertEquals(parseTraceParent(`00-${TRACE}-${SPAN}-03`), sampled);
  assertEquals(parseTraceParent(`00-${TRACE}-${SPAN}-02`), { ...sampled, isSampled: false });
});

for (
  const text of [
    "",
    VALID.toUpperCase(),
    ` ${VALID}`,
    `${VALID}-more`,
    `cc-${TRACE}-${SPAN}-01more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-1`,
  ]
) {
  Deno.test(`parseTraceParent() refuses ${JSON.stringify(text)}`, () => {
    assertEquals(parseTraceParent(text), null);
  });
}

Deno.test("traceParentOf() believes no request that names two parents", () => {
  assertEquals(traceParentOf([["host", "a"], ["traceparent", VALID]])?.spanId, SPAN);
  assertEquals(traceParentOf([["traceparent", VALID], ["traceparent", VALID]]), null);
  assertEquals(traceParentOf([["host", "a"]]), null);
});

Deno.test("formatTraceParent() formats what parseTraceParent() reads", () => {
  assertEquals(formatTraceParent(TRACE, SPAN, true), VALID);
  assertEquals(formatTraceParent(TRACE, SPAN, false), `00-${TRACE}-${SPAN}-00`);
});
