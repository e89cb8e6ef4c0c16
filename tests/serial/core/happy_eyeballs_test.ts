import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Race } from "../../../src/core/happy_eyeballs.ts";
import { freePort } from "../../helpers/free_port.ts";
import { listenSilently } from "../../helpers/silent.ts";

/** A race of addresses for one port, which notes the attempts. */
class NotedRace extends Race {
  readonly attempts: string[];

  constructor(port: number) {
    const attempts: string[] = [];
    super((hostname, signal) => {
      attempts.push(hostname);
      return Deno.connect({ hostname, port, signal });
    });
    this.attempts = attempts;
  }
}

/** A server at one of the loopback addresses. */
function listen(hostname: string, port = freePort()) {
  const listener = Deno.listen({ hostname, port });
  return { port: listener.addr.port, listener, [Symbol.dispose]: () => listener.close() };
}

Deno.test("Race tries the next address as soon as one fails", async () => {
  using server = listen("127.0.0.3");
  // It would wait for half a second each time; a busy machine does so now and then.
  let least = Infinity;
  for (let i = 0; i < 5 && least >= 200; i++) {
    const race = new NotedRace(server.port);
    const begun = performance.now();
    race.add(["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"]);
    race.close();
    using socket = await race.result;
    assertEquals(socket.remoteAddr.hostname, "127.0.0.3");
    assertEquals(race.attempts, ["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
    least = Math.min(least, performance.now() - begun);
  }
  assert(least < 200, `it waited for ${least} ms`);
});

Deno.test("Race does not wait longer than a quarter of a second for an address that is silent", async () => {
  using silent = await listenSilently("127.0.0.2");
  using _server = listen("127.0.0.3", silent.port);
  const race = new NotedRace(silent.port);
  const begun = performance.now();
  race.add(["127.0.0.2", "127.0.0.3"]);
  race.close();
  using socket = await race.result;
  assertEquals(socket.remoteAddr.hostname, "127.0.0.3");
  assert(performance.now() - begun >= 240, "it did not give the first address its time");
  assert(performance.now() - begun < 5000, "it waited for the first address");
});

Deno.test("Race lets the families take turns, IPv6 first", async () => {
  const race = new NotedRace(freePort());
  race.add(["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1", "::ffff:127.0.0.9"]);
  race.close();
  await assertRejects(() => race.result, AggregateError);
  assertEquals(race.attempts, ["::1", "127.0.0.1", "::ffff:127.0.0.9", "127.0.0.2", "127.0.0.3"]);
});

Deno.test("Race fails with the error of each address, once all have been tried", async () => {
  const race = new NotedRace(freePort());
  race.add(["127.0.0.1"]);
  race.add(["127.0.0.2"]);
  const failed = assertRejects(() => race.result, AggregateError);
  race.close();
  const { errors } = await failed;
  assertEquals(errors.length, 2);
  for (const error of errors) assertInstanceOf(error, Deno.errors.ConnectionRefused);
});

Deno.test("Race tries what is added while it goes on, and fails without any address", async () => {
  using server = listen("127.0.0.3");
  const race = new NotedRace(server.port);
  race.add([]);
  race.add(["127.0.0.3"]);
  race.close();
  using socket = await race.result;
  assertEquals(socket.remoteAddr.hostname, "127.0.0.3");
  const empty = new NotedRace(server.port);
  assert(empty.isEmpty);
  const failed = assertRejects(() => empty.result, AggregateError);
  empty.close();
  const { errors } = await failed;
  assertEquals(errors, []);
});

Deno.test("Race ends at once when aborted, and cancels its attempts", async () => {
  using silent = await listenSilently();
  const race = new NotedRace(silent.port);
  race.add(["127.0.0.1"]);
  const aborted = assertRejects(() => race.result, Error, "not needed any more");
  race.abort(new Error("not needed any more"));
  await aborted;
  assert(race.over.aborted);
});

Deno.test("Race closes what connects after another has won", async () => {
  using server = listen("127.0.0.1");
  const late = Promise.withResolvers<void>();
  const opened: Deno.TcpConn[] = [];
  const race = new Race(async (hostname) => {
    if (hostname === "::1") await late.promise;
    const socket = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    opened.push(socket);
    return socket;
  });
  race.add(["::1", "127.0.0.1"]);
  race.close();
  using winner = await race.result;
  assertEquals(opened, [winner]);
  const accepted = await server.listener.accept();
  late.resolve();
  using loser = await server.listener.accept();
  assertEquals(await loser.read(new Uint8Array(1)), null);
  accepted.close();
});
