/** A session of an app with errors on terminals, recorded as they print it. */
import { join } from "node:path";

/** What a terminal shows: commands, each with all that it prints. */
export interface Terminal {
  readonly commands: readonly { readonly typed: string; readonly printed: string }[];
}

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
/** The width of the terminals. */
export const COLUMNS = 80;
/** How long a command may take, in seconds. */
const LIMIT = 60;

const APP = `import { priceOf } from "./prices.ts";

export default {
  routes: {
    "GET /prices/:product": ({ params }) => ({
      product: params.product,
      price: priceOf(params.product),
    }),
  },
};
`;
const PRICES = `const prices = new Map([["tea", 3], ["coffee", 4]]);

export function priceOf(product) {
  const price = prices.get(product);
  if (price === undefined) throw new Error(\`No price for \${product}\`);
  return price;
}
`;
/** With a parenthesis missing. */
const BROKEN = PRICES.replace("]]);", "]];");

/** Runs the app: first it cannot be loaded, then one of its requests fails. */
export async function record(): Promise<readonly Terminal[]> {
  const parent = await Deno.makeTempDir();
  const shop = join(parent, "shop");
  try {
    await Deno.mkdir(shop);
    await Deno.writeTextFile(join(shop, "app.ts"), APP);
    await Deno.writeTextFile(join(shop, "prices.ts"), BROKEN);
    const refused = await onTerminal(parent, "sluice app.ts");
    await Deno.writeTextFile(join(shop, "prices.ts"), PRICES);
    const served = await onTerminal(parent, SERVED);
    const answer = await Deno.readTextFile(join(shop, "answer"));
    return [
      {
        commands: [
          { typed: "sluice app.ts", printed: refused },
          { typed: "sluice app.ts", printed: served },
        ],
      },
      {
        commands: [{ typed: "curl localhost:8000/prices/milk", printed: answer }],
      },
    ];
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

/** Serves two requests, and ends without the lines of a stop. */
const SERVED = `sluice app.ts & server=$!
curl --silent --retry 50 --retry-connrefused --retry-delay 1 localhost:8000/prices/tea >/dev/null
curl --silent localhost:8000/prices/milk >answer
sleep 0.5
kill -KILL $server`;

/**
 * Runs commands of a shell in the folder `/srv/shop`, on a terminal and in a network of
 * its own, where all ports are free.
 *
 * @param parent What `/srv` shows to them.
 */
async function onTerminal(parent: string, commands: string): Promise<string> {
  const inside = `stty cols ${COLUMNS} rows 50
sluice() { exec ${Deno.execPath()} run --quiet -A ${MAIN} "$@"; }
cd /srv/shop
${commands}`;
  const outside = `mount --bind "$1" /srv && ip link set lo up && ` +
    `exec script --quiet --return --command "$2" /dev/null`;
  const { stdout, stderr } = await new Deno.Command("unshare", {
    args: [
      ...["--map-root-user", "--mount", "--net", "sh", "-c", outside, "sh", parent, inside],
    ],
    env: { TERM: "xterm-256color", SHELL: "/bin/bash" },
    stdin: "null",
    signal: AbortSignal.timeout(LIMIT * 1000),
  }).output();
  const printed = new TextDecoder().decode(stdout);
  if (printed === "") throw new Error(`Cannot record: ${new TextDecoder().decode(stderr)}`);
  return printed;
}
