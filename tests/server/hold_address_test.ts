import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Address } from "../../src/base/address.ts";
import { listen, type Listener } from "../../src/core/listener.ts";
import { type Hold, holdAddress } from "../../src/server/hold_address.ts";

const LOCALHOST: Address = { transport: "tcp", hostname: "localhost", port: 0 };

/** Holds addresses, and keeps the listeners that are open. */
function makeHold(): { hold: Hold; open: Set<Listener> } {
  const open = new Set<Listener>();
  const hold: Hold = async (address) => {
    const options = { sharing: "own", takeOver: false, backlog: 1, unixMode: null } as const;
    const listener = await listen(address, options);
    open.add(listener);
    const close = () => {
      listener.close();
      open.delete(listener);
    };
    return { wanted: address, bound: listener.address, close };
  };
  return { hold, open };
}

function portOf(address: Address | undefined): number {
  return address?.transport === "tcp" ? address.port : 0;
}

Deno.test("holdAddress() looks for another port if the one of the first family is taken in the second", async () => {
  const { hold, open } = makeHold();
  const rivals: Deno.Listener[] = [];
  const held = await holdAddress(LOCALHOST, async (address) => {
    const one = await hold(address);
    if (rivals.length === 0) {
      try {
        rivals.push(Deno.listen({ hostname: "::1", port: portOf(one.bound) }));
      } catch (error) { // Somebody else is the rival; then holdAddress() comes here again.
        if (!(error instanceof Deno.errors.AddrInUse)) throw error;
      }
    }
    return one;
  });
  const [four, six] = held.map(({ bound }) => bound);
  assert(portOf(four) > 0);
  assertEquals(six, { transport: "tcp", hostname: "::1", port: portOf(four) });
  assertEquals(open.size, 2);
  held.forEach((one) => one.close());
  rivals.forEach((rival) => rival.close());
});

Deno.test("holdAddress() holds nothing if a port is taken in one family", async () => {
  using rival = Deno.listen({ hostname: "::1", port: 0 });
  const { hold, open } = makeHold();
  const address = { ...LOCALHOST, port: rival.addr.port };
  await assertRejects(() => holdAddress(address, hold), Error, "address in use");
  assertEquals(open.size, 0);
});

Deno.test("holdAddress() fails as the first family if this machine has neither", async () => {
  const { hold } = makeHold();
  // An address of another machine fails as one of a family that is not there.
  const elsewhere: Hold = (address) => hold({ ...address, hostname: "192.0.2.1" } as Address);
  await assertRejects(() => holdAddress(LOCALHOST, elsewhere), Error, 'Cannot bind "192.0.2.1:0"');
});
