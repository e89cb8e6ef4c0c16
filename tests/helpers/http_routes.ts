/** A balancer of HTTP with groups and routes, as tables of a configuration file say. */
import { makeConfig } from "./config.ts";
import { type Server, startServer } from "./server.ts";

/** The settings of a route, in the words of the file; `upstream` names the group. */
export type RouteSettings = Readonly<Record<string, string | number | readonly string[]>>;

/** A balancer whose configuration can be changed. */
export interface RoutedBalancer extends AsyncDisposable {
  readonly server: Server;
  /** Changes its groups and routes, and waits until they are in force. */
  reload(groups: Groups, routes: readonly RouteSettings[]): Promise<void>;
}

/** The addresses of the backends of each group, and further settings of it. */
export type Groups = Readonly<Record<string, readonly string[] | RouteSettings>>;

/** The configuration of a balancer with these groups and routes. */
export function configOf(groups: Groups, routes: readonly RouteSettings[]): string {
  return [
    `service = "proxy"`,
    `protocol = "http"`,
    `health-check = "none"`,
    ...Object.entries(groups).map(([name, group]) =>
      table(`[upstreams.${name}]`, Array.isArray(group) ? { upstream: group } : group)
    ),
    ...routes.map((route) => table("[[routes]]", route)),
  ].join("\n");
}

function table(name: string, settings: object): string {
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return `${name}\n${lines.join("\n")}\n`;
}

/** Starts one, on a free port. */
export async function startRoutes(
  groups: Groups,
  routes: readonly RouteSettings[],
  ...args: readonly string[]
): Promise<RoutedBalancer> {
  await using stack = new AsyncDisposableStack();
  const config = stack.use(await makeConfig(configOf(groups, routes)));
  const server = stack.use(await startServer([...config.args, ...args]));
  const started = stack.move();
  return {
    server,
    async reload(groups, routes) {
      const before = server.records("Reloaded").length;
      await config.write(configOf(groups, routes));
      server.kill("SIGHUP");
      await server.logged(({ message }) =>
        message.startsWith("Reloaded") && server.records("Reloaded").length > before
      );
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
