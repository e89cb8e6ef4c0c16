import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { MODES } from "../../src/modes/registry.ts";
import { makeHandler } from "../helpers/handlers.ts";
import type { LogReport } from "../helpers/log_level_program.ts";

const PROGRAM = fileURLToPath(import.meta.resolve("../helpers/log_level_program.ts"));

const HANDLER = `export default { fetch(request) {
  const { pathname } = new URL(request.url);
  console.debug("debug", pathname);
  console.info("info", pathname);
  console.warn("warning", pathname);
  console.error("error", pathname);
  return new Response("ok");
} };`;

async function logged(mode: string, handler: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", PROGRAM, mode, handler],
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stderr);
  assertEquals(code, 0, text);
  const lines = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
  return {
    records: lines.map((line): Record<string, unknown> => JSON.parse(line)),
    report: JSON.parse(text) as LogReport,
  };
}

for (const mode of Object.keys(MODES)) {
  Deno.test(`${mode}: setLogLevel() holds for lanes that run and those that start later, and each record counts`, async () => {
    await using handler = await makeHandler(HANDLER);
    const { records, report: { counts, recent, heard } } = await logged(mode, handler.path);
    const of = (message: string) =>
      records.filter((record) => String(record.message).startsWith(message))
        .map((record) => String(record.message).split("/")[1]);
    assertEquals(of("debug "), ["debug", "reloaded"]);
    assertEquals(of("info "), ["info", "debug", "reloaded"]);
    assertEquals(of("warning "), ["info", "debug", "reloaded"]);
    assertEquals(of("error "), ["info", "debug", "reloaded", "error"]);
    assertEquals(of("Connection closed").length, 3);
    assertEquals(of("Connection accepted").length, 2);
    const severity = (name: string) => records.filter((record) => record.severity === name).length;
    assertEquals(counts, {
      debug: severity("DEBUG"),
      info: severity("INFO"),
      warning: severity("WARN"),
      error: severity("ERROR"),
      dropped: 0,
    });
    const watched = records.filter(({ severity }) => severity === "WARN" || severity === "ERROR");
    assertEquals(recent.length, watched.length);
    assertEquals(recent.map(({ number }) => number), heard);
    const [first] = recent;
    assertEquals([first?.number, first?.level, first?.message], [1, "warning", "warning /info"]);
    assertEquals(first?.attributes["log.iostream"], "stderr");
    assertMatch(String(first?.attributes["sluice.request.id"]), /^\d+-/);
    assert(Number.isFinite(Date.parse(first?.time ?? "")));
  });
}
