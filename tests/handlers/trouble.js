/**
 * Answers lines; some commands throw, block or exit. Plain JavaScript, so that
 * the executable can load it, too.
 */
let answered = 0;
const worker = crypto.randomUUID();

export default {
  framing: { type: "lines" },
  handle(line) {
    const [word, argument] = line.split(" ");
    switch (word) {
      case "throw":
        setTimeout(() => {
          throw new Error("thrown in a timer");
        }, 0);
        return "throwing";
      case "reject":
        Promise.reject(new Error("rejected"));
        return "rejecting";
      case "loop":
        for (;;);
      case "block":
        for (const end = performance.now() + Number(argument); performance.now() < end;);
        return "blocked";
      case "wait":
        return new Promise((resolve) => setTimeout(() => resolve("waited"), Number(argument)));
      case "exit":
        Deno.exit(3);
        return "exiting";
      case "worker":
        return worker;
      default:
        return `${line} ${++answered}`;
    }
  },
};
