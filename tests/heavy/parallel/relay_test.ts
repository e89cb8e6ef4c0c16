import { assert, assertEquals } from "@std/assert";
import { memoryOf } from "../../../src/bench/processes.ts";
import { Client } from "../../helpers/client.ts";
import { startRelay } from "../../helpers/relay.ts";
import { startServer } from "../../helpers/server.ts";
import { statusFile } from "../../helpers/status.ts";
import { until } from "../../helpers/until.ts";

const MB = 1024 ** 2;
const STREAM = 1024 * MB;
const CHUNK = MB;
/** Bytes after which a process has the memory that it needs to relay. */
const WARM = 64 * MB;
/** How much it may grow by later, in bytes: more than a collection of garbage is late by. */
const GROWTH = 32 * MB;
const SHORT = 10_000;
/** Connections before the descriptors are counted for the first time. */
const FIRST = 100;
const CLIENTS = 50;

Deno.test("relay() passes 1 GB both ways at once in constant memory, and then both ends", async () => {
  await using echo = await startServer(["--service", "echo"]);
  await using relaying = await startRelay([], echo.port);
  const { server } = relaying;
  using client = await Client.connect(server);
  const chunk = Uint32Array.from({ length: CHUNK / 4 }, (_, i) => Math.imul(i, 0x9e3779b1));
  const sending = (async () => {
    for (let sent = 0; sent < STREAM; sent += CHUNK) {
      chunk[0] = sent;
      await client.send(new Uint8Array(chunk.buffer).slice());
    }
    await client.end();
  })();
  let [warm, peak, wrong] = [0, 0, 0];
  for (let received = 0; received < STREAM; received += CHUNK) {
    const data = new Uint32Array((await client.receive(CHUNK)).slice().buffer);
    if (data[0] !== received) wrong++;
    for (let i = 1; i < chunk.length; i++) if (data[i] !== chunk[i]) wrong++;
    const { own, files } = memoryOf(server.pid);
    if (received <= WARM) warm = own + files;
    else peak = Math.max(peak, own + files);
  }
  await sending;
  assertEquals(wrong, 0);
  assertEquals(await client.receiveAll(), "");
  assert(peak - warm < GROWTH, `it grew from ${warm} to ${peak} bytes`);
});

Deno.test("relay() leaves nothing of 10,000 short connections", async () => {
  await using echo = await startServer(["--service", "echo"]);
  await using status = await statusFile();
  await using relaying = await startRelay(status.args, echo.port);
  const { server } = relaying;
  const descriptors = () => [...Deno.readDirSync(`/proc/${server.pid}/fd`)].length;
  const visit = async () => {
    using client = await Client.connect(server);
    assertEquals(await client.ask("hello"), "hello\n");
  };
  const visitAll = async (count: number) => {
    let left = count;
    const one = async () => {
      while (left-- > 0) await visit();
    };
    await Promise.all(Array.from({ length: CLIENTS }, one));
  };
  const closed = () => server.records("Connection closed").length;
  await visitAll(FIRST);
  await until("the first are closed", () => closed() === FIRST);
  const before = descriptors();
  await visitAll(SHORT);
  await until("all are closed", () => closed() === FIRST + SHORT);
  await until("their descriptors are closed", () => descriptors() <= before);
  const { totals } = await status.says(
    "that nothing is open",
    ({ totals }) => totals.open === 0 && totals.dialed === FIRST + SHORT,
  );
  assertEquals([totals.errors, totals.dialed], [0, FIRST + SHORT]);
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
});
