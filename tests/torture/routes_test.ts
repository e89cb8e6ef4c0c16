import { PLACE_OF, testShared } from "./run.ts";

for (const mode of Object.keys(PLACE_OF)) testShared(mode, "routes");
