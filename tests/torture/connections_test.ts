import { PLACE_OF, testShared } from "./run.ts";

// Modes with the same place share the shapes that differ least.
const SHARES: Readonly<Record<string, "serve" | "protocol">> = {
  single: "serve",
  async: "protocol",
  threaded: "protocol",
  pooled: "serve",
};
const SHAPES = ["serve", "protocol"] as const;

for (const mode of Object.keys(PLACE_OF)) {
  const own = SHARES[mode];
  for (const shape of own === undefined ? SHAPES : [own]) testShared(mode, shape);
  testShared(mode, "handle");
}
