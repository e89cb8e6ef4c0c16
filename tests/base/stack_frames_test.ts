import { assertEquals } from "@std/assert";
import { pathOf, userFrame, withoutOwnFrames } from "../../src/base/stack_frames.ts";

const SRC = import.meta.resolve("../../src/");
const STACK = `TypeError: no
    at find (file:///app/node_modules/lib/index.js:7:1)
    at Array.map (<anonymous>)
    at load (file:///app/my%20app.ts?generation=2:3:9)
    at async fetch (file:///app/server.ts:20:3)
    at new Promise (<anonymous>)
    at Conversation.serve (${SRC}http/conversation/conversation.ts:1:2)
    at ext:core/01_core.js:5:6
    at async ${SRC}lane/lane.ts:3:4`;

Deno.test("userFrame() is the topmost frame of the author's own code", () => {
  const frame = userFrame(STACK);
  assertEquals(frame, { url: "file:///app/my%20app.ts?generation=2", line: 3, column: 9 });
  assertEquals(frame && pathOf(frame), "/app/my app.ts");
});

Deno.test("userFrame() is one of a package if the author has none, and null without both", () => {
  const [first = "", second = ""] = STACK.split("\n");
  assertEquals(userFrame(`${first}\n${second}`)?.url, "file:///app/node_modules/lib/index.js");
  assertEquals(
    userFrame(`Error: x\n    at ${SRC}lane/lane.ts:3:4\n    at ext:core/a.js:1:2`),
    null,
  );
  assertEquals(userFrame("no stack at all"), null);
});

Deno.test("withoutOwnFrames() leaves out frames of the program and the runtime", () => {
  const expected = STACK.split("\n").slice(0, 5).join("\n").replace("?generation=2", "");
  assertEquals(withoutOwnFrames(STACK), expected);
  const text = "two lines\n    at the beach (not a frame)";
  assertEquals(withoutOwnFrames(text), text);
});
