import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { AlertCommand } from "../../../src/ops/alerts/alert_command.ts";
import { Courier } from "../../../src/ops/alerts/courier.ts";
import type { Delivery, Destination } from "../../../src/ops/alerts/destination.ts";
import { json } from "../../../src/ops/alerts/formats/json.ts";
import { Spool } from "../../../src/ops/alerts/spool.ts";
import { Webhook } from "../../../src/ops/alerts/webhook.ts";
import { AlertWebhook } from "../../helpers/alert_webhook.ts";
import { messageLog, sampleNotice } from "../../helpers/alerts.ts";
import { freePort } from "../../helpers/free_port.ts";
import { until } from "../../helpers/until.ts";

const NEVER = new AbortController().signal;

function deliver(url: string): Promise<Delivery> {
  return new Webhook(url, json, () => 0).deliver(sampleNotice("id-1"), NEVER);
}

Deno.test("Webhook.deliver() posts a notice with an id that is the same in each try", async () => {
  await using webhook = new AlertWebhook();
  assertEquals(await deliver(`${webhook.url}?a=b`), { kind: "delivered" });
  const [received] = webhook.received;
  assertEquals(received?.path, "/hook/s3cret?a=b");
  assertEquals(received?.headers.get("Content-Type"), "application/json");
  assertEquals(received?.headers.get("Idempotency-Key"), "id-1");
  assertEquals(received?.headers.get("Authorization"), null);
});

Deno.test("Webhook.deliver() sends the user and the password in the URL", async () => {
  await using webhook = new AlertWebhook();
  await deliver(`http://us%C3%A9r:p%40w@127.0.0.1:${webhook.port}/`);
  const [, given = ""] = webhook.received[0]?.headers.get("Authorization")?.split(" ") ?? [];
  const bytes = Uint8Array.from(atob(given), (char) => char.charCodeAt(0));
  assertEquals(new TextDecoder().decode(bytes), "usér:p@w");
});

Deno.test("Webhook.deliver() tells what may succeed later from what never will", async () => {
  await using webhook = new AlertWebhook();
  const cases: [number, Delivery["kind"]][] = [
    [204, "delivered"],
    [400, "refused"],
    [404, "failed"],
    [429, "failed"],
    [500, "failed"],
  ];
  for (const [status, kind] of cases) {
    webhook.answer = () => new Response(null, { status });
    assertEquals((await deliver(webhook.url)).kind, kind, String(status));
  }
  const headers = { "Retry-After": "120" };
  webhook.answer = () => new Response(null, { status: 503, headers });
  assertEquals(await deliver(webhook.url), {
    kind: "failed",
    reason: "status 503",
    retryAfter: 120_000,
  });
});

Deno.test("Webhook.deliver() follows a redirect on the same host, and no other", async () => {
  await using webhook = new AlertWebhook();
  await using other = new AlertWebhook();
  const to = (Location: string) => new Response(null, { status: 307, headers: { Location } });
  webhook.answer = ({ path }) => path === "/new" ? new Response() : to("/new");
  assertEquals(await deliver(webhook.url), { kind: "delivered" });
  webhook.answer = () => to(`http://localhost:${other.port}/`);
  const away = { kind: "failed", reason: "status 307", retryAfter: null } as const;
  assertEquals(await deliver(webhook.url), away);
  webhook.answer = () => to("/again");
  assertEquals(await deliver(webhook.url), away);
  assertEquals(other.received, []);
});

Deno.test("Webhook.deliver() names a host that does not answer, not the secret in its URL", async () => {
  const webhook = new AlertWebhook(freePort());
  const { url } = webhook;
  await webhook[Symbol.asyncDispose]();
  const delivery = await deliver(url);
  assertEquals(delivery.kind, "failed");
  assert(!JSON.stringify(delivery).includes("s3cret"), JSON.stringify(delivery));
});

/** A destination that answers as a list says, and then takes all. */
class Scripted implements Destination {
  readonly id = "x";
  readonly label = "a destination";
  readonly maxTries: number;
  readonly tried: string[] = [];
  readonly #script: Delivery[];

  constructor(script: Delivery[], maxTries = Infinity) {
    this.#script = script;
    this.maxTries = maxTries;
  }

  deliver({ id }: { id: string }): Promise<Delivery> {
    this.tried.push(id);
    return Promise.resolve(this.#script.shift() ?? { kind: "delivered" });
  }
}

const FAILED: Delivery = { kind: "failed", reason: "no answer", retryAfter: null };

Deno.test("Courier delivers in order, tries again what has failed, and says so once", async () => {
  const { log, messages } = messageLog();
  const spool = await Spool.open(null, log);
  const destination = new Scripted([FAILED, { kind: "delivered" }, {
    kind: "refused",
    reason: "no",
  }]);
  const courier = new Courier(destination, spool, log, () => 1);
  for (const id of ["1", "2", "3"]) spool.add(sampleNotice(id), ["x"]);
  courier.wake();
  courier.wake();
  await courier.idle();
  assertEquals(destination.tried, ["1", "1", "2", "3"]);
  assertEquals([spool.next("x"), messages.length], [null, 3]);
  assertStringIncludes(messages[0] ?? "", "Cannot deliver alerts, retrying");
  assertStringIncludes(messages[1] ?? "", "Alerts are delivered again");
  assertStringIncludes(messages[2] ?? "", "Cannot deliver an alert, it is dropped");
});

Deno.test("Courier drops a notice after as many tries as its destination has", async () => {
  const { log } = messageLog();
  const spool = await Spool.open(null, log);
  const destination = new Scripted([FAILED, FAILED], 2);
  const courier = new Courier(destination, spool, log, () => 1);
  for (const id of ["1", "2"]) spool.add(sampleNotice(id), ["x"]);
  courier.wake();
  await courier.idle();
  assertEquals(destination.tried, ["1", "1", "2"]);
});

Deno.test("Courier.stop() ends a wait as long as Retry-After asks, and leaves the rest in the spool", async () => {
  const { log } = messageLog();
  const spool = await Spool.open(null, log);
  const destination = new Scripted([{ ...FAILED, retryAfter: 3_000_000 }]);
  const courier = new Courier(destination, spool, log);
  spool.add(sampleNotice("1"), ["x"]);
  courier.wake();
  await until("it was tried", () => destination.tried.length === 1);
  await courier.stop();
  assertEquals([destination.tried, spool.next("x")?.id], [["1"], "1"]);
});

async function run(command: string, args = "", timeout?: number): Promise<Delivery> {
  const path = await Deno.makeTempFile({ suffix: ".sh" });
  try {
    await Deno.writeTextFile(path, command);
    return await new AlertCommand(`sh ${path} ${args}`, timeout).deliver(
      sampleNotice("id-1"),
      NEVER,
    );
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("AlertCommand gives the alert on standard input and in variables", async () => {
  const out = await Deno.makeTempFile();
  const script = `{ cat; echo "$SLUICE_ALERT_STATE $SLUICE_ALERT_KEY $2"; } > "$1"`;
  assertEquals(await run(script, `${out} last`), { kind: "delivered" });
  const [given = "", said] = (await Deno.readTextFile(out)).split("\n");
  await Deno.remove(out);
  assertEquals(JSON.parse(given), sampleNotice("id-1"));
  assertEquals(said, "firing backend_down:app/10.0.0.1:80 last");
});

Deno.test("AlertCommand says why a program has failed, and does not mind one that reads nothing", async () => {
  assertEquals(await run("exit 0"), { kind: "delivered" });
  const reason = "exit code 3: no pager";
  assertEquals(await run("echo no pager >&2; exit 3"), {
    kind: "failed",
    reason,
    retryAfter: null,
  });
  const missing = await new AlertCommand("/nowhere/x").deliver(sampleNotice(), NEVER);
  assertEquals(missing, { kind: "failed", reason: "no such program", retryAfter: null });
});

Deno.test("AlertCommand kills a program that runs too long, and does not wait for what it has started", async () => {
  // Far longer than the program takes to say something.
  const reason = "killed after 3 s: waiting";
  const delivery = await run("echo waiting >&2; sleep 60; true", "", 3000);
  assertEquals(delivery, { kind: "failed", reason, retryAfter: null });
});
