/** Who may send sound, on the real server with its real worker. */
import { afterEach, expect, test, vi } from "vitest";
import { openRoom, type Member, type Room } from "./support/member.ts";

const rooms: Room[] = [];
afterEach(() => {
  for (const room of rooms.splice(0)) room.close();
});

const PARAMETERS = {
  codecs: [{ mimeType: "audio/opus", payloadType: 111, clockRate: 48_000, channels: 2 }],
  encodings: [{ ssrc: 7 }],
};

async function listener(): Promise<{ member: Member; ended: string[] }> {
  const room = await openRoom("sfu");
  rooms.push(room);
  const member = await room.join("listener");
  const ended: string[] = [];
  member.socket.on("ended", ({ code }) => ended.push(code));
  return { member, ended };
}

test("[STR6] a listener that tries to produce is sent away", async () => {
  const { member, ended } = await listener();
  const asked = member.requests.request("produce", {
    transportId: "any",
    kind: "mix",
    rtpParameters: PARAMETERS,
  });
  await expect(asked).rejects.toThrow();
  await vi.waitFor(() => expect(ended).toEqual(["FORBIDDEN"]));
});

test("[STR6] a listener cannot have a transport to send on", async () => {
  const { member, ended } = await listener();
  await expect(member.requests.request("createTransport", { direction: "send" })).rejects.toThrow(
    "FORBIDDEN",
  );
  expect(ended).toEqual([]);
});

test("[STR6] a listener that says it is on the air is sent away", async () => {
  const { member, ended } = await listener();
  member.socket.send({ type: "air", input: false, mix: true, mixHasInput: false });
  await vi.waitFor(() => expect(ended).toEqual(["FORBIDDEN"]));
});
