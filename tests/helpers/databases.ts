/** Redis and PostgreSQL of the system, for tests that stop and start them. */
import { freePort } from "./free_port.ts";
import { findTool, runTool } from "./tools.ts";
import { until } from "./until.ts";

/** A server that can be stopped and started again on the same port. */
export interface Database extends AsyncDisposable {
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis that keeps nothing on disk, with a password. */
export async function startRedis(password: string): Promise<Database> {
  const port = freePort();
  let child: Deno.ChildProcess | null = null;
  const redis: Database = {
    port,
    async start() {
      child = new Deno.Command("redis-server", {
        args: [
          ...["--bind", "127.0.0.1", "--port", `${port}`, "--requirepass", password],
          ...["--save", "", "--appendonly", "no"],
        ],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn();
      await until("Redis listens", () => isListening(port));
    },
    async stop() {
      child?.kill("SIGTERM");
      await child?.status;
      child = null;
    },
    [Symbol.asyncDispose]: () => redis.stop(),
  };
  await redis.start();
  return redis;
}

/** Where Debian has the programs of PostgreSQL; null if they are not installed. */
export function postgresFolder(): string | null {
  try {
    const versions = [...Deno.readDirSync("/usr/lib/postgresql")].map(({ name }) => name);
    return versions.map((name) => `/usr/lib/postgresql/${name}/bin`).at(-1) ?? null;
  } catch {
    return findTool("initdb") === null ? null : "";
  }
}

/** A PostgreSQL in a temporary folder. It refuses to run as root, so it runs as its own user. */
export async function startPostgres(): Promise<Database> {
  const port = freePort();
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o777);
  const data = `${folder}/data`;
  const run = async (program: string, ...args: string[]) => {
    const command = [`${postgresFolder()}/${program}`, ...args];
    const isRoot = Deno.uid() === 0;
    const [first = "", ...rest] = isRoot
      ? ["runuser", "-u", "postgres", "--", ...command]
      : command;
    const { code, stdout, stderr } = await runTool(first, rest);
    if (code !== 0) throw new Error(`${program} has failed: ${stdout}${stderr}`);
  };
  await run("initdb", "-D", data, "-A", "scram-sha-256", "--no-sync", "--pwfile", "/etc/hostname");
  const postgres: Database = {
    port,
    start: () =>
      run(
        ...["pg_ctl", "-D", data, "-w", "-l", `${folder}/log`, "-o"] as const,
        `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=off`,
        "start",
      ),
    stop: () => run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"),
    async [Symbol.asyncDispose]() {
      await postgres.stop().catch(() => {});
      await Deno.remove(folder, { recursive: true });
    },
  };
  await postgres.start();
  return postgres;
}

async function isListening(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
