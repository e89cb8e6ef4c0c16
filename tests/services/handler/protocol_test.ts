import { assert, assertEquals, assertMatch } from "@std/assert";
import { PeerError } from "../../../src/core/errors.ts";
import type { ConnectionSummary } from "../../../src/core/event.ts";
import {
  MAX_BUFFERED,
  type Protocol,
  serveProtocol,
  type Transport,
} from "../../../src/services/handler/protocol.ts";
import { Client } from "../../helpers/client.ts";
import { serve } from "../../helpers/lane.ts";
import { until } from "../../helpers/until.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A protocol that records its calls. */
function recorder(calls: string[], protocol: Protocol = {}): Protocol {
  return {
    connectionMade: (transport) => {
      calls.push("made");
      return protocol.connectionMade?.(transport);
    },
    dataReceived: (data) => {
      calls.push(`data ${text(data)}`);
      return protocol.dataReceived?.(data);
    },
    connectionLost: (error) => {
      calls.push(`lost ${error?.message ?? null}`);
      return protocol.connectionLost?.(error);
    },
  };
}

Deno.test("Protocol callbacks are called in order, and a promise delays the next", async () => {
  const calls: string[] = [];
  let transport: Transport | undefined;
  const slow = async (what: string) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    calls.push(what);
  };
  const protocol = recorder(calls, {
    connectionMade: (made) => {
      transport = made;
      return slow("made is done");
    },
    dataReceived: async () => {
      await slow("data is done");
      transport?.write("ok");
    },
  });
  await using serving = await serve(serveProtocol(() => protocol));
  using client = await Client.connect(serving);
  for (const data of ["a", "b"]) {
    await client.send(data);
    assertEquals(await client.receiveText(2), "ok");
  }
  await client.end();
  assertEquals(await client.receiveAll(), "");
  await serving.closed(1);
  const order = "made,made is done,data a,data is done,data b,data is done,lost null";
  assertEquals(calls.join(","), order);
});

/** Serves a protocol that acts on the first data; returns all that the client then receives. */
async function act(
  action: (transport: Transport) => void | Promise<void>,
): Promise<{ received: string; calls: string[]; summary: ConnectionSummary }> {
  const calls: string[] = [];
  await using serving = await serve(serveProtocol(() => {
    let transport: Transport;
    return recorder(calls, {
      connectionMade: (made) => void (transport = made),
      dataReceived: () => action(transport),
    });
  }));
  using client = await Client.connect(serving);
  await client.send("go");
  const received = await client.receiveAll().catch(() => "reset");
  client.close();
  const [summary] = await serving.closed(1) as [ConnectionSummary];
  return { received, calls, summary };
}

Deno.test("Transport.end() lets the client read everything, whether called from a callback or elsewhere", async () => {
  const data = "x".repeat(MAX_BUFFERED - 1);
  const ends: ((transport: Transport) => void)[] = [
    (transport) => transport.end(),
    (transport) => void setTimeout(() => transport.end(), 5),
  ];
  for (const end of ends) {
    const { received, calls, summary } = await act((transport) => {
      transport.write(data);
      end(transport);
      queueMicrotask(() => end === ends[0] && transport.write("not sent"));
    });
    assertEquals(received.length, data.length);
    assertEquals(calls, ["made", "data go", "lost null"]);
    assertEquals(summary.endedBy, "server");
    assertEquals(summary.bytesOut, data.length);
  }
});

Deno.test("Transport.end() called from another connection ends only its own", async () => {
  const transports: Transport[] = [];
  const service = serveProtocol(() => ({
    connectionMade: (transport) => {
      transports.push(transport);
      transport.write("+");
    },
    dataReceived: () => {
      transports[0]?.write("bye");
      transports[0]?.end();
    },
  }));
  await using serving = await serve(service);
  using first = await Client.connect(serving);
  assertEquals(await first.receiveText(1), "+");
  using second = await Client.connect(serving);
  await second.send("end the other");
  assertEquals(await first.receiveAll(), "bye");
  first.close();
  const [summary] = await serving.closed(1);
  assertEquals(summary?.id, "0-1");
  assertEquals(summary?.endedBy, "server");
  assertEquals(serving.resources.open, 1);
});

Deno.test("Transport.close() closes at once and is not an error", async () => {
  const { calls, summary } = await act((transport) => transport.close());
  assertEquals(calls, ["made", "data go", "lost null"]);
  assertEquals(summary.endedBy, "server");
});

Deno.test("Transport.write() closes when too much is buffered for a client", async () => {
  const { calls, summary } = await act((transport) => {
    // The kernel accepts nothing in between: all of it is written in one turn of the event loop.
    for (let i = 0; i < 5; i++) transport.write(new Uint8Array(MAX_BUFFERED / 4));
  });
  assertEquals(summary.endedBy, "limit");
  assertMatch(calls.at(-1) ?? "", /^lost .*ended by limit/);
});

Deno.test("Transport.write() closes for a client that never reads, even while a callback is running", async () => {
  const calls: string[] = [];
  let transport: Transport | undefined;
  const service = serveProtocol(() =>
    recorder(calls, {
      connectionMade: (made) => void (transport = made),
      dataReceived: async () => {
        for (let i = 0; i < 200; i++) {
          transport?.write(new Uint8Array(MAX_BUFFERED / 8));
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
      },
    })
  );
  await using serving = await serve(service);
  using client = await Client.connect(serving);
  await client.send("go");
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "limit");
  assertMatch(calls.at(-1) ?? "", /^lost .*ended by limit/);
});

Deno.test("Protocol receives no more data while its client does not read", async () => {
  const calls: string[] = [];
  let transport: Transport | undefined;
  const service = serveProtocol(() =>
    recorder(calls, {
      connectionMade: (made) => void (transport = made),
      dataReceived: () => transport?.write(new Uint8Array(MAX_BUFFERED)),
    })
  );
  const requests = () => calls.filter((call) => call.startsWith("data")).length;
  await using serving = await serve(service);
  using client = await Client.connect(serving);
  // One more answer while another is buffered would exceed the limit and end the connection.
  for (let i = 0; i < 100; i++) {
    const before = requests();
    await client.send("x");
    await until(
      "the protocol receives data or waits",
      () => requests() > before || (transport?.bufferedAmount ?? 0) > 0,
    );
  }
  await client.end();
  let received = 0;
  for (let part; (part = await client.receive(MAX_BUFFERED)).length > 0;) received += part.length;
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "client");
  assertEquals(received, requests() * MAX_BUFFERED);
});

Deno.test("Transport.write() throws for what is neither text nor bytes", async () => {
  for (const data of [undefined, 5, { length: 5 }, new ArrayBuffer(4), new Uint16Array(4)]) {
    const { received, summary } = await act((transport) => {
      transport.write(data as unknown as string);
    });
    assertEquals([received, summary.endedBy], ["", "error"]);
    assert(summary.error?.message.endsWith("expected text or bytes"), summary.error?.message);
  }
});

Deno.test("Protocol that throws ends the connection with an error, passed to connectionLost()", async () => {
  const { calls, summary } = await act(() => {
    throw new Error("boom");
  });
  assertEquals(calls, ["made", "data go", "lost boom"]);
  assertEquals(summary.endedBy, "error");
  assertEquals(summary.error?.message, "boom");
});

Deno.test("Protocol that throws a PeerError sends its answer after what was written before", async () => {
  const { received, calls, summary } = await act((transport) => {
    transport.write("before, ");
    throw new PeerError("Bad data", "sorry");
  });
  assertEquals(received, "before, sorry");
  assertEquals(calls.at(-1), "lost Bad data");
  assertEquals(summary.endedBy, "server");
});

Deno.test("A protocol() that returns no protocol, such as a promise of one, fails the connection", async () => {
  const cases: [made: unknown, kind: string][] = [
    [undefined, "undefined"],
    [null, "null"],
    [Promise.resolve({ dataReceived() {} }), "an instance of Promise"],
    [{}, "a plain object"],
    ["text", "a string"],
  ];
  for (const [made, kind] of cases) {
    await using serving = await serve(serveProtocol(() => made as Protocol));
    using client = await Client.connect(serving);
    await client.receiveAll();
    const [summary] = await serving.closed(1);
    const { error } = summary as ConnectionSummary;
    assertEquals(
      error?.message,
      `Cannot serve: protocol returned ${kind}, expected an object with ` +
        "connectionMade, dataReceived or connectionLost",
    );
  }
});
