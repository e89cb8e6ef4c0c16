import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { type Address, parseAddress } from "../../src/base/address.ts";
import { AdminClient } from "../../src/cli/admin_client.ts";
import { askStatus } from "../../src/cli/status.ts";
import { statusText } from "../../src/cli/status_text.ts";
import { AdminPort } from "../helpers/admin_port.ts";
import { runMain } from "../helpers/server.ts";

function addressOf(port: AdminPort): Address {
  const address = parseAddress(port.address);
  if (address === null) throw new Error("There is no address");
  return address;
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-admin-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function refusal(act: () => Promise<unknown>): Promise<[code: number, message: string]> {
  const error: ExitError = await assertRejects(act, ExitError);
  return [error.exitCode, error.message];
}

Deno.test("askStatus() shows the status of a server on a port or a Unix socket, and sends the token", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/token`, "0123456789abcdef\n");
    for (const path of [undefined, `${folder}/admin.sock`]) {
      await using port = AdminPort.start(path);
      port.token = "0123456789abcdef";
      const reach = { admin: addressOf(port), adminTokenFile: `${folder}/token` };
      assertEquals(await askStatus(reach), { text: statusText(port.status), exitCode: 0 });
      const withoutToken = () => askStatus({ ...reach, adminTokenFile: null });
      const [code, message] = await refusal(withoutToken);
      assertEquals(code, 77);
      assertEquals(
        message,
        `Cannot read the status of ${port.address}: the token is missing or wrong, ` +
          "expected --admin-token-file",
      );
    }
  }));

Deno.test("askStatus() says why the server cannot be reached, or what else answers", () =>
  inFolder(async (folder) => {
    const port = AdminPort.start();
    const admin = addressOf(port);
    port.status = { ...port.status, mode: 5 as unknown as string };
    const reach = { admin, adminTokenFile: null };
    assertEquals(await refusal(() => askStatus(reach)), [
      78,
      `Cannot read the status of ${port.address}: found 5 in mode, expected a string`,
    ]);
    const name = port.address;
    await port.stop();
    assertEquals(await refusal(() => askStatus(reach)), [
      1,
      `Cannot reach the admin port ${name}: connection refused, expected a server with --admin`,
    ]);
    const nowhere = { transport: "unix", path: `${folder}/x.sock` } as const;
    assertEquals(await refusal(() => askStatus({ ...reach, admin: nowhere })), [
      1,
      `Cannot reach the admin port unix:${folder}/x.sock: no such file or directory, ` +
      "expected a server with --admin",
    ]);
    await using other = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response("<html>", { status: 404 }),
    );
    const elsewhere = { transport: "tcp", hostname: "127.0.0.1", port: other.addr.port } as const;
    assertEquals(await refusal(() => askStatus({ ...reach, admin: elsewhere })), [
      78,
      `Cannot read the status of 127.0.0.1:${other.addr.port}: found status 404, ` +
      "expected the --admin address of a server",
    ]);
  }));

Deno.test("AdminClient.open() refuses a token file without a token", () =>
  inFolder(async (folder) => {
    const path = `${folder}/token`;
    const admin = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
    const open = () => AdminClient.open({ admin, adminTokenFile: path });
    assertEquals((await refusal(open))[0], 66);
    for (const [text, found] of [["\n", "nothing"], ["a b", "spaces or special characters"]]) {
      await Deno.writeTextFile(path, text ?? "");
      assertEquals(await refusal(open), [
        78,
        `Cannot read the token file ${JSON.stringify(path)}: found ${found}, expected a token`,
      ]);
    }
  }));

Deno.test("AdminClient.events() asks for the kept records, and skips events that it does not know", async () => {
  await using port = AdminPort.start();
  port.records = [
    { number: 4, time: "2026-01-31T12:00:00.000Z", level: "error", message: "x", attributes: {} },
  ];
  using client = await AdminClient.open({ admin: addressOf(port), adminTokenFile: null });
  const end = new AbortController();
  const found: string[] = [];
  for await (const event of client.events(end.signal)) {
    found.push(event.type);
    if (found.length === 2) port.tell("later" as "record", {});
    if (found.length === 2) port.tellStatus();
    if (found.length === 3) break;
  }
  end.abort();
  assertEquals(found, ["record", "snapshot", "snapshot"]);
  assertEquals(port.asked[0]?.headers.get("last-event-id"), "0");
});

Deno.test("AdminClient.command() returns the result, or the error that the server gives", async () => {
  await using port = AdminPort.start();
  using client = await AdminClient.open({ admin: addressOf(port), adminTokenFile: null });
  const { signal } = new AbortController();
  assertEquals(await client.command("/scale", { by: 1 }, signal), {
    ok: true,
    value: { before: 2, now: 3 },
  });
  assertEquals(port.asked[0]?.body, '{"by":1}');
  assertEquals(port.asked[0]?.headers.get("content-type"), "application/json");
  assertEquals(await client.command("/nothing", null, signal), {
    ok: false,
    message: "nothing is at /nothing",
  });
});

Deno.test("sluice status --admin prints what status prints of a file, and refuses both and neither", async () => {
  await using port = AdminPort.start();
  const { code, stdout } = await runMain(["status", "--admin", port.address], {
    // Must not be asked.
    env: { HTTP_PROXY: "http://127.0.0.1:9" },
  });
  assertEquals([code, stdout], [0, statusText(port.status)]);
  // The second one is about the time since the first one.
  assertEquals(port.asked.map(({ path }) => path), ["/status", "/status"]);
  for (const args of [["status"], ["status", "x", "--admin", port.address]]) {
    const { code, stderr } = await runMain(args);
    assertEquals(code, 64);
    assertMatch(stderr, /^sluice: Cannot run status: found (?:neither|both), expected a status /);
  }
});

Deno.test("sluice top prints a status at each interval if standard output is no terminal, across a restart", async () => {
  await using port = AdminPort.start();
  const counting = ["--admin", port.address, "--interval", "100ms"];
  const two = await runMain(["top", ...counting, "--count", "2"]);
  assertEquals(two.code, 0);
  const one = `Time:       ${port.status.time}\n${statusText(port.status)}`;
  assertEquals(two.stdout, `${one}\n${one}`);
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f]/.test(two.stdout));
  const three = runMain(["top", ...counting, "--count", "3"]);
  const before = port.asked.length;
  while (port.asked.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
  await port.restart();
  assertEquals((await three).code, 0);
  await port.stop();
  const gone = await runMain(["top", ...counting]);
  assertEquals(gone.code, 1);
  assertMatch(gone.stderr, /^sluice: Cannot reach the admin port .*: connection refused, /);
});
