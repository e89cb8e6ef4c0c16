/** The commands of the dashboard in a browser. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { ConnectionStatus } from "../../../src/ops/admin/command.ts";
import { busyBackend, busyStatus, busyUpstream } from "../../helpers/busy_status.ts";
import { openDashboard, says } from "../../helpers/dashboard_page.ts";
import { DashboardServer } from "../../helpers/dashboard_server.ts";
import { testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

const JSON_TYPE = "application/json";

/** The buttons of the server: what is asked, sent, answered and said. */
const BUTTONS = [
  ["reload", "Reload the server?", "/reload", {}, { generation: 3 }, "generation 3 serves"],
  [
    "fewer",
    "One lane fewer?",
    "/scale",
    { by: -1 },
    { before: 2, now: 1 },
    "At most 1 lane; before, 2",
  ],
  [
    "more",
    "One lane more?",
    "/scale",
    { by: 1 },
    { before: 2, now: 3 },
    "At most 3 lanes; before, 2",
  ],
  ["level", "Change the log level?", "/log-level", { level: "info" }, {}, "has changed"],
  ["drain", "Drain the server?", "/drain", {}, {}, "The server drains"],
] as const;

const CONNECTION: ConnectionStatus = {
  ...{ id: "1-9f", lane: 1, peer: "127.0.0.1:40000", age_s: 75, phase: "serving", phase_s: 3 },
  ...{ bytes_in: 2048, bytes_out: 3_145_728, requests: 17, request: "GET /slow" },
  upstream: { group: "app", address: "127.0.0.1:9001" },
};

async function watch(
  use: (page: Page, server: DashboardServer) => Promise<void>,
  mayBeAway = false,
): Promise<void> {
  await using server = new DashboardServer();
  await openDashboard(server.port, { mayBeAway }, async (page) => {
    await says(page, "#facts", "forked");
    await use(page, server);
  });
}

testWith(
  "chromium",
  "the dashboard sends a command once it is confirmed, and says what came of it",
  async () => {
    await watch(async (page, server) => {
      for (const [id, question, path, body, answer, result] of BUTTONS) {
        server.answer = { status: 200, body: answer };
        server.commands.length = 0;
        await page.locator(`#${id}`).click();
        await says(page, "#ask-title", question);
        await page.getByRole("button", { name: "Cancel" }).click();
        assert(await page.locator("#ask").isHidden());
        await page.locator(`#${id}`).click();
        await page.locator("#ask-action").click();
        await says(page, "#result", result);
        assertEquals(server.commands, [{ path, contentType: JSON_TYPE, body }]);
      }
    });
  },
);

testWith("chromium", "the dashboard says why a command was refused", async () => {
  await watch(async (page, server) => {
    server.answer = { status: 409, body: { error: "Cannot reload: the server drains" } };
    await page.locator("#reload").click();
    await page.locator("#ask-action").click();
    await says(page, "#result", "Cannot reload: the server drains");
    assertEquals(await page.locator("#result").getAttribute("data-tone"), "bad");
  }, true);
});

testWith("chromium", "the dashboard can be used by keyboard alone", async () => {
  await watch(async (page, server) => {
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focused = () => page.evaluate("document.activeElement.id");
    await press("Tab");
    assertEquals(await focused(), "theme");
    await press("Tab");
    assertEquals(await focused(), "reload");
    const outline = "getComputedStyle(document.activeElement).outlineStyle";
    assertEquals(await page.evaluate(outline), "solid");
    // Escape and the first key in the dialog do nothing; the second one confirms.
    await press("Enter", "Escape");
    assertEquals(await focused(), "reload");
    await press("Enter", "Enter");
    assertEquals([await focused(), server.commands.length], ["reload", 0]);
    server.answer = { status: 200, body: { generation: 2 } };
    await press("Enter", "Tab");
    assertEquals(await focused(), "ask-action");
    await press("Enter");
    await says(page, "#result", "generation 2 serves");
    assertEquals(await focused(), "reload");
    // Snapshots do not take the focus away.
    await page.getByRole("button", { name: "Weight 127.0.0.1:9002" }).focus();
    server.push({ status: busyStatus(1) });
    await says(page, "#facts", "1 min 41 s");
    const label = `document.activeElement.getAttribute("aria-label")`;
    assertEquals(await page.evaluate(label), "Weight 127.0.0.1:9002");
  });
});

testWith(
  "chromium",
  "the dashboard asks again before the browser tells that its dialog has closed",
  async () => {
    await watch(async (page, server) => {
      const asked = async (first: string) => {
        server.commands.length = 0;
        // All in one turn: the browser tells with its next frame that the first dialog has closed.
        await page.evaluate(`for (const id of ["reload", "${first}", "more"]) byId(id).click();
        function byId(id) { return document.getElementById(id); }`);
        await page.evaluate("new Promise(requestAnimationFrame)");
        await says(page, "#ask-title", "One lane more?");
        await page.locator("#ask-action").click();
        await until("it is sent", () => server.commands.some(({ path }) => path === "/scale"));
        return server.commands.map(({ path }) => path);
      };
      server.answer = { status: 200, body: { generation: 2, before: 2, now: 3 } };
      assertEquals(await asked("ask-cancel"), ["/scale"]);
      assertEquals(await asked("ask-action"), ["/reload", "/scale"]);
    });
  },
);

testWith(
  "chromium",
  "the dashboard drains a backend, makes it ready, and changes its weight",
  async () => {
    await watch(async (page, server) => {
      const address = "127.0.0.1:9001";
      const name = "app/2";
      const show = (second: number, state: "up" | "draining") => {
        const backends = [busyBackend({ address, state, weight: 4 })];
        server.push({
          status: busyStatus(second, { upstreams: [busyUpstream({ name, backends })] }),
        });
      };
      const confirm = async (button: string, result: string) => {
        await page.getByRole("button", { name: `${button} ${address}` }).click();
        await page.locator("#ask-action").click();
        await says(page, "#result", result);
      };
      show(1, "up");
      await confirm("Drain", `${address} gets no new clients`);
      show(2, "draining");
      await says(page, "#groups tr[data-tone=warn]", "draining");
      await confirm("Ready", `${address} is no longer drained`);
      await page.getByRole("button", { name: `Weight ${address}` }).click();
      assertEquals(await page.locator("#ask-field input").inputValue(), "4");
      await page.locator("#ask-field input").fill("");
      await page.keyboard.press("Enter");
      assert(await page.locator("#ask").isVisible(), "a weight is required");
      await page.locator("#ask-field input").fill("7");
      await page.keyboard.press("Enter");
      await says(page, "#result", `The weight of ${address} has changed`);
      await page.getByRole("button", { name: `Weight ${address}` }).click();
      await page.locator("#ask-field input").fill("");
      await page.getByRole("button", { name: "As in the settings" }).click();
      await until("it is sent", () => server.commands.length === 4);
      assertEquals(server.commands.map(({ path, body }) => [path, body]), [
        ["/backends/app%2F2", { address, state: "drain" }],
        ["/backends/app%2F2", { address, state: "ready" }],
        ["/backends/app%2F2", { address, weight: 7 }],
        ["/backends/app%2F2", { address, weight: null }],
      ]);
    });
  },
);

testWith(
  "chromium",
  "the dashboard lists open connections while they are looked at, and closes one",
  async () => {
    await watch(async (page, server) => {
      server.connections = { total: 63, connections: [CONNECTION], silent_lanes: [0] };
      assertEquals(server.queries, []);
      await page.locator("#connection-details summary").click();
      await says(
        page,
        "#connection-summary",
        "63 connections, the 1 oldest below; no answer from 1 lane",
      );
      assertEquals(await page.locator("#connection-table tbody tr > *").allInnerTexts(), [
        ...["127.0.0.1:40000", "GET /slow", "serving, 3 s", "1 min 15 s", "1", "17"],
        ...["2 KB", "3 MB", "127.0.0.1:9001", "Close"],
      ]);
      await page.locator("#peer").fill("127.");
      await page.locator("#phase").selectOption("serving");
      await until(
        "it asks for them",
        () => server.queries.includes("?limit=50&peer=127.&phase=serving"),
      );
      const asked = server.queries.length;
      await until("it asks again", () => server.queries.length > asked);
      await page.getByRole("button", { name: "Close 127.0.0.1:40000" }).click();
      await page.locator("#ask-action").click();
      await says(page, "#result", "The connection of 127.0.0.1:40000 is closed");
      assertEquals(server.commands, [{
        path: "/connections/1-9f",
        contentType: JSON_TYPE,
        body: {},
      }]);
      server.connections = { total: 0, connections: [], silent_lanes: [] };
      await says(page, "#connection-table", "There are none that match.");
    });
  },
);

testWith(
  "chromium",
  "the dashboard sends to /login if a command asks for it",
  async () => {
    await watch(async (page, server) => {
      server.isLocked = true;
      await page.locator("#reload").click();
      await page.locator("#ask-action").click();
      await page.waitForURL("**/login");
    }, true);
  },
);
