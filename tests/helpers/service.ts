import type { Service } from "../../src/ops/install/service.ts";

/** A service as `sluice install` describes it, with other values for some of its properties. */
export function sampleService(values: Partial<Service> = {}): Service {
  return {
    name: "web",
    about: "Sluice, serving /srv/app.ts",
    command: ["/usr/bin/sluice", "--handler=/srv/app.ts", "--port=8080"],
    workingDirectory: "/srv",
    environment: { STATE_DIRECTORY: "/var/lib/web" },
    user: null,
    addresses: [{ transport: "tcp", hostname: "127.0.0.1", port: 8080 }],
    backlog: 4096,
    isSocketActivated: false,
    isRespawning: false,
    isForked: false,
    openFiles: 21_024,
    startTimeout: 90_000,
    stopTimeout: 30_000,
    watchdog: 60_000,
    reads: ["/srv"],
    writes: [],
    ...values,
  };
}
