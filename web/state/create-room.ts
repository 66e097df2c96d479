/** Asks the server for a new room. */
import type { JamFile } from "#shared/document/jam-file.ts";
import { err, ok, type Result } from "#shared/lib/result.ts";
import type { Topology } from "#shared/protocol/messages.ts";
import { parseRoomAddress, type RoomAddress } from "./address.ts";
import type { EndCode } from "./view.ts";

const DEADLINE_MS = 10_000;

/** `jam` is what the room begins with; left out, the jam that every room begins with. */
export async function createRoom(topology: Topology, jam?: JamFile): Promise<Result<RoomAddress, EndCode>> {
  const response = await fetch("/api/rooms", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ topology, jam }),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  if (response.status === 429) return err("RATE");
  if (response.status === 413) return err("OVERSIZE");
  if (response.status !== 201) return err("INTERNAL");
  const { links } = (await response.json()) as { links?: { leader?: string } };
  const leader = URL.canParse(links?.leader ?? "") ? new URL(links?.leader ?? "") : null;
  const address = leader ? parseRoomAddress(leader.pathname, leader.hash) : null;
  return address ? ok(address) : err("INTERNAL");
}
