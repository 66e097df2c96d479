/** Two tabs of one person in one room would sound twice: the later one is told of the earlier. */

/** Calls `handleOther` when another tab of this browser is in this room. */
export function watchTabs(room: string, handleOther: () => void): void {
  const channel = new BroadcastChannel(`tutti.${room}`);
  channel.onmessage = (event: MessageEvent<unknown>) => {
    if (event.data === "arrived") channel.postMessage("here");
    if (event.data === "here") handleOther();
  };
  channel.postMessage("arrived");
}
