import { assertMatch, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { within } from "../../src/base/within.ts";
import { startSubject } from "../../src/bench/subject_process.ts";
import { freePort } from "../helpers/free_port.ts";

Deno.test({
  name: "startSubject() reports a server that has ended while a program that it started lives on",
  // The output stays open until that program has ended.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const launch = { command: ["sh", "-c", "sleep 60 & echo $!"], env: {} } as const;
    const { signal } = new AbortController();
    const start = startSubject("daemon", launch, freePort(), signal);
    const { message } = await assertRejects(
      () => within(30_000, start, () => new Error("It waits")),
      ExitError,
    );
    assertMatch(message, /^Cannot start daemon: it ended, its last output: \d+$/);
    Deno.kill(Number(/\d+$/.exec(message)?.[0]), "SIGKILL");
  },
});
