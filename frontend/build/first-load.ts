import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

type Chunk = Rolldown.OutputChunk;

/** What a reader who opens the chat loads before it can be used. */
const FIRST_PAGES = ["features/shell/index.tsx", "features/chat/index.tsx"];

/**
 * Fails the build when the JavaScript of the first load is larger than `kilobytes` with gzip: the
 * entry, the shell and the chat, with all that they import at once.
 */
export function firstLoadBudget(kilobytes: number): Plugin {
  return {
    name: "quarterdeck:first-load-budget",
    apply: "build",
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((output) => output.type === "chunk");
      const size = [...firstLoad(chunks)].reduce((sum, chunk) => sum + gzipped(chunk), 0) / 1024;
      const told = `first load: ${size.toFixed(0)} of ${kilobytes} KB JavaScript, with gzip`;
      if (size > kilobytes) this.error(told);
      else this.info(told);
    },
  };
}

function firstLoad(chunks: readonly Chunk[]): Set<Chunk> {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const reached = new Set<Chunk>();
  const waiting = chunks.filter((chunk) => chunk.isEntry || isFirstPage(chunk));
  for (let chunk = waiting.pop(); chunk !== undefined; chunk = waiting.pop()) {
    if (reached.has(chunk)) continue;
    reached.add(chunk);
    for (const name of chunk.imports) {
      const imported = byName.get(name);
      if (imported) waiting.push(imported);
    }
  }
  return reached;
}

function isFirstPage(chunk: Chunk): boolean {
  const path = chunk.facadeModuleId ?? "";
  return FIRST_PAGES.some((page) => path.endsWith(page));
}

const gzipped = (chunk: Chunk): number => gzipSync(chunk.code, { level: 9 }).length;
