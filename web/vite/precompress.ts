/** Writes a Brotli and a gzip copy beside every file of the build that gains by it: the server sends them as they are. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const COMPRESSED = /\.(?:js|css|html|svg|wasm|scsyndef|txt)$/;
/** A smaller file fits one packet either way. */
const MIN_BYTES = 1_024;
/** Brotli's 11 takes five times as long for 3 % less. */
const QUALITY = 9;

const brotli = (bytes: Uint8Array) =>
  promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } });

export function precompress(): Plugin {
  return {
    name: "tutti-precompress",
    apply: "build",
    async writeBundle({ dir }) {
      if (dir === undefined) return;
      for (const name of await readdir(dir, { recursive: true })) {
        if (!COMPRESSED.test(name)) continue;
        const path = join(dir, name);
        const bytes = await readFile(path);
        if (bytes.length < MIN_BYTES) continue;
        await writeFile(`${path}.br`, await brotli(bytes));
        await writeFile(`${path}.gz`, await promisify(gzip)(bytes));
      }
    },
  };
}
