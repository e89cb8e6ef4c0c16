import { assertEquals } from "@std/assert";
import { alertArgs, AlertWebhook, harm, stop } from "../../helpers/alert_webhook.ts";
import { TROUBLE } from "../../helpers/handlers.ts";
import { startServer } from "../../helpers/server.ts";

Deno.test("workers that crash again and again are a crash loop, told once and resolved once", async () => {
  await using webhook = new AlertWebhook();
  const args = ["--mode", "pooled", "--workers", "2", ...TROUBLE];
  await using server = await startServer([...args, ...alertArgs(webhook)]);
  for (let crashes = 0; crashes < 6; crashes++) await harm(server, "throw");
  const alert = await webhook.takes("firing", "crash_loop");
  assertEquals(alert.severity, "critical");
  await webhook.takes("resolved", "crash_loop", 60_000);
  await stop(server);
  const told = ["firing crash_loop", "resolved crash_loop"];
  assertEquals(webhook.told("crash_loop"), told);
  const crashed = webhook.alerts.filter(({ rule }) => rule === "worker_crashed");
  assertEquals(crashed.map(({ state, count }) => [state, state === "resolved" ? count : 0]), [
    ["firing", 0],
    ["resolved", 6],
  ]);
});
