/** Files that are whole or not there: written beside, flushed to the disk, then renamed into place. */
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * After it resolves, `path` holds `bytes` even if the power goes. A crash on the way leaves the old file.
 * Two writers of one path at once are the caller's to prevent.
 */
export async function writeAtomically(
  path: string,
  bytes: Uint8Array | string,
  options: { mode: number } = { mode: 0o600 },
): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(draft, "w", options.mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  const directory = await open(folder, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
