import { assertEquals } from "@std/assert";
import { readProbeSettings } from "../../src/settings/probe_options.ts";
import { runMain } from "../helpers/server.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Runs `sluice probe` against an admin port that gives an answer; by the environment or `args`. */
async function probe(
  { status, body }: Answer,
  args: readonly string[] = [],
): Promise<{ code: number; stderr: string; asked: string[] }> {
  const asked: string[] = [];
  await using port = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    asked.push(new URL(url).pathname);
    return new Response(body, { status });
  });
  const env = { SLUICE_ADMIN: `0.0.0.0:${port.addr.port}` };
  const { code, stdout, stderr } = await runMain(["probe", ...args], { env });
  assertEquals(stdout, "");
  return { code, stderr: stderr.replace(String(port.addr.port), "9900"), asked };
}

const REASONS = `{"ready":false,"reasons":[
  {"code":"draining","message":"The server is draining"},
  {"code":"no_lane","message":"No worker is ready"}]}`;

Deno.test("sluice probe exits 0 if the server is ready, which it finds by SLUICE_ADMIN", async () => {
  const { code, stderr, asked } = await probe({ status: 200, body: '{"ready":true}' });
  assertEquals([code, stderr, asked], [0, "", ["/readyz"]]);
});

Deno.test("sluice probe exits 1 and says why it is not ready, or not alive", async () => {
  const prefix = "sluice: The server at 0.0.0.0:9900 is not";
  const draining = await probe({ status: 503, body: REASONS }, ["readyz"]);
  assertEquals(
    [draining.code, draining.stderr],
    [1, `${prefix} ready: The server is draining; No worker is ready\n`],
  );
  // It has a token, and gives no details without it.
  const silent = await probe({ status: 503, body: '{"ready":false}' });
  assertEquals([silent.code, silent.stderr], [1, `${prefix} ready\n`]);
  const hung = await probe({ status: 503, body: '{"status":"hung"}' }, ["livez"]);
  assertEquals(
    [hung.code, hung.stderr, hung.asked],
    [1, `${prefix} alive: its main thread is hung\n`, ["/livez"]],
  );
});

Deno.test("sluice probe exits 78 if something else answers", async () => {
  for (const answer of [{ status: 404, body: "<html>" }, { status: 503, body: "[]" }]) {
    const { code, stderr } = await probe(answer);
    assertEquals([code, stderr], [
      78,
      `sluice: Cannot probe 0.0.0.0:9900: found status ${answer.status} of /readyz, ` +
      "expected the --admin address of a server\n",
    ]);
  }
});

Deno.test("sluice probe exits 1 if nothing answers within --answer-timeout", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const admin = `127.0.0.1:${listener.addr.port}`;
  const args = ["probe", "--admin", admin, "--answer-timeout", "100ms"];
  const { code, stderr } = await runMain(args);
  assertEquals([code, stderr], [
    1,
    `sluice: Cannot reach the admin port ${admin}: no answer within 0.1 s, ` +
    "expected a server with --admin\n",
  ]);
});

Deno.test("sluice probe exits 64 for another question", async () => {
  const { code, stderr } = await runMain(["probe", "alive"]);
  assertEquals([code, stderr], [64, 'sluice: Cannot probe "alive": expected readyz or livez\n']);
});

Deno.test("readProbeSettings() prefers the flag, ignores a blank variable, and has a usual port", () => {
  const adminOf = (flag: string[], variable?: string) =>
    readProbeSettings(flag.length === 0 ? {} : { admin: flag }, variable, "/").admin;
  const tcp = (port: number) => ({ transport: "tcp", hostname: "127.0.0.1", port });
  assertEquals(adminOf(["127.0.0.1:1"], "127.0.0.1:2"), tcp(1));
  assertEquals(adminOf([], "127.0.0.1:2"), tcp(2));
  assertEquals(adminOf([], " "), tcp(9900));
  assertEquals(adminOf([]), tcp(9900));
});
