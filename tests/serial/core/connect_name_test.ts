import { assert, assertEquals } from "@std/assert";
import { type First, type Outcome, WITH_NAME_SERVER } from "../../helpers/name_client.ts";
import { namespaceObstacle, runWithNames } from "../../helpers/names.ts";
import { testUnless } from "../../helpers/tools.ts";

const PROGRAM = new URL("../../helpers/name_client.ts", import.meta.url).pathname;
const HOSTS = "127.0.0.2 app.test\n127.0.0.3 app.test\n";
const OBSTACLE = await namespaceObstacle();

interface Place {
  /** The text of the hosts file. */
  readonly hosts?: string;
  /** A command that starts a name server. */
  readonly nameServer?: string;
  readonly permissions?: readonly string[];
}

/** Connects to app.test. */
async function connectTo(
  first: First,
  { hosts = HOSTS, nameServer = "", permissions = ["-A"] }: Place = {},
): Promise<Outcome> {
  const args = ["run", "--unstable-net", "--no-check", ...permissions, PROGRAM, first];
  if (nameServer !== "") args.push(WITH_NAME_SERVER);
  return JSON.parse(await runWithNames(hosts, nameServer, [Deno.execPath(), ...args]));
}

testUnless(
  OBSTACLE,
  "connect() tries the next address of a name as soon as one refuses",
  async () => {
    const { result, time } = await connectTo("closed");
    assertEquals(result, "127.0.0.3");
    assert(time < 4000, `it took ${time} ms`);
  },
);

testUnless(
  OBSTACLE,
  "connect() goes on to the next address of a name if one is silent",
  async () => {
    const { result, time } = await connectTo("silent");
    assertEquals(result, "127.0.0.3");
    assert(time >= 240 && time < 5000, `it took ${time} ms`);
  },
);

testUnless(
  OBSTACLE,
  "connect() says that all addresses of a name refuse, or that there is none",
  async () => {
    const { result } = await connectTo("closed", {
      hosts: "127.0.0.4 app.test\n127.0.0.5 app.test\n",
    });
    assertEquals(result, "Cannot connect to app.test:PORT: connection refused");
    const { result: unknown } = await connectTo("closed", { hosts: "" });
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
    const nameServer = "dnsmasq --no-daemon --conf-file=/dev/null --no-hosts --no-resolv " +
      "--listen-address=127.0.0.1 --bind-interfaces --server=/app.test/127.0.0.9 " +
      "--host-record=app.test,127.0.0.3";
    const { result, time } = await connectTo("closed", { hosts: "", nameServer });
    assertEquals(result, "127.0.0.3");
    assert(time < 4000, `it took ${time} ms`);
  },
);

testUnless(OBSTACLE, "connect() needs no more permission than for the name", async () => {
  const permissions = ["--no-prompt", "--allow-net=app.test,127.0.0.2,127.0.0.3,127.0.0.9"];
  const { result } = await connectTo("closed", { permissions });
  assertEquals(result, "127.0.0.3");
});
