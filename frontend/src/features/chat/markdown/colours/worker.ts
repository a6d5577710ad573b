/** The thread that tokenises: a long or odd piece of code never holds up the page. */
import { tokenise } from "./tokenise";
import type { Code } from "./tokens";

self.addEventListener("message", ({ data }: MessageEvent<Code>) =>
  self.postMessage(tokenise(data)),
);
