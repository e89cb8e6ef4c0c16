/** The proxies that Sluice is measured beside: each must do what it is measured for. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  backend,
  haproxyHttp,
  LARGE,
  nginxProxy,
  nodeProxy,
} from "../../tools/bench/http_proxies.ts";
import { type RunningServer, startServer } from "../../tools/bench/servers.ts";
import { checkEcho, growthByWebSockets, webSocketBackend } from "../../tools/bench/websockets.ts";
import { missingTools } from "../helpers/tools.ts";

/** A server that is killed leaves the timer that bounds the reading of its output. */
const TIMERS = { sanitizeOps: false, sanitizeResources: false };
/** The programs of all proxies, and of the backend of large bodies. */
const MISSING = missingTools(["haproxy", "nginx", "node"]);

/** Connections that the proxies have room for. */
const ROOM = 200;

const PROXIES = [
  ["haproxy", (port: number) => haproxyHttp(port, 1)],
  ["nginx", (port: number) => nginxProxy(port, 1)],
  ["node", nodeProxy],
] as const;

/** Registers a test that needs all the programs. */
function testAll(name: string, fn: () => Promise<void>): void {
  const isMissing = MISSING.length > 0;
  const reason = isMissing ? ` (${MISSING.join(", ")} not installed)` : "";
  Deno.test({ name: `${name}${reason}`, ignore: isMissing, ...TIMERS, fn });
}

const urlOf = ({ port }: RunningServer) => `http://127.0.0.1:${port}`;

for (const [name, make] of PROXIES) {
  testAll(`${name} as an HTTP proxy keeps its connection and tells of the client`, async () => {
    const requests: { fields: Headers; port: number }[] = [];
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      ({ headers }, { remoteAddr }) => {
        requests.push({ fields: headers, port: remoteAddr.port });
        return new Response("answer");
      },
    );
    await using proxy = await startServer(make(server.addr.port));
    for (let i = 0; i < 3; i++) {
      assertEquals(await (await fetch(`${urlOf(proxy)}/path`)).text(), "answer");
    }
    assertEquals(new Set(requests.map(({ port }) => port)).size, 1);
    for (const { fields } of requests) {
      assertEquals(fields.get("x-forwarded-for"), "127.0.0.1");
      assertEquals(fields.get("x-forwarded-proto"), "http");
      assertEquals(fields.get("x-forwarded-host"), `127.0.0.1:${proxy.port}`);
      assertNotEquals(fields.get("connection"), "close");
    }
  });

  testAll(`${name} as an HTTP proxy passes large bodies both ways`, async () => {
    await using server = await startServer(backend);
    await using proxy = await startServer(make(server.port));
    const download = await (await fetch(`${urlOf(proxy)}/large`)).bytes();
    assertEquals(download.length, LARGE);
    const upload = await fetch(`${urlOf(proxy)}/upload`, { method: "POST", body: download });
    assertEquals([upload.status, await upload.text()], [200, "Hello, World!"]);
  });

  testAll(`${name} as an HTTP proxy passes WebSockets`, async () => {
    await using server = await startServer(webSocketBackend(2 * ROOM));
    await using proxy = await startServer(make(server.port), ROOM);
    await checkEcho(proxy.port);
    assert(await growthByWebSockets(proxy, 100) < 100 * 1024 ** 2);
  });
}
