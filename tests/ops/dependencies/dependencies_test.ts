import { assertEquals } from "@std/assert";
import type { Address } from "../../../src/base/address.ts";
import type { Logger } from "../../../src/log/logger.ts";
import { Dependencies } from "../../../src/ops/dependencies/dependencies.ts";
import { type Dependency, parseDependency } from "../../../src/settings/dependency.ts";
import { answering, Backend, hang, response } from "../../helpers/backend.ts";
import { freePort } from "../../helpers/free_port.ts";
import { until } from "../../helpers/until.ts";

const FAST = "interval=20ms,timeout=10s";

function dependency(text: string): Dependency {
  const parsed = parseDependency(text);
  if (typeof parsed === "string") throw new Error(parsed);
  return parsed;
}

/** A logger that keeps messages, and what they are about. */
function recorder(): { log: Logger; records: [string, unknown][] } {
  const records: [string, unknown][] = [];
  const keep = (message: string, properties?: unknown) => void records.push([message, properties]);
  const log = { debug: keep, info: keep, warn: keep, error: keep, getChild: () => log } as Logger;
  return { log, records };
}

function portOf(address: Address): number {
  return address.transport === "tcp" ? address.port : 0;
}

Deno.test("Dependencies tells once that one is down, with its reason, and once that it is back", async () => {
  const { log, records } = recorder();
  const fails = answering(response(500));
  const works = answering(response(200));
  using backend = new Backend(fails);
  using dependencies = new Dependencies(log);
  const api = dependency(`api=http://localhost:${portOf(backend.address)}/health,required,${FAST}`);
  await dependencies.update([api]);
  assertEquals(dependencies.status()[0]?.state, "unknown");
  await until("it is down", () => dependencies.status()[0]?.state === "down");
  const [down] = dependencies.status();
  assertEquals([down?.required, down?.reason], [true, "status 500, expected 200-399"]);
  backend.serve = works;
  await until("it is up", () => dependencies.status()[0]?.state === "up");
  assertEquals(dependencies.status()[0]?.reason, null);
  assertEquals(records.map(([message]) => message), ["Dependency down", "Dependency up"]);
});

Deno.test("Dependencies.update() keeps what is known of those that stay, and forgets the others", async () => {
  const { log } = recorder();
  using backend = new Backend(hang);
  using dependencies = new Dependencies(log);
  const queue = `tcp://127.0.0.1:${portOf(backend.address)}`;
  await dependencies.update([dependency(`a=${queue},${FAST}`), dependency(`b=${queue},${FAST}`)]);
  await until("both are up", () => dependencies.status().every(({ state }) => state === "up"));
  await dependencies.update([dependency(`b=${queue},required,${FAST}`)]);
  assertEquals(
    dependencies.status().map(({ name, state, required }) => [name, state, required]),
    [["b", "up", true]],
  );
  await dependencies.update([]);
  assertEquals(dependencies.status(), []);
});

Deno.test("Dependencies shows a password neither in the status nor in the log", async () => {
  const { log, records } = recorder();
  using dependencies = new Dependencies(log);
  const port = freePort();
  await dependencies.update([dependency(`c=redis://app:s3cret@127.0.0.1:${port}/1,${FAST}`)]);
  await until("it is down", () => dependencies.status()[0]?.state === "down");
  assertEquals(dependencies.status()[0]?.url, `redis://app:***@127.0.0.1:${port}/1`);
  assertEquals(JSON.stringify([records, dependencies.status()]).includes("s3cret"), false);
});
