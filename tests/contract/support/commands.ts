/** What a page of the contract suite lets the Node side do: the page has another origin than the server. */
import { defineBrowserCommand } from "@vitest/browser-playwright";
import type { Role, Rung } from "#shared/protocol/messages.ts";

export interface CreatedRoom {
  readonly room: string;
  readonly links: Record<Role, string>;
}

export const createRoom = defineBrowserCommand<[serverUrl: string, topology: Rung]>(
  async (_context, serverUrl, topology): Promise<CreatedRoom> => {
    const response = await fetch(new URL("/api/rooms", serverUrl), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ topology }),
    });
    if (response.status !== 201)
      throw new Error(`the server answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as CreatedRoom;
  },
);
