import { assert, assertEquals, assertRejects } from "@std/assert";
import { every, everyAfterInput, later, sleep } from "../../src/base/timers.ts";
import { within } from "../../src/base/within.ts";
import { until } from "../helpers/until.ts";

const TIMERS_URL = import.meta.resolve("../../src/base/timers.ts");

/** As in a server: reports uncaught errors, and goes on. */
function catchStrayErrors(): Disposable & { readonly messages: string[] } {
  const messages: string[] = [];
  const keep = (event: ErrorEvent) => {
    event.preventDefault();
    messages.push(event.message);
  };
  globalThis.addEventListener("error", keep);
  return { messages, [Symbol.dispose]: () => globalThis.removeEventListener("error", keep) };
}

for (const part of ["begin", "act"] as const) {
  Deno.test(`everyAfterInput() goes on after an exception of ${part}()`, async () => {
    using stray = catchStrayErrors();
    let calls = 0;
    const stop = everyAfterInput(5, {
      sources: () => 0,
      act() {},
      [part]() {
        if (++calls === 1) throw new Error("Once");
      },
    });
    using _ = { [Symbol.dispose]: stop };
    await until("it is called again", () => calls > 1);
    assertEquals(stray.messages, ["Uncaught Error: Once"]);
  });
}

Deno.test("timers of a thread report an exception, and go on", async () => {
  const source = `
    import { every, everyAfterInput, later } from ${JSON.stringify(TIMERS_URL)};
    globalThis.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      postMessage(event.reason.message);
    });
    const failing = (name) => {
      let calls = 0;
      return () => {
        if (++calls === 1) throw new Error(name + " fails");
        if (calls === 2) postMessage(name + " goes on");
      };
    };
    later(5, () => postMessage("later"));
    later(5, () => postMessage("stopped"))();
    every(5, failing("every"));
    everyAfterInput(5, { sources: () => 0, act: failing("everyAfterInput") });`;
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  const worker = new Worker(url, { type: "module" });
  const said: string[] = [];
  worker.onmessage = ({ data }) => said.push(data);
  using _ = { [Symbol.dispose]: () => worker.terminate() };
  for (const name of ["every", "everyAfterInput"]) {
    await until(`${name} goes on`, () => said.includes(`${name} goes on`));
    assertEquals(said.filter((text) => text === `${name} fails`).length, 1);
  }
  await until("later() has called", () => said.includes("later"));
  assertEquals(said.filter((text) => text === "later").length, 1);
  assert(!said.includes("stopped"));
});

Deno.test("timers of the main thread do without what a handler has replaced", async () => {
  const names = ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] as const;
  const originals = names.map((name) => globalThis[name]);
  for (const name of names) Object.assign(globalThis, { [name]: () => assert(false, name) });
  try {
    await sleep(1);
    await assertRejects(
      () => within(1, new Promise(() => {}), () => new Error("late")),
      Error,
      "late",
    );
    for (const timer of [later, every, afterInput]) {
      await new Promise<void>((resolve) => {
        const stop = timer(1, () => {
          stop();
          resolve();
        });
      });
    }
  } finally {
    names.forEach((name, i) => Object.assign(globalThis, { [name]: originals[i] }));
  }
});

function afterInput(milliseconds: number, act: () => void): () => void {
  return everyAfterInput(milliseconds, { sources: () => 0, act });
}
