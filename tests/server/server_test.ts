import { assertEquals, assertRejects } from "@std/assert";
import { openLibrary } from "../../src/base/c_library.ts";
import { IPPROTO_TCP } from "../../src/base/socket_numbers.ts";
import { cpuClock } from "../../src/base/cpu_clock.ts";
import { listeningSockets } from "../../src/core/listening_sockets.ts";
import { openAccessLog } from "../../src/log/access_log.ts";
import { Server } from "../../src/server/server.ts";
import type { Settings } from "../../src/settings/options.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { inLogFolder, openLogTo } from "../helpers/log.ts";
import { settingsWith } from "../helpers/settings.ts";

const TCP_USER_TIMEOUT = 18;

// Opens the C library for good, so it must not look like a leak of a test.
cpuClock();

/** Runs a body with a server, whose lane runs on this thread. */
async function withServer(
  given: Partial<Settings>,
  body: (server: Server, settings: Settings) => Promise<void>,
): Promise<void> {
  const settings = await settingsWith({ mode: "async", port: 0, ...given });
  await inLogFolder(async (folder) => {
    const log = await openLogTo(`${folder}/log`);
    await using accessLog = await openAccessLog(settings, log);
    const server = await Server.start(settings, log, accessLog, new AbortController().signal);
    try {
      await body(server, settings);
    } finally {
      await server.stop();
      await log.close();
    }
  });
}

/** The user timeouts of the sockets that listen on the server's port, in milliseconds. */
function userTimeouts({ addresses: [address] }: Server): readonly number[] {
  using library = openLibrary();
  if (library === null) throw new Error("There is no C library");
  if (address?.transport !== "tcp") throw new Error("The server has no TCP address");
  return [
    ...new Set(
      listeningSockets([address.port]).map((socket) => {
        const value = new Int32Array(1);
        const length = new Uint8Array(Int32Array.of(4).buffer);
        library.getsockopt(
          socket,
          IPPROTO_TCP,
          TCP_USER_TIMEOUT,
          new Uint8Array(value.buffer),
          length,
        );
        return value[0] ?? 0;
      }),
    ),
  ];
}

Deno.test({
  name: "a reload sets --write-timeout on the listening sockets, and one that fails does not",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using broken = await makeHandler(`throw new Error("broken");`);
    await withServer({ service: "echo", writeTimeout: 11_000 }, async (server, settings) => {
      assertEquals(userTimeouts(server), [11_000]);
      const failing = { ...settings, handler: broken.path, writeTimeout: 22_000 };
      await assertRejects(() => server.reload(() => Promise.resolve(failing)), Error, "broken");
      assertEquals(userTimeouts(server), [11_000]);
      await server.reload(() => Promise.resolve({ ...settings, writeTimeout: 33_000 }));
      assertEquals(userTimeouts(server), [33_000]);
    });
  },
});
