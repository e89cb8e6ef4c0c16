import { addRoute, createRouter, findRoute, type MatchedRoute } from "rou3";
import type { Route } from "./route_table.ts";

/** Matches routes with parameters. Loaded on demand: the library takes 0.5 MB per thread. */
export class RoutePatterns {
  readonly #router = createRouter<Route>();
  readonly #methods: ReadonlySet<string>;

  /** @throws {TypeError} "found X: reason" if a pattern is malformed. */
  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const { key, method, path } = route;
      try {
        addRoute(this.#router, method, path, route);
      } catch (error) {
        const reason = error instanceof Error ? error.message.replace(/^rou3: /, "") : error;
        throw new TypeError(`found the route "${key}": ${reason}`, { cause: error });
      }
    }
    this.#methods = new Set(routes.map(({ method }) => method));
  }

  /** The most specific route for a path, with its parameters still percent-encoded. */
  find(method: string, path: string): MatchedRoute<Route> | undefined {
    return findRoute(this.#router, method, path);
  }

  /** The methods that have a route for a path. */
  methodsOf(path: string): string[] {
    return [...this.#methods].filter((method) => this.find(method, path) !== undefined);
  }
}
