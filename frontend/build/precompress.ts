import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const COMPRESSIBLE = /\.(js|css|html|svg|json|txt)$/;
const SMALLEST_BYTES = 1024;

const asBrotli = promisify(brotliCompress);
const asGzip = promisify(gzip);

/** Writes `.br` and `.gz` beside each file of the build, so that no server compresses on demand. */
export function precompress(): Plugin {
  let directory = "dist";
  return {
    name: "quarterdeck:precompress",
    apply: "build",
    configResolved(config) {
      directory = config.build.outDir;
    },
    async writeBundle() {
      const names = await readdir(directory, { recursive: true });
      const paths = names.filter((name) => COMPRESSIBLE.test(name));
      await Promise.all(paths.map((name) => compress(join(directory, name))));
    },
  };
}

async function compress(path: string): Promise<void> {
  const content = await readFile(path);
  if (content.length < SMALLEST_BYTES) return;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  await Promise.all([
    asBrotli(content, quality).then((small) => writeFile(`${path}.br`, small)),
    asGzip(content, { level: 9 }).then((small) => writeFile(`${path}.gz`, small)),
  ]);
}
