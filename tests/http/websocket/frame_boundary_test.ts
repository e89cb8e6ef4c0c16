import { assert, assertEquals } from "@std/assert";
import { FrameBoundary } from "../../../src/http/websocket/frame_boundary.ts";
import { encodeFrame } from "../../helpers/websocket.ts";

const LENGTHS = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000];

/** Frames of all forms of the header, and where each ends. */
function stream(): { bytes: Uint8Array; ends: Set<number> } {
  const frames = LENGTHS.flatMap((length) =>
    [true, false].map((isMasked) =>
      encodeFrame({ opcode: 2, isMasked, payload: new Uint8Array(length).fill(0x88) })
    )
  );
  const bytes = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  const ends = new Set([0]);
  let at = 0;
  for (const frame of frames) {
    bytes.set(frame, at);
    at += frame.length;
    ends.add(at);
  }
  return { bytes, ends };
}

Deno.test("FrameBoundary knows after every byte whether a frame ends there", () => {
  const { bytes, ends } = stream();
  const boundary = new FrameBoundary();
  for (let at = 0; at < bytes.length; at++) {
    if (boundary.isBetweenFrames !== ends.has(at)) throw new Error(`It is wrong at byte ${at}`);
    boundary.pass(bytes.subarray(at, at + 1));
  }
  assert(boundary.isBetweenFrames);
  assert(!boundary.hasClosed);
});

Deno.test("FrameBoundary finds the same ends in pieces of any size", () => {
  const { bytes, ends } = stream();
  for (const size of [2, 3, 7, 13, 14, 15, 127, 4096, 70_001, bytes.length]) {
    const boundary = new FrameBoundary();
    const found = new Set([0]);
    for (let start = 0; start < bytes.length; start += size) {
      const piece = bytes.subarray(start, start + size);
      for (let at = 0; at < piece.length;) {
        at = boundary.passFrame(piece, at);
        if (boundary.isBetweenFrames) found.add(start + at);
      }
    }
    assertEquals(found, ends, `pieces of ${size}`);
  }
});

Deno.test("FrameBoundary.hasClosed tells of a frame that closes once it is whole", () => {
  for (const payload of ["", "\x03\xe8why"]) {
    const frame = encodeFrame({ opcode: 8, payload });
    const boundary = new FrameBoundary();
    boundary.pass(frame.subarray(0, -1));
    assert(!boundary.hasClosed);
    boundary.pass(frame.subarray(-1));
    assert(boundary.hasClosed);
  }
});
