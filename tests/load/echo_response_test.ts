import { assertEquals } from "@std/assert";
import { EXCESS, WRONG } from "../../src/load/response.ts";
import { EchoResponseReader } from "../../src/load/echo_response.ts";
import { openSocketLibrary } from "../../src/load/socket_library.ts";
import { Sockets } from "../../src/load/sockets.ts";
import { messageFor, readResponse, waysToCut } from "../helpers/load_responses.ts";

const TEXT = "Hello, World!\0\xff\r\n";
const MESSAGE = messageFor(TEXT);
// Open for the life of the process: not a leak of a test.
const sockets = new Sockets(openSocketLibrary());

function makeReader(): EchoResponseReader {
  return new EchoResponseReader((a, b, length) => sockets.areEqual(a, b, length));
}

Deno.test("EchoResponseReader ends with the last byte of the message, wherever it is cut", () => {
  const reader = makeReader();
  for (const cuts of waysToCut(TEXT.length)) {
    assertEquals(
      readResponse(reader, MESSAGE, TEXT, cuts),
      { state: "done", failure: null },
      `cut at ${cuts}`,
    );
    assertEquals(readResponse(reader, MESSAGE, TEXT.slice(0, -1), []).state, "more");
    assertEquals(reader.end(), false);
  }
});

Deno.test("EchoResponseReader finds a wrong byte anywhere, and still ends with the last byte", () => {
  const reader = makeReader();
  for (let at = 0; at < TEXT.length; at++) {
    const response = `${TEXT.slice(0, at)}?${TEXT.slice(at + 1)}`;
    for (const cuts of waysToCut(TEXT.length)) {
      assertEquals(
        readResponse(reader, MESSAGE, response, cuts),
        { state: "done", failure: WRONG },
        `wrong at ${at}, cut at ${cuts}`,
      );
    }
  }
});

Deno.test("EchoResponseReader finds excess bytes, and makes the response the last", () => {
  const reader = makeReader();
  for (let cut = 0; cut < TEXT.length; cut++) {
    assertEquals(
      readResponse(reader, MESSAGE, `${TEXT}x`, [cut]),
      { state: "last", failure: EXCESS },
      `cut at ${cut}`,
    );
  }
});

Deno.test("EchoResponseReader starts afresh with each message, however the last one ended", () => {
  const reader = makeReader();
  for (const before of ["", "H", "x", "Hello, World?", `${TEXT}x`]) {
    readResponse(reader, MESSAGE, before);
    assertEquals(readResponse(reader, messageFor("other"), "other"), {
      state: "done",
      failure: null,
    });
  }
});
