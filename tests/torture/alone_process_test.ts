import { testAlone } from "./run.ts";

testAlone("forked");
