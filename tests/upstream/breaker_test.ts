import { assert, assertEquals } from "@std/assert";
import { Breaker } from "../../src/upstream/breaker.ts";

const START = 1_000_000;
const TIME = 5000;

/** Lets requests pass and end at once, each of which must pass. */
function end(breaker: Breaker, now: number, { ok = 0, failed = 0 }): void {
  for (let i = 0; i < ok; i++) {
    assert(breaker.mayPass(now));
    breaker.succeeded(now, now);
  }
  for (let i = 0; i < failed; i++) {
    assert(breaker.mayPass(now));
    breaker.failed(now, now);
  }
}

/** A breaker that has just opened. */
function opened(): Breaker {
  const breaker = new Breaker({ threshold: 0.5, time: TIME });
  end(breaker, START, { failed: 20 });
  assert(breaker.isOpen);
  return breaker;
}

Deno.test("Breaker opens when the share of failures reaches the threshold, and says so once", () => {
  const breaker = new Breaker({ threshold: 0.5, time: TIME });
  end(breaker, START, { ok: 15, failed: 14 });
  assert(!breaker.isOpen);
  assert(breaker.failed(START, START));
  assert(breaker.isOpen);
  assert(!breaker.mayPass(START));
  assert(!breaker.failed(START, START));
});

Deno.test("Breaker stays closed below 20 requests, and if its threshold is 0", () => {
  const breaker = new Breaker({ threshold: 0.01, time: TIME });
  end(breaker, START, { failed: 19 });
  assert(!breaker.isOpen);
  end(breaker, START, { failed: 1 });
  assert(breaker.isOpen);
  const never = new Breaker({ threshold: 0, time: TIME });
  end(never, START, { failed: 100 });
  assert(never.mayPass(START));
});

Deno.test("Breaker forgets second by second what is older than ten seconds", () => {
  const breaker = new Breaker({ threshold: 0.5, time: TIME });
  end(breaker, START, { failed: 10 });
  end(breaker, START + 1000, { failed: 9 });
  // The first ten have left the window; with them, there would be more than 20.
  end(breaker, START + 10_000, { failed: 10 });
  assert(!breaker.isOpen);
  end(breaker, START + 10_999, { failed: 1 });
  assert(breaker.isOpen);
  const idle = new Breaker({ threshold: 0.5, time: TIME });
  end(idle, START, { failed: 19 });
  end(idle, START + 3_600_000, { failed: 19 });
  assert(!idle.isOpen);
});

Deno.test("Breaker counts the successes of the window only", () => {
  const breaker = new Breaker({ threshold: 0.5, time: TIME });
  end(breaker, START, { ok: 1000 });
  end(breaker, START + 9999, { failed: 20 });
  assert(!breaker.isOpen);
  end(breaker, START + 10_000, { failed: 1 });
  assert(breaker.isOpen);
});

Deno.test("Breaker lets one request try after its time, and closes if that succeeds", () => {
  const breaker = opened();
  assert(!breaker.mayPass(START + TIME - 1));
  assert(breaker.mayPass(START + TIME));
  assert(!breaker.mayPass(START + TIME));
  assert(!breaker.mayPass(START + 10 * TIME));
  assert(breaker.isOpen);
  assert(breaker.succeeded(START + TIME, START + TIME + 10));
  assert(!breaker.isOpen);
  // It has forgotten the failures.
  end(breaker, START + TIME + 10, { failed: 19 });
  assert(!breaker.isOpen);
});

Deno.test("Breaker stays open as long again if the request that tries fails", () => {
  const breaker = opened();
  assert(breaker.mayPass(START + TIME));
  assert(!breaker.failed(START + TIME, START + TIME + 10));
  assert(!breaker.mayPass(START + 2 * TIME + 9));
  assert(breaker.mayPass(START + 2 * TIME + 10));
});

Deno.test("Breaker lets the next request try if the one that tried says nothing", () => {
  const breaker = opened();
  assert(breaker.mayPass(START + TIME));
  breaker.abandoned(START + TIME);
  assert(breaker.mayPass(START + TIME + 1));
  assert(!breaker.mayPass(START + TIME + 1));
});

Deno.test("Breaker ignores the ends of requests that began before it opened", () => {
  const breaker = opened();
  assert(!breaker.succeeded(START, START + 1));
  const tried = START + TIME;
  assert(breaker.mayPass(tried));
  assert(!breaker.succeeded(START, tried + 1));
  assert(!breaker.failed(START, tried + 1));
  breaker.abandoned(START);
  assert(breaker.isOpen);
  assert(!breaker.mayPass(tried + 1));
  assert(breaker.succeeded(tried, tried + 2));
  for (let i = 0; i < 100; i++) assert(!breaker.failed(START, tried + 3));
  assertEquals(breaker.isOpen, false);
});
