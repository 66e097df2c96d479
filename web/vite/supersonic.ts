/**
 * Serves SuperSonic's own files under `/supersonic/` with their own names: its worklet, wasm and
 * Workers find one another by name, so they cannot be hashed or bundled. They stay unmodified, as the
 * core's licence (GPL-3) asks; the licence texts travel with them.
 */
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const require = createRequire(import.meta.url);
/** These packages do not export their package.json; their main file lies `depth` folders below the root. */
const packageRoot = (name: string, depth: number): string => {
  let folder = dirname(require.resolve(name));
  for (let i = 0; i < depth; i++) folder = dirname(folder);
  return folder;
};

const clientModule = require.resolve("supersonic-scsynth");
const client = packageRoot("supersonic-scsynth", 1);
const core = packageRoot("supersonic-scsynth-core", 0);
const synthdefs = packageRoot("supersonic-scsynth-synthdefs", 0);

/** Folder under `/supersonic/` → folder on disk. The samples are served only when something plays them. */
const FOLDERS: readonly (readonly [string, string])[] = [
  ["core/wasm/", join(core, "wasm")],
  ["core/workers/", join(core, "workers")],
  ["workers/", join(client, "dist", "workers")],
  ["synthdefs/", join(synthdefs, "synthdefs")],
];
const LICENSES: readonly (readonly [string, string])[] = [
  ["core/LICENSE.txt", join(core, "LICENSE")],
  ["LICENSE.txt", join(client, "LICENSE")],
  ["synthdefs/LICENSE.txt", join(synthdefs, "LICENSE")],
  // With the text of the GPL, which the core's package leaves out.
  ["NOTICE.txt", fileURLToPath(new URL("../../NOTICE", import.meta.url))],
];
const TYPES: Record<string, string> = {
  wasm: "application/wasm",
  js: "text/javascript",
  scsyndef: "application/octet-stream",
  txt: "text/plain; charset=utf-8",
};
const typeOf = (name: string): string =>
  TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";

/** The file behind a path under `/supersonic/`, or null; never one outside the folders above. */
function fileOf(path: string): string | null {
  for (const [name, file] of LICENSES) if (path === name) return file;
  for (const [prefix, folder] of FOLDERS) {
    if (!path.startsWith(prefix)) continue;
    const file = normalize(join(folder, path.slice(prefix.length)));
    return file.startsWith(folder + sep) && existsSync(file) && statSync(file).isFile() ? file : null;
  }
  return null;
}

/**
 * After reading the device's clock once, the client waits half a second to read it better. Ours never
 * changes its mind (`audio-context.ts`), so that wait would only be silence after "Join the jam".
 */
const SETTLING = /(setTimeout\(\w+,)500(\)\),this\.updateDriftOffset\(\))/g;

function withoutSettling(code: string): string {
  if (code.match(SETTLING)?.length !== 1)
    throw new Error("SuperSonic's client has changed: look for its wait of 500 ms after the clock's reading");
  // As wide as it was: the source map stays true.
  return code.replace(SETTLING, "$1  0$2");
}

/** SuperSonic as Tutti uses it: its files, and its client without the wait. */
export const supersonic = (headers: Readonly<Record<string, string>> = {}): Plugin[] => [
  supersonicFiles(headers),
  supersonicClient(),
];

export function supersonicClient(): Plugin {
  return {
    name: "tutti:supersonic-client",
    // Bundled ahead of time it would not pass through `transform`.
    config: () => ({ optimizeDeps: { exclude: ["supersonic-scsynth"] } }),
    transform: (code, id) =>
      id.split("?")[0] === clientModule ? { code: withoutSettling(code), map: null } : null,
  };
}

/** `headers` go on every answer: a Worker's script needs the page's embedder policy too. */
export function supersonicFiles(headers: Readonly<Record<string, string>> = {}): Plugin {
  return {
    name: "tutti:supersonic-files",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = (request.url ?? "").split("?")[0] ?? "";
        const mark = path.indexOf("/supersonic/");
        const file = mark < 0 ? null : fileOf(decodeURIComponent(path.slice(mark + "/supersonic/".length)));
        if (!file) return next();
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        response.setHeader("Content-Type", typeOf(file));
        response.setHeader("Content-Length", statSync(file).size);
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        if (request.method === "HEAD") response.end();
        else createReadStream(file).pipe(response);
      });
    },
    generateBundle() {
      const emit = (name: string, file: string): void => {
        this.emitFile({ type: "asset", fileName: `supersonic/${name}`, source: readFileSync(file) });
      };
      for (const [prefix, folder] of FOLDERS)
        for (const name of readdirSync(folder))
          if (statSync(join(folder, name)).isFile()) emit(prefix + name, join(folder, name));
      for (const [name, file] of LICENSES) emit(name, file);
    },
  };
}
