import { assert, assertEquals } from "@std/assert";
import { readMessages } from "../../../src/base/pipe.ts";
import { Scoreboard } from "../../../src/lane/scoreboard.ts";
import type { Random } from "../../../src/load/random.ts";
import type { Exit } from "../../../src/places/handle.ts";
import { RowReports } from "../../../src/places/process.ts";
import { checkFromProcess } from "../../../src/places/process_check.ts";
import { RemoteLane } from "../../../src/places/remote_lane.ts";
import { fuzz } from "../../helpers/fuzz.ts";
import { messageText, messageValue } from "../../helpers/message_mutations.ts";

/** A lane whose messages the test makes up, and what became of them. */
function makeLane(scoreboard: Scoreboard) {
  const row = scoreboard.claim(0, 0);
  if (row === null) throw new Error("No row is free");
  const seen = { lines: [] as string[], kills: 0, exits: [] as Exit[] };
  const channel = {
    pid: 1,
    send() {},
    finish: () => Promise.resolve(),
    kill: () => void seen.kills++,
  };
  const add = (lines: string) => void seen.lines.push(lines);
  const lane = new RemoteLane(channel, {
    passRecords: ({ lines }) => add(lines),
    record: add,
    onPressure() {},
  });
  void lane.exited.then((exit) => seen.exits.push(exit));
  const rows = new RowReports(row);
  /** As the places do. */
  function receive(sent: unknown): void {
    const message = checkFromProcess(sent);
    if (message?.type === "row") rows.take(message);
    else if (message === null) lane.receive(sent);
  }
  return { lane, row, seen, receive };
}

/** Tells a lane something, or nothing. */
function command(random: Random, lane: RemoteLane): void {
  random.pick<() => void>([
    () => {},
    () => {},
    () => void lane.stopAccepting(),
    () => void lane.retire(),
    () => lane.drain(),
    () => void lane.setReuseportFilter(null),
    () => void lane.relieve({ pid: 1, descriptors: [] }),
    () => lane.closeConnections(),
    () => lane.kill(),
  ])();
}

Deno.test("RemoteLane survives any message at any moment, and passes on whole lines alone", async () => {
  const scoreboard = new Scoreboard();
  await fuzz("RemoteLane", 500, async (random) => {
    const { lane, row, seen, receive } = makeLane(scoreboard);
    for (let i = random.below(12); i >= 0; i--) {
      if (random.percent(20)) command(random, lane);
      receive(messageValue(random));
    }
    await Promise.resolve();
    assert(seen.lines.every((lines) => lines.endsWith("\n")));
    assertEquals(scoreboard.total, 0);
    const { counters, open, current } = row.report();
    const counts = [...counters, ...row.measures.values()];
    assert(counts.every((count) => Number.isFinite(count) && count >= 0));
    assert(open >= 0 && Number.isInteger(current));
    assertEquals(row.state, "starting");
    lane.kill();
    const exit = await lane.exited;
    assertEquals(seen.exits, [exit]);
    if (exit.kind === "crashed") assert(seen.kills >= 1);
    row.addOpen(-row.open, row.tenancy);
    scoreboard.close(row, "free");
  });
});

/** Text with messages in it, and much that looks like one. */
function output(random: Random): string {
  const pieces = Array.from({ length: random.below(8) }, () =>
    random.pick<() => string>([
      () => `\x1eword${messageText(random)}\n`,
      () => `\x1e${messageText(random)}\n`,
      () => "printed ",
      () => "\n",
      () => "\x1ewor",
      () => "héllo 😀",
      () => "x".repeat(random.below(200_000)),
    ])());
  return pieces.join("");
}

async function read(text: string, cuts: readonly number[]) {
  const bytes = new TextEncoder().encode(text);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const chunks = ends.map((end, i) => bytes.slice(ends[i - 1] ?? 0, end));
  const messages: unknown[] = [];
  let other = "";
  const add = (text: string) => other += text;
  await readMessages(ReadableStream.from(chunks), (one) => messages.push(one), add, "word");
  return { messages, other };
}

Deno.test("readMessages() reads any output the same, however it is split", async () => {
  await fuzz("readMessages", 250, async (random) => {
    const text = output(random);
    const cuts = Array.from({ length: random.below(10) }, () => random.below(2 ** 31));
    assertEquals(await read(text, cuts), await read(text, []));
  });
});
