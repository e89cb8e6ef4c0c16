import { freePort } from "../../src/bench/subject_process.ts";
import { compare, type Comparison, type Context } from "./comparison.ts";
import { HTTP_GET, HTTP_OPTIONS } from "./comparisons.ts";
import type { Load } from "./pairs.ts";
import { WORKERS } from "./servers.ts";

const SCRAPE_MS = 1000;
const AIM = "at most 1.02";
const MODES = [["--mode", "async"], ["--mode", "pooled", "--workers", String(WORKERS)]] as const;

/**
 * Measures what it costs to be seen: requests to a server with `--admin`, which counts them in its
 * lanes, and then with a scrape each second and an open dashboard, compared with one without.
 */
export async function admin(context: Context): Promise<void> {
  for (const mode of MODES) {
    const port = freePort();
    const options = [...HTTP_OPTIONS, ...mode, "--admin", `127.0.0.1:${port}`];
    const rivals = [{ options: [...HTTP_OPTIONS, ...mode], load: HTTP_GET.load, cpuAim: AIM }];
    const counted: Comparison = { ...HTTP_GET, options, rivals };
    await compare({ ...counted, title: `${HTTP_GET.title}, counted` }, context);
    const title = `${HTTP_GET.title}, with a scrape each second and a dashboard`;
    await compare({ ...counted, title, load: watched(HTTP_GET.load, port) }, context);
  }
}

/** A load while someone watches the server by its admin port. */
function watched(load: Load, port: number): Load {
  const origin = `http://127.0.0.1:${port}`;
  return async (server, duration) => {
    const ending = new AbortController();
    const { signal } = ending;
    const dashboard = await fetch(`${origin}/events`, { signal });
    const reading = dashboard.body?.pipeTo(new WritableStream()).catch(() => {});
    const timer = setInterval(() => void scrape(origin), SCRAPE_MS);
    try {
      await scrape(origin);
      return await load(server, duration);
    } finally {
      clearInterval(timer);
      ending.abort();
      await reading;
    }
  };
}

/** @throws {Error} If there are no metrics. */
async function scrape(origin: string): Promise<void> {
  const response = await fetch(`${origin}/metrics`);
  const text = await response.text();
  if (!response.ok || !text.includes("sluice_")) {
    throw new Error(`Cannot scrape ${origin}/metrics: found ${response.status}, expected metrics`);
  }
}
