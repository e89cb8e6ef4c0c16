import type { Service } from "../../src/ops/install/service.ts";

/** A service of the echo program, with what a test gives. */
export function serviceWith(given: Partial<Service>): Service {
  return {
    name: "sluice-test",
    about: "Sluice",
    command: ["/bin/echo", "serve"],
    workingDirectory: "/",
    environment: {},
    user: null,
    addresses: [{ transport: "tcp", hostname: "0.0.0.0", port: 8000 }],
    isSocketActivated: false,
    isRespawning: false,
    isForked: false,
    openFiles: 65_536,
    startTimeout: 60_000,
    stopTimeout: 30_000,
    watchdog: 30_000,
    reads: [],
    writes: [],
    ...given,
  };
}
