/** Errors outside of HTTP: the log says where in the handler they come from. */
import { assert, assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeForeignHandler } from "../helpers/handlers.ts";
import { testEachPlace } from "../helpers/modes.ts";
import { type LogLine, startServer } from "../helpers/server.ts";

const SERVE = `export default { async serve(connection) {
  const line = await connection.readLine(100);
  if (line === "throw") throw new Error("thrown");
  setTimeout(() => { throw new Error("stray"); }, 0);
  await connection.readLine(100);
} };`;

function checkPlace(record: LogLine, path: string, line: number): void {
  assertEquals([record["code.file.path"], record["code.line.number"]], [path, line]);
  assertEquals(record["sluice.code.source"], SERVE.split("\n")[line - 1]);
  const frames = String(record["exception.stacktrace"]).split("\n").slice(1);
  assert(frames.length > 0 && frames.every((frame) => frame.includes(path)), `${frames}`);
}

testEachPlace(
  "an error of a connection or of a timer is logged with its place",
  async ({ args }) => {
    await using handler = await makeForeignHandler(SERVE);
    await using server = await startServer(args(...handler.args));
    using first = await Client.connect(server);
    await first.send("throw\n");
    checkPlace(await server.logged("Connection failed"), handler.path, 3);
    using second = await Client.connect(server);
    await second.send("stray\n");
    const isStray = (line: LogLine) => line["exception.message"] === "stray";
    checkPlace(await server.logged(isStray), handler.path, 4);
  },
);
