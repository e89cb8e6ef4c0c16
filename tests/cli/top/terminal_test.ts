/** `sluice top` in a terminal. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { AdminPort } from "../../helpers/admin_port.ts";
import { sampleLane, sampleStatus } from "../../helpers/sample_status.ts";
import { SERVER } from "../../helpers/server.ts";
import { Terminal } from "../../helpers/terminal.ts";
import { testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

const SIZE = { columns: 90, rows: 24 };

function openTop(port: AdminPort, ...args: readonly string[]): Terminal {
  return new Terminal([...SERVER, "top", "--admin", port.address, ...args], SIZE);
}

/** What the terminal got after the program: the cursor is back, keys are shown, lines are edited. */
function assertRestored({ text }: Terminal): void {
  const end = text.slice(text.lastIndexOf("\x1b[?1049l"));
  assert(text.includes("\x1b[?1049h"), "it has taken the terminal");
  assert(text.includes("\x1b[?25h\x1b[?1049l"), "the cursor is shown again");
  assert(!/-icanon|-echo\b/.test(end), `the terminal is as before: ${end}`);
}

testWith(
  "script",
  "sluice top shows the server in place, obeys keys, and restores the terminal",
  async () => {
    await using port = AdminPort.start();
    port.status = sampleStatus({
      lanes: [sampleLane({ lane: 0, busy: 0.1 }), sampleLane({ lane: 1, busy: 0.5 })],
    });
    await using terminal = openTop(port);
    await terminal.shows("http in pooled mode on 127.0.0.1:8000");
    await terminal.shows("serving, ready, process 17, up 1 m 0 s, generation 0");
    await terminal.shows("*LANE");
    await terminal.shows("h help  s sort");
    const lanes = () =>
      terminal.rows.filter((row) => /^ *\d+ +ready/.test(row)).map(Number.parseFloat);
    assertEquals(lanes(), [0, 1]);
    await terminal.type("s");
    await terminal.shows("*BUSY");
    await until("the busiest is first", () => lanes()[0] === 1);
    port.tell("record", {
      number: 1,
      time: "2026-01-31T12:00:00.000Z",
      level: "warning",
      message: "Backend down",
      attributes: { "sluice.upstream.group": "api" },
    });
    await terminal.shows("12:00:00 Backend down group=api");
    await terminal.type("h");
    await terminal.shows("adds a lane");
    await terminal.type("h");
    await terminal.shows("Backend down");
    await terminal.type("r");
    await terminal.shows("Reload the server? y/n");
    await terminal.type("n");
    await terminal.shows("Not reloaded");
    await terminal.type("ry");
    await terminal.shows("Reloaded: generation 7");
    await terminal.type("+");
    await terminal.shows("At most 3 lanes, not 2");
    assertEquals(
      port.asked.filter(({ method }) => method === "POST").map(({ path, body }) => path + body),
      ["/reload", '/scale{"by":1}'],
    );
    await terminal.type("q");
    assertEquals(await terminal.exited(), 0);
    await until("the terminal has told its state", () => /exit=0\s+speed/.test(terminal.text));
    assertRestored(terminal);
  },
);

testWith(
  "script",
  "sluice top waits for a server that restarts, and follows the new size of the terminal",
  async () => {
    await using port = AdminPort.start();
    await using terminal = openTop(port);
    await terminal.shows("process 17");
    await port.stop();
    await terminal.shows("Waiting for the server, gone for ");
    port.status = sampleStatus({ pid: 18 });
    await port.restart();
    await terminal.shows("process 18");
    await until("it waits no more", () => !terminal.rows.some((row) => row.includes("Waiting")));
    const resize = ["-F", terminal.device, "cols", "40", "rows", "10"];
    assert((await new Deno.Command("stty", { args: resize }).output()).success);
    const before = terminal.text.length;
    await until("it is drawn with 10 rows", () => {
      const drawn = terminal.text.slice(before);
      return drawn.includes("\x1b[10;1H") &&
        !drawn.slice(drawn.lastIndexOf("\x1b[1;1H")).includes("[11;");
    });
    await until("rows are cut", () => terminal.rows.slice(0, 10).every((row) => row.length <= 40));
  },
);

testWith(
  "script",
  "sluice top restores the terminal when a signal or an error ends it",
  async () => {
    await using port = AdminPort.start();
    await using terminal = openTop(port);
    await terminal.shows("process 17");
    await terminal.type("\x03");
    assertEquals(await terminal.exited(), 130);
    await until("the terminal has told its state", () => /exit=130\s+speed/.test(terminal.text));
    assertRestored(terminal);
    await using other = openTop(port);
    await other.shows("process 17");
    port.token = "secret";
    await port.restart();
    assertEquals(await other.exited(), 77);
    assertMatch(other.text, /1049lsluice: Cannot read the status of .*: the token is missing/);
    assertRestored(other);
  },
);

testWith(
  "script",
  "sluice top --count ends after so many refreshes, and writes no colours with NO_COLOR",
  async () => {
    await using port = AdminPort.start();
    const args = ["top", "--admin", port.address, "--interval", "100ms", "--count", "2"];
    await using terminal = new Terminal([...SERVER, ...args], SIZE, { NO_COLOR: "1" });
    await terminal.shows("process 17");
    port.tellStatus();
    const telling = setInterval(() => port.tellStatus(), 100);
    try {
      assertEquals(await terminal.exited(), 0);
    } finally {
      clearInterval(telling);
    }
    // deno-lint-ignore no-control-regex
    assertEquals(terminal.text.match(/\x1b\[[1-9]\d?m/), null);
  },
);

testWith("script", "sluice top gives the terminal back while it is suspended", async () => {
  await using port = AdminPort.start();
  const shell = ["bash", "-c", 'set -m; "$@"; echo suspended; stty; fg', "bash"];
  const command = [...shell, ...SERVER, "top", "--admin", port.address];
  await using terminal = new Terminal(command, SIZE);
  await terminal.shows("process 17");
  await terminal.type("\x1a");
  await until("the shell goes on", () => terminal.text.includes("suspended"));
  const [before = "", after = ""] = terminal.text.split("suspended");
  assert(before.includes("\x1b[?25h\x1b[?1049l"), "the cursor is shown again");
  await until("it is there again", () => terminal.text.lastIndexOf("\x1b[?1049h") > before.length);
  assert(!/-icanon|-echo\b/.test(after.split("\x1b")[0] ?? ""), after);
  const drawn = () => terminal.text.slice(terminal.text.lastIndexOf("\x1b[?1049h"));
  await until("it is drawn again", () => drawn().includes("process 17"));
  await terminal.type("q");
  assertEquals(await terminal.exited(), 0);
});
