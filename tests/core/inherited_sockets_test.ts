import { assertEquals, assertThrows } from "@std/assert";
import { type Address, formatAddress } from "../../src/base/address.ts";
import { ExitError } from "../../src/base/exit.ts";
import {
  inheritsSockets,
  PARENT_VARIABLE,
  takeInheritedSockets,
} from "../../src/core/inherited_sockets.ts";
import { listeningDescriptors } from "../../src/core/listening_sockets.ts";

/** Says in the environment that the process has descriptors from a parent. */
function claim(sockets: readonly number[], parent = Deno.ppid): void {
  Deno.env.set(PARENT_VARIABLE, JSON.stringify({ parent, sockets }));
}

function descriptorOf(listener: Deno.Listener): number {
  return listeningDescriptors(listener.addr as Address)[0] ?? -1;
}

Deno.test("takeInheritedSockets() finds the sockets of a parent once, in its order, with their addresses", async () => {
  const folder = await Deno.makeTempDir();
  using four = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using six = Deno.listen({ hostname: "::1", port: 0 });
  using unix = Deno.listen({ transport: "unix", path: `${folder}/s` });
  using abstract = Deno.listen({ transport: "unix", path: `\0${folder}` });
  const descriptors = [unix, six, four].map(descriptorOf);
  descriptors.push(listeningDescriptors({ transport: "unix", path: `@${folder}` })[0] ?? -1);
  assertEquals(abstract.addr.path, `\0${folder}`);
  claim(descriptors);
  const inheritance = takeInheritedSockets();
  assertEquals(inheritance?.from, "parent");
  assertEquals(inheritance?.sockets.map(({ descriptor }) => descriptor), descriptors);
  assertEquals(inheritance?.sockets.map(({ address }) => formatAddress(address)), [
    `unix:${folder}/s`,
    `[::1]:${six.addr.port}`,
    `127.0.0.1:${four.addr.port}`,
    `unix:@${folder}`,
  ]);
  assertEquals([inheritsSockets(), takeInheritedSockets()], [false, null]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("takeInheritedSockets() does not believe what was meant for another process", () => {
  // Not a parent of any process: others that start meanwhile inherit the variable.
  claim([0], 1 << 22);
  assertEquals(takeInheritedSockets(), null);
  Deno.env.delete(PARENT_VARIABLE);
});

Deno.test("takeInheritedSockets() refuses a descriptor that is no listening stream socket", () => {
  const path = Deno.makeTempFileSync();
  using _file = Deno.openSync(path);
  const cases = [
    { descriptor: 100_000, expected: "is not open" },
    { descriptor: fileDescriptor(path), expected: "is no socket" },
  ];
  for (const { descriptor, expected } of cases) {
    claim([descriptor]);
    const error = assertThrows(() => takeInheritedSockets(), ExitError, expected);
    assertEquals(error.exitCode, 78);
  }
  Deno.removeSync(path);
});

/** A descriptor of an open file. */
function fileDescriptor(path: string): number {
  const folder = "/proc/self/fd";
  for (const { name } of Deno.readDirSync(folder)) {
    try {
      if (Deno.readLinkSync(`${folder}/${name}`) === path) return Number(name);
    } catch { // It is closed by now.
    }
  }
  return -1;
}
