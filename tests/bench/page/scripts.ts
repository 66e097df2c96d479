/** The scripts of a page by what they weigh compressed, SuperSonic's own apart from ours. */
import { gzipSync } from "node:zlib";

export interface Script {
  readonly path: string;
  /** Bytes. */
  readonly gzip: number;
  /** SuperSonic's file as it came, or a chunk made of nothing else. */
  readonly isSuperSonic: boolean;
}

const SUPERSONIC = "/node_modules/supersonic-scsynth";

async function bytesOf(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`GET ${url}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** A chunk is SuperSonic's when its source map names no other source: one line of ours in it, and it counts as ours. */
async function isSuperSonicChunk(url: string): Promise<boolean> {
  const map = JSON.parse((await bytesOf(`${url}.map`)).toString()) as { readonly sources: readonly string[] };
  return map.sources.length > 0 && map.sources.every((source) => source.includes(SUPERSONIC));
}

export async function weigh(url: string): Promise<Script> {
  const path = new URL(url).pathname;
  const gzip = gzipSync(await bytesOf(url)).length;
  const isSuperSonic = path.startsWith("/supersonic/") || (await isSuperSonicChunk(url));
  return { path, gzip, isSuperSonic };
}
