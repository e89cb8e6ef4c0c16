import { assert, assertEquals } from "@std/assert";
import { type First, type Outcome, WITH_NAME_SERVER } from "../helpers/name_client.ts";
import { namespaceObstacle, runWithNames } from "../helpers/names.ts";
import { testUnless } from "../helpers/tools.ts";

const PROGRAM = new URL("../helpers/name_client.ts", import.meta.url).pathname;
const HOSTS = "127.0.0.2 app.test\n127.0.0.3 app.test\n";
const OBSTACLE = await namespaceObstacle();

/** Connects to app.test, with these files and programs in the background. */
async function connectTo(first: First, hosts: string, background = ""): Promise<Outcome> {
  const args = ["run", "--unstable-net", "-A", "--no-check", PROGRAM, first];
  if (background !== "") args.push(WITH_NAME_SERVER);
  return JSON.parse(await runWithNames(hosts, background, [Deno.execPath(), ...args]));
}

testUnless(
  OBSTACLE,
  "connect() tries the next address of a name as soon as one refuses",
  async () => {
    const { result, time } = await connectTo("closed", HOSTS);
    assertEquals(result, "127.0.0.3");
    assert(time < 2000, `it took ${time} ms`);
  },
);

testUnless(
  OBSTACLE,
  "connect() goes on to the next address of a name if one is silent",
  async () => {
    const { result, time } = await connectTo("silent", HOSTS);
    assertEquals(result, "127.0.0.3");
    assert(time >= 240 && time < 5000, `it took ${time} ms`);
  },
);

testUnless(
  OBSTACLE,
  "connect() says that all addresses of a name refuse, or that there is none",
  async () => {
    const { result } = await connectTo("closed", "127.0.0.4 app.test\n127.0.0.5 app.test\n");
    assertEquals(result, "Cannot connect to app.test:PORT: connection refused");
    const { result: unknown } = await connectTo("closed", "");
    assert(
      unknown.startsWith("Cannot connect to app.test:PORT: failed to lookup address"),
      unknown,
    );
  },
);

testUnless(
  OBSTACLE,
  "connect() does not wait for IPv6 addresses from a name server that is silent about them",
  async () => {
    // Answers for IPv4; questions for IPv6 go to the silent server of the program.
    const dnsmasq = "dnsmasq --no-daemon --conf-file=/dev/null --no-hosts --no-resolv " +
      "--listen-address=127.0.0.1 --bind-interfaces --server=/app.test/127.0.0.9 " +
      "--host-record=app.test,127.0.0.3";
    const { result, time } = await connectTo("closed", "", dnsmasq);
    assertEquals(result, "127.0.0.3");
    assert(time < 2000, `it took ${time} ms`);
  },
);
