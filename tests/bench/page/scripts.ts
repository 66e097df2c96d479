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

/** Null where there is no such thing. */
async function bytesOf(url: string): Promise<Buffer | null> {
  const response = await fetch(url);
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`GET ${url}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/**
 * A chunk is SuperSonic's when its source map names no other source: one line of ours in it, and it counts as ours.
 * What the bundler adds of its own has no map, and counts as ours too.
 */
async function isSuperSonicChunk(url: string): Promise<boolean> {
  const text = await bytesOf(`${url}.map`);
  if (!text) return false;
  const map = JSON.parse(text.toString()) as { readonly sources: readonly string[] };
  return map.sources.length > 0 && map.sources.every((source) => source.includes(SUPERSONIC));
}

export async function weigh(url: string): Promise<Script> {
  const path = new URL(url).pathname;
  const bytes = await bytesOf(url);
  if (!bytes) throw new Error(`there is no ${url}`);
  const gzip = gzipSync(bytes).length;
  const isSuperSonic = path.startsWith("/supersonic/") || (await isSuperSonicChunk(url));
  return { path, gzip, isSuperSonic };
}
