import type { Topology } from "#shared/protocol/messages.ts";

export interface RoomLinks {
  readonly room: string;
  readonly leader: string;
  readonly performer: string;
  /** Opens the whole page, which renders. */
  readonly listener: string;
  /** As it is made: opens the audience's page. */
  readonly audience: string;
}

/** A room of a given topology, made as a script would make it. */
export async function createRoom(url: string, topology: Topology): Promise<RoomLinks> {
  const response = await fetch(`${url}/api/rooms`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ topology }),
  });
  if (response.status !== 201)
    throw new Error(`POST /api/rooms: ${response.status} ${await response.text()}`);
  const { room, links } = (await response.json()) as { room: string; links: Omit<RoomLinks, "room"> };
  return { room, ...links, listener: links.listener.replace("/l/", "/r/"), audience: links.listener };
}
