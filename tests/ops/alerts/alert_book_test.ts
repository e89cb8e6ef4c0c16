import { assertEquals } from "@std/assert";
import type { Alert, Condition } from "../../../src/ops/alerts/alert.ts";
import { AlertBook } from "../../../src/ops/alerts/alert_book.ts";
import type { Rule } from "../../../src/ops/alerts/rule.ts";
import type { Active } from "../../../src/ops/alerts/spool.ts";
import { bounds, readings, sampleAlert } from "../../helpers/alerts.ts";
import { sampleStatus } from "../../helpers/sample_status.ts";

/** A book with one rule, which finds what a test says. */
class BookUnderTest {
  readonly told: string[] = [];
  last: Alert | null = null;
  readonly #book: AlertBook;
  #found: readonly Condition[] = [];

  constructor(rule: Partial<Rule> = {}, active: readonly Active[] = []) {
    const usual = { name: "bad", resolved: "It is over", find: () => [...this.#found] };
    this.#book = new AlertBook([{ ...usual, ...rule }], active, 0);
  }

  /** Looks at a time in seconds. */
  look(time: number, keys: readonly string[], given = {}, events?: number): void {
    const labels = { time: `${time}` };
    const rest = { severity: "warning", summary: "It is bad", labels } as const;
    const counted = events === undefined ? {} : { events: { now: events, before: 4 } };
    this.#found = keys.map((key) => ({ key, ...rest, ...counted }));
    const alerts = this.#book.look(readings([0, sampleStatus()]), bounds(given), time * 1000);
    for (const alert of alerts) {
      this.last = alert;
      this.told.push(`${time} ${alert.state} ${alert.key}`);
    }
  }
}

Deno.test("AlertBook tells a problem once, and once that it has been gone for a while", () => {
  const book = new BookUnderTest();
  for (let time = 0; time < 5; time++) book.look(time, ["a"]);
  for (let time = 5; time < 40; time++) book.look(time, []);
  assertEquals(book.told, ["0 firing a", "20 resolved a"]);
  assertEquals([book.last?.summary, book.last?.labels.time], ["It is over", "0"]);
  assertEquals(book.last?.first, "1970-01-01T00:00:00.000Z");
});

Deno.test("AlertBook tells a problem that comes and goes as one, and counts how often", () => {
  const book = new BookUnderTest();
  for (let time = 0; time < 60; time++) book.look(time, time % 10 < 5 ? ["a"] : []);
  for (let time = 60; time < 80; time++) book.look(time, []);
  assertEquals(book.told, ["0 firing a", "70 resolved a"]);
  assertEquals(book.last?.count, 6);
});

Deno.test("AlertBook counts the events of a condition", () => {
  const book = new BookUnderTest();
  book.look(0, ["a"], {}, 7);
  book.look(1, ["a"], {}, 9);
  book.look(2, []);
  book.look(20, []);
  assertEquals(book.last?.count, 5);
});

Deno.test("AlertBook waits as long as a rule says, without a gap", () => {
  const book = new BookUnderTest({ holdFor: () => 10_000 });
  for (let time = 0; time < 8; time++) book.look(time, ["a"]);
  book.look(8, []);
  for (let time = 9; time < 25; time++) book.look(time, ["a"]);
  assertEquals(book.told, ["19 firing a"]);
});

Deno.test("AlertBook repeats what lasts, and keeps problems apart", () => {
  const book = new BookUnderTest();
  for (let time = 0; time <= 20; time += 5) {
    book.look(time, time < 10 ? ["a", "b"] : ["a"], { repeat: 10_000, clear: 0 });
  }
  assertEquals(book.told, [
    "0 firing a",
    "0 firing b",
    "10 firing a",
    "10 resolved b",
    "20 firing a",
  ]);
});

Deno.test("AlertBook goes on with what another server has told", () => {
  const told = Date.parse("1970-01-01T00:00:00Z");
  const active = ["a", "b"].map((key) => ({ alert: sampleAlert({ key, rule: "bad" }), told }));
  const book = new BookUnderTest({}, active);
  for (let time = 0; time < 30; time++) book.look(time, ["a"]);
  assertEquals(book.told, ["15 resolved b"]);
});

Deno.test("AlertBook wants a problem that keeps coming back to be gone for longer each time", () => {
  const book = new BookUnderTest();
  for (let time = 0; time < 600; time++) book.look(time, time % 40 < 5 && time < 200 ? ["a"] : []);
  assertEquals(book.told, ["0 firing a", "20 resolved a", "40 firing a", "75 resolved a", ...[
    "80 firing a",
    "225 resolved a",
  ]]);
  const calm = new BookUnderTest();
  for (const time of [0, 1000]) {
    calm.look(time, ["a"]);
    calm.look(time + 1, []);
    calm.look(time + 16, []);
  }
  assertEquals(calm.told, ["0 firing a", "16 resolved a", "1000 firing a", "1016 resolved a"]);
});

Deno.test("AlertBook tells ten of very many problems, and that there are others, until none is left", () => {
  const keys = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `k${from + i}`);
  const book = new BookUnderTest();
  book.look(0, keys(0, 1000));
  assertEquals(book.told.length, 10);
  for (const time of [1, 10]) book.look(time, keys(0, 1200));
  assertEquals(book.told.slice(10), ["10 firing bad:others"]);
  assertEquals(book.last?.summary, "1190 more of the same, such as: It is bad");
  book.look(11, keys(9, 1200));
  book.look(26, keys(9, 1200));
  assertEquals(book.told.length, 11 + 9);
  for (const time of [27, 42]) book.look(time, keys(9, 10));
  assertEquals(book.told.at(-1), "42 resolved bad:others");
  assertEquals(book.last?.summary, "None of the others is left");
  book.look(43, keys(9, 12));
  assertEquals(book.told.slice(-2), ["43 firing k10", "43 firing k11"]);
});

Deno.test("AlertBook goes on with what stands for others after a restart", () => {
  const others = sampleAlert({ key: "bad:others", rule: "bad" });
  const book = new BookUnderTest({}, [{ alert: others, told: 0 }]);
  book.look(1, ["a"]);
  book.look(20, ["a"]);
  assertEquals(book.told, []);
  book.look(21, []);
  book.look(40, []);
  assertEquals(book.told, ["40 resolved bad:others"]);
});
