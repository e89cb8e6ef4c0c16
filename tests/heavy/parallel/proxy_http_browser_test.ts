/** A real browser behind the balancer: WebSockets and server-sent events. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { startHttpBalancer } from "../../helpers/balancer.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { startServer } from "../../helpers/server.ts";
import { findTool, testWith } from "../../helpers/tools.ts";

const LAUNCH = {
  executablePath: findTool("chromium") ?? "",
  args: ["--no-sandbox"],
};
const WEBSOCKET_PAGE = fileURLToPath(import.meta.resolve("../../handlers/websocket_page.js"));
/** The sizes of its messages, in characters or bytes. */
const SIZES = [0, 5, 100_000];
/** How many events a stream has; the browser connects again after the last one. */
const EVENTS = 5;

testWith(
  "chromium",
  "Chromium talks over a WebSocket through the balancer, and either side closes",
  async () => {
    await using app = await startServer(["--handler", WEBSOCKET_PAGE]);
    await using server = await startHttpBalancer([`127.0.0.1:${app.port}`]);
    const browser = await chromium.launch(LAUNCH);
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.port}/`);
      const areEqual = Array(2 * SIZES.length).fill(true);
      const talk = (who: string) => `talk(${JSON.stringify(SIZES)}, "${who}")`;
      assertEquals(await page.evaluate(talk("client")), [areEqual, [4001, "I am done", true]]);
      assertEquals(await page.evaluate(talk("server")), [areEqual, [1000, "As you like", true]]);
      // The balancer stops with a WebSocket open.
      const closed = page.evaluate(
        `connect().then((socket) => next(socket, "close")).then(({ code, wasClean }) => [code, wasClean])`,
      );
      await page.evaluate("connect().then((socket) => exchange(socket, 'hello'))");
      server.kill("SIGTERM");
      assertEquals(await closed, [1001, true]);
      assertEquals(await server.exited, 0);
    } finally {
      await browser.close();
    }
  },
);

testWith(
  "chromium",
  "Chromium gets server-sent events one by one, and connects again after the last",
  async () => {
    await using handler = await makeHandler(`
    let next = null;
    export default {
      fetch(request) {
        const { pathname } = new URL(request.url);
        if (pathname === "/") {
          return new Response('<!doctype html><link rel="icon" href="data:,">', {
            headers: { "content-type": "text/html" },
          });
        }
        if (pathname === "/next") {
          next();
          return new Response(null, { status: 204 });
        }
        const last = Number(request.headers.get("last-event-id") ?? 0);
        return new Response(new ReadableStream({
          start(controller) {
            let id = last;
            next = () => {
              controller.enqueue(new TextEncoder().encode(\`retry: 10\\nid: \${++id}\\ndata: event \${id}\\n\\n\`));
              if (id % ${EVENTS} === 0) controller.close();
            };
            next();
          },
        }), { headers: { "content-type": "text/event-stream" } });
      },
    };`);
    await using app = await startServer(handler.args);
    await using server = await startHttpBalancer([`127.0.0.1:${app.port}`]);
    const browser = await chromium.launch(LAUNCH);
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.port}/`);
      // The next event is asked for only when the one before has arrived.
      const events = await page.evaluate(`new Promise((resolve) => {
      const events = [];
      const source = new EventSource("/events");
      source.onmessage = ({ data }) => {
        events.push(data);
        if (events.length === ${2 * EVENTS}) {
          source.close();
          resolve(events);
        } else if (events.length % ${EVENTS} !== 0) {
          fetch("/next");
        }
      };
    })`);
      assertEquals(events, Array.from({ length: 2 * EVENTS }, (_, i) => `event ${i + 1}`));
    } finally {
      await browser.close();
    }
  },
);
