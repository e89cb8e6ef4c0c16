/** "Node cluster": a Node server in several processes. */
import cluster from "node:cluster";
import process from "node:process";

cluster.setupPrimary({ exec: process.env.SERVER });
// With one process fewer, it would be a different server.
cluster.on("exit", () => process.exit(1));
for (let count = Number(process.env.WORKERS); count > 0; count--) cluster.fork();
