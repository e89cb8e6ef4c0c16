import { testAlone } from "./run.ts";

testAlone("pooled");
