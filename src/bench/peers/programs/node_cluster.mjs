/** "Node cluster": a server of Node in some processes. */
import cluster from "node:cluster";
import process from "node:process";

cluster.setupPrimary({ exec: process.env.SERVER });
// With one process fewer it would be another server than the one that is measured.
cluster.on("exit", () => process.exit(1));
for (let count = Number(process.env.WORKERS); count > 0; count--) cluster.fork();
