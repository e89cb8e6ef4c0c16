import { PLACE_OF, testShared } from "./run.ts";

// Those in threads have a file of their own, so that no file takes much longer than the others.
for (const [mode, place] of Object.entries(PLACE_OF)) {
  if (place !== "thread") testShared(mode, "fetch");
}
