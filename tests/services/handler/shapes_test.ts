/** What the types of handlers accept: `deno check` is the test of most of this. */
import { assert, assertEquals } from "@std/assert";
import { Hono } from "hono";
import {
  defineRoutes,
  type Handler,
  type HttpResponse,
  type Protocol,
  type RouteHandler,
  type ServiceContext,
  type Transport,
} from "../../../src/mod.ts";

interface User {
  readonly id: string;
}
const user: User = { id: "ada" };

/** Fails to compile unless both types are the same. */
function assertType<Expected>(_value: Expected): void {}

class Client implements Protocol {
  connectionMade(transport: Transport): void {
    transport.end();
  }
}

/** Handlers as people write them. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  "a route of each kind of result": {
    routes: {
      "/text": () => "text",
      "/bytes": () => new Uint8Array(1),
      "/nothing": () => {},
      "/object": () => ({ hello: "world" }),
      "/interface": () => user,
      "/interfaces": () => Promise.resolve([user]),
      "/status": () => ({ status: "ok" }),
      "/response": () => ({ status: 201, headers: [["A", "b"]], body: "made" }),
      "/standard": async () => await Promise.resolve(new Response("x")),
      "/params": ({ params, query }, { log, lane, mode }) => {
        log.info("Asked", { lane, mode });
        return `${params["id"]} ${query}`;
      },
    },
  } satisfies Handler,
  "typed routes with hooks": {
    routes: defineRoutes({
      "GET /users/:id": ({ params }, { lane }) => {
        assertType<string>(params.id);
        return { id: params.id.toUpperCase(), lane };
      },
    }),
    start: async ({ dial }) => void await dial("127.0.0.1:1"),
    stop({ log }) {
      log.info("Stopped");
    },
    refusal: "full",
  } satisfies Handler,
  "this in a protocol": {
    protocol({ draining }) {
      return {
        connectionMade(transport) {
          this.transport = transport;
          this.text = draining.aborted ? "bye" : "hello";
        },
        dataReceived(data) {
          this.transport.write(`${this.text} ${data.length}`);
        },
        connectionLost(error) {
          assertType<Error | null>(error);
        },
      };
    },
  } satisfies Handler,
  "a protocol of a class": {
    protocol: (_context: ServiceContext) => new Client(),
  } satisfies Handler,
  "a stream": {
    async serve(connection, { shared }) {
      await shared("count", 8);
      for (let line; (line = await connection.readLine(100)) !== null;) {
        await connection.write(line);
      }
    },
  } satisfies Handler,
  "lines without types": {
    framing: { type: "lines" },
    handle: (line, { lane }) => `${line.toUpperCase()} ${lane}`,
  } satisfies Handler,
  "lines without answers": {
    framing: { type: "lines" },
    async handle(line: string, { log }) {
      await Promise.resolve();
      log.info(line);
    },
  } satisfies Handler,
  "bytes": {
    framing: { type: "length", bytes: 4 },
    handle: (request: Uint8Array) => request,
  } satisfies Handler,
  "fetch": {
    fetch: (request, { context, remoteAddr }) =>
      Response.json([request.url, remoteAddr, context.mode]),
  } satisfies Handler,
  "an application of Hono": new Hono() satisfies Handler,
  "an application of Hono with hooks": { fetch: new Hono().fetch, start() {} } satisfies Handler,
};

Deno.test("Handler accepts handlers as people write them", () => {
  assertEquals(Object.keys(HANDLERS).length, 11);
});

Deno.test("defineRoutes() types parameters by the path, and returns the table", () => {
  const byId: RouteHandler<{ id: string }> = ({ params }) => params.id;
  const table = {
    "GET /": ({ params }: { params: object }) => params,
    "GET /users/:id": byId,
  };
  assert(defineRoutes(table) as unknown === table);
  defineRoutes({
    "GET /users/:id/books/:book": ({ params }) => {
      assertType<string>(params.book);
      // @ts-expect-error The path has no such parameter.
      return params.name;
    },
    "/users/:id?": ({ params }) => {
      assertType<string | undefined>(params.id);
      // @ts-expect-error It may be missing.
      assertType<string>(params.id);
    },
    "GET /files/**:path": ({ params }) => params.path,
    "GET /tags/:tag(\\d+)": ({ params }): HttpResponse => ({ body: params.tag }),
    // @ts-expect-error A number is not a result.
    "GET /number": () => 1,
  });
  // @ts-expect-error A handler of other parameters.
  defineRoutes({ "GET /users/:name": byId });
});
