import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Client } from "../helpers/client.ts";
import { type ModeUnderTest, testEachPlace } from "../helpers/modes.ts";
import { type LogLine, type Server, startServer } from "../helpers/server.ts";

function startExample({ args }: ModeUnderTest, name: string): Promise<Server> {
  const path = fileURLToPath(import.meta.resolve(`../../examples/${name}`));
  return startServer(args("--handler", path));
}

/** Joins the room under a nickname. */
async function join(server: Server, nick: string): Promise<Client> {
  const client = await Client.connect(server);
  assertMatch(await client.receiveUntil("\n"), /^Welcome, guest-\d+: /);
  assertEquals(await client.ask(`/nick ${nick}`), `You are ${nick}\n`);
  return client;
}

testEachPlace(
  "chat sends each line to all other members, even when it arrives byte by byte",
  async (mode) => {
    await using server = await startExample(mode, "chat.ts");
    using ada = await join(server, "ada");
    using bob = await join(server, "bob");
    assertMatch(await ada.receiveUntil("\n"), /^\* guest-\d+ has joined\n$/);
    assertMatch(await ada.receiveUntil("\n"), /^\* guest-\d+ is now bob\n$/);
    await ada.sendBytewise("héllo\r\n\nagain\n");
    assertEquals(await bob.receiveText(25), "<ada> héllo\n<ada> again\n");
    await bob.send("\x1b[31mred\x07\n/who\n");
    assertEquals(
      await ada.receiveUntil("\n"),
      "<bob> [31mred\n",
      "control characters are removed",
    );
    assertEquals(
      await bob.receiveUntil("\n"),
      "ada bob\n",
      "a member does not receive its own lines",
    );
    await bob.send("/quit\nnot said\n");
    assertEquals(await bob.receiveAll(), "Goodbye\n");
    assertEquals(await ada.receiveUntil("\n"), "* bob has left\n");
  },
  { memory: "one", clients: 2 },
);

testEachPlace(
  "chat rejects taken and malformed nicknames and unknown commands",
  async (mode) => {
    await using server = await startExample(mode, "chat.ts");
    using _ada = await join(server, "ada");
    using bob = await join(server, "bob");
    for (const line of ["/nick ada", "/nick a b", "/nick", `/nick ${"x".repeat(21)}`, "/dance"]) {
      assertMatch(await bob.ask(line), /^Cannot /, line);
    }
  },
  { memory: "one", clients: 2 },
);

testEachPlace(
  "chat disconnects a member whose line is too long, and tells it why",
  async (mode) => {
    await using server = await startExample(mode, "chat.ts");
    using ada = await join(server, "ada");
    await ada.send("x".repeat(1001));
    assertEquals(await ada.receiveAll(), "Cannot read the line: longer than 1000 characters\n");
  },
);

testEachPlace(
  "chat disconnects a member that never reads, and does not delay the others",
  async (mode) => {
    await using server = await startExample(mode, "chat.ts");
    using _slow = await join(server, "slow");
    using ada = await join(server, "ada");
    using bob = await join(server, "bob");
    await ada.receiveUntil("is now bob\n");
    const batch = `${"x".repeat(993)}\n`.repeat(100);
    const isSlow = (line: LogLine) => line["sluice.connection.ended_by"] === "limit";
    // In lockstep, so that little is ever buffered for bob.
    for (let sent = 0; sent < 200 && !server.log.some(isSlow); sent++) {
      await ada.send(batch);
      assertEquals((await bob.receive(100_000)).length, 100_000);
    }
    const record = await server.logged(isSlow);
    assertEquals(record.message, "Connection closed");
  },
  { memory: "one", clients: 3 },
);

testEachPlace("chat tells its members when the server drains", async (mode) => {
  await using server = await startExample(mode, "chat.ts");
  using ada = await join(server, "ada");
  server.kill("SIGTERM");
  assertEquals(await ada.receiveAll(), "* The server is shutting down\n");
  ada.close();
  assertEquals(await server.exited, 0);
});

/** Sets keys on one connection and gets them on a second one. */
async function setAndGet(server: Server, isFirstOpen: boolean): Promise<void> {
  using one = await Client.connect(server);
  await one.send("SET color deep  blue\nset empty \nGET empty\n");
  assertEquals(await one.receiveUntil("VALUE \n"), "OK\nOK\nVALUE \n");
  if (!isFirstOpen) one.close();
  using two = await Client.connect(server);
  await two.send("GET color\r\nCOUNT\nDEL color\nDEL color\nGET color\nCOUNT");
  await two.end();
  assertEquals(await two.receiveAll(), "VALUE deep  blue\nCOUNT 2\nOK\nNONE\nNONE\nCOUNT 1\n");
}

testEachPlace("kv shares its keys between concurrent clients", async (mode) => {
  await using server = await startExample(mode, "kv.ts");
  await setAndGet(server, true);
}, { memory: "one", clients: 2 });

testEachPlace("kv keeps its keys for later clients", async (mode) => {
  await using server = await startExample(mode, "kv.ts");
  await setAndGet(server, false);
}, { memory: "one" });

testEachPlace("kv explains what is wrong with a command, and continues", async (mode) => {
  await using server = await startExample(mode, "kv.ts");
  using client = await Client.connect(server);
  for (const line of ["", "HELLO", "GET", "GET a b", "SET a", "DEL", "COUNT all"]) {
    assertMatch(await client.ask(line), /^ERROR .*: expected /, line);
  }
});

testEachPlace(
  "kv takes no new keys at its maximum, but still updates and deletes",
  async (mode) => {
    await using server = await startExample(mode, "kv.ts");
    using client = await Client.connect(server);
    const sets = Array.from({ length: 10_000 }, (_, i) => `SET key${i} x\n`).join("");
    await Promise.all([client.send(sets), client.receive("OK\n".length * 10_000)]);
    await client.send("SET one-more x\nSET key0 y\nDEL key1\nSET one-more x\n");
    assertMatch(
      await client.receiveUntil("\n"),
      /^ERROR Cannot set the key: the store is full with 10000 keys/,
    );
    assertEquals(await client.receiveText(9), "OK\nOK\nOK\n");
  },
);

testEachPlace("rot13 rotates letters, leaves everything else, and undoes itself", async (mode) => {
  await using server = await startExample(mode, "rot13.ts");
  using client = await Client.connect(server);
  await client.send("Hello, World! @[`{ é\n");
  assertEquals(await client.receiveText(22), "Uryyb, Jbeyq! @[`{ é\n");
  await client.send("AMNZ amnz\n");
  await client.end();
  assertEquals(await client.receiveAll(), "NZAM nzam\n");
});

testEachPlace("rot13 streams 16 MB", async (mode) => {
  await using server = await startExample(mode, "rot13.ts");
  using client = await Client.connect(server);
  const part = new Uint8Array(1024 * 1024).fill(97);
  const sending = (async () => {
    for (let i = 0; i < 16; i++) await client.send(part);
    await client.end();
  })();
  for (let i = 0; i < 16; i++) {
    const received = await client.receive(part.length);
    assertEquals(received.length, part.length);
    assert(received.every((byte) => byte === 110), "a byte is not rotated");
  }
  await sending;
  assertEquals(await client.receiveAll(), "");
});
