import { assertEquals, assertThrows } from "@std/assert";
import { type Address, formatAddress, parseAddress } from "../../src/base/address.ts";
import { ExitError } from "../../src/base/exit.ts";
import type { Inheritance, SocketHolder } from "../../src/core/inherited_sockets.ts";
import { listeningDescriptors } from "../../src/core/listening_sockets.ts";
import { takeOver, withInheritance } from "../../src/server/inheritance.ts";
import { loadSettings } from "../../src/settings/load.ts";
import type { Flags } from "../../src/settings/load.ts";

function address(text: string): Address {
  const found = parseAddress(text);
  if (found === null) throw new Error(`"${text}" is no address`);
  return found;
}

/** What is inherited, with no sockets behind it. */
function inheritance(sockets: Readonly<Record<string, string>>): Inheritance {
  return {
    from: "service manager",
    sockets: Object.entries(sockets).map(([name, text]) => ({
      descriptor: -1,
      address: address(text),
      name,
    })),
  };
}

async function addressesWith(flags: Flags, inherited: Inheritance) {
  const readFile = () => Promise.reject(new Error("There is no file"));
  const loaded = await loadSettings({ flags, environment: {}, readFile, cwd: "/" });
  const { settings, sources } = withInheritance(loaded, inherited);
  return {
    bind: settings.bind.map(formatAddress),
    admin: settings.admin && formatAddress(settings.admin),
    source: sources.bind.detail,
  };
}

Deno.test("without --bind, --host and --port, all inherited sockets but the admin port's are served", async () => {
  const sockets = { a: "127.0.0.1:8001", admin: "127.0.0.1:9900", b: "[::]:8002" };
  assertEquals(await addressesWith({}, inheritance(sockets)), {
    bind: ["127.0.0.1:8001", "[::]:8002"],
    admin: "127.0.0.1:9900",
    source: "the sockets of the service manager",
  });
});

Deno.test("an inherited socket at the address of --admin is the admin port, whatever its name", async () => {
  const sockets = { a: "127.0.0.1:8001", b: "127.0.0.1:9900" };
  const { bind } = await addressesWith({ admin: ["127.0.0.1:9900"] }, inheritance(sockets));
  assertEquals(bind, ["127.0.0.1:8001"]);
});

Deno.test("with a port, the addresses of the settings stay", async () => {
  const { bind } = await addressesWith({ port: ["8000"] }, inheritance({ a: "127.0.0.1:8000" }));
  assertEquals(bind, []);
});

/** Sockets are taken over for the life of the process. */
const FOR_GOOD = { sanitizeResources: false };

/** Takes over a listening socket of this process as one that was inherited. */
function takeOverFrom(from: SocketHolder, { addr }: Deno.TcpListener, wanted: readonly string[]) {
  const { hostname, port } = addr;
  const socket: Address = { transport: "tcp", hostname, port };
  const descriptor = listeningDescriptors(socket)[0] ?? -1;
  const sockets = [{ descriptor, address: socket, name: "web" }];
  return takeOver({ from, sockets }, wanted.map(address), null);
}

Deno.test(
  "a socket stands for the same address however that is written, and another is bound",
  FOR_GOOD,
  () => {
    using listener = Deno.listen({ hostname: "::1", port: 0 });
    const { port } = listener.addr;
    const wanted = [`[0:0:0:0:0:0:0:1]:${port}`, "127.0.0.1:1"];
    const inherited = takeOverFrom("service manager", listener, wanted);
    const found = wanted.map((text) => inherited.of(address(text))?.address ?? null);
    assertEquals(found.map((one) => one && formatAddress(one)), [`[::1]:${port}`, null]);
  },
);

Deno.test("a socket of the parent stands for the port that the system has chosen", FOR_GOOD, () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const inherited = takeOverFrom("parent", listener, ["127.0.0.1:0"]);
  assertEquals(inherited.of(address("127.0.0.1:0"))?.address, inherited.lanes[0]?.address);
});

Deno.test("a socket that stands for no address is named", () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  for (const from of ["service manager", "parent"] as const) {
    const expected = `nothing is served on "127.0.0.1:${listener.addr.port}", called "web",`;
    assertThrows(() => takeOverFrom(from, listener, ["127.0.0.1:1"]), ExitError, expected);
  }
});
