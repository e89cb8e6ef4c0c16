import { freePort } from "./free_port.ts";
import { waitFor } from "./until.ts";

/** A Prometheus that scrapes each second, killed on dispose. */
export interface Prometheus extends AsyncDisposable {
  /**
   * Evaluates an expression that has one value at most; null if it has none.
   *
   * @param time In seconds since 1970; now unless given.
   */
  value(expression: string, time?: number): Promise<number | null>;
  /** Waits until it has scraped the target without an error. */
  scraped(): Promise<void>;
}

/** Starts Debian's Prometheus, on a free port. */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const folder = await Deno.makeTempDir();
  const url = `http://127.0.0.1:${freePort()}`;
  const scrape = { scrape_interval: "1s", scrape_timeout: "1s" };
  const jobs = [{ job_name: "sluice", static_configs: [{ targets: [target] }] }];
  // JSON is YAML.
  const config = JSON.stringify({ global: scrape, scrape_configs: jobs });
  await Deno.writeTextFile(`${folder}/prometheus.yml`, config);
  const child = new Deno.Command("prometheus", {
    args: [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${url.slice("http://".length)}`,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  async function value(expression: string, time?: number): Promise<number | null> {
    const query = new URLSearchParams({ query: expression });
    if (time !== undefined) query.set("time", String(time));
    const response = await fetch(`${url}/api/v1/query?${query}`).catch(() => null);
    const text = await response?.text();
    if (response?.status === 503 || text === undefined) return null;
    const { status, data, error } = JSON.parse(text);
    if (status !== "success") throw new Error(`Cannot evaluate ${expression}: ${error}`);
    const { result: [first] } = data;
    return first === undefined ? null : Number(first.value[1]);
  }
  return {
    value,
    async scraped() {
      await waitFor("Prometheus has scraped", async () => (await value("up")) === 1 || null);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}
