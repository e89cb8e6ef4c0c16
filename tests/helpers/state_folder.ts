import { parse } from "../../src/ops/crashes/crash_folder.ts";
import {
  type CrashReport,
  reportSchema,
  type Running,
  runningSchema,
} from "../../src/ops/crashes/report.ts";
import { until, waitFor } from "./until.ts";

/** A folder for what outlives a server, removed on dispose. */
export class StateFolder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync({ prefix: "sluice-state-" });
  readonly args = ["--state-dir", this.path];

  /** The names in one of its folders; none if there is no such folder. */
  names(folder: "crashes" | "running"): string[] {
    try {
      return [...Deno.readDirSync(`${this.path}/${folder}`)].map(({ name }) => name).sort();
    } catch {
      return [];
    }
  }

  /** Without drafts. */
  #reportNames(): string[] {
    return this.names("crashes").filter((name) => name.endsWith(".json"));
  }

  /** Waits for so many reports; returns them, the oldest first. */
  async reports(count: number): Promise<CrashReport[]> {
    await until(`there are ${count} reports`, () => this.#reportNames().length >= count);
    return await Promise.all(
      this.#reportNames().map((name) =>
        waitFor("a report is whole", async () => {
          const text = await Deno.readTextFile(`${this.path}/crashes/${name}`);
          return text === "" ? null : parse(reportSchema, text);
        })
      ),
    );
  }

  /** Waits until a server has written that it serves so many clients, and among them a request. */
  async serving(open: number, request?: string): Promise<Running> {
    return await waitFor(`it has written that ${open} are open`, async () => {
      const [name] = this.names("running").filter((one) => one.endsWith(".json"));
      if (name === undefined) return null;
      const text = await Deno.readTextFile(`${this.path}/running/${name}`);
      const running = parse(runningSchema, text);
      const { serving } = running.scene;
      if (serving?.open !== open) return null;
      const isThere = serving.connections.some((one) => one.request === request);
      return request === undefined || isThere ? running : null;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
