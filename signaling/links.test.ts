import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { linksFor, requestAddress, requestOrigin } from "./links.ts";
import { Tokens } from "./tokens.ts";

const request = (headers: Record<string, string>, encrypted = false) =>
  ({
    headers,
    socket: { encrypted, localPort: 7700, remoteAddress: "10.0.0.9" },
  }) as unknown as IncomingMessage;
const plain = { publicUrl: null, trustProxy: false };
const proxied = { publicUrl: null, trustProxy: true };

test("[URL1] links start with PUBLIC_URL, else with the request's own origin", () => {
  expect(requestOrigin(request({ host: "jam.local:7700" }), plain)).toBe("http://jam.local:7700");
  expect(requestOrigin(request({ host: "jam.local" }, true), plain)).toBe("https://jam.local");
  const publicUrl = "https://jam.example.org";
  expect(requestOrigin(request({ host: "x" }), { publicUrl, trustProxy: true })).toBe(publicUrl);
});

test("[URL2] forwarded headers count only where the proxy is trusted", () => {
  const headers = {
    host: "inner:1",
    "x-forwarded-host": "outer",
    "x-forwarded-proto": "https",
    "x-forwarded-for": "1.1.1.1, 2.2.2.2",
  };
  expect(requestOrigin(request(headers), plain)).toBe("http://inner:1");
  expect(requestOrigin(request(headers), proxied)).toBe("https://outer");
  expect(requestAddress(request(headers), plain)).toBe("10.0.0.9");
  expect(requestAddress(request(headers), proxied)).toBe("2.2.2.2");
});

test("[URL1] a host that is no host gets into no link", () => {
  for (const host of ["evil/path", "a b", "x#y", "", "a@b", "a:b"])
    expect(requestOrigin(request({ host }), plain)).toBe("http://127.0.0.1:7700");
});

test("[URL3] everybody is given the links of their own role and below", async () => {
  const tokens = new Tokens(new Uint8Array(32));
  const at = {
    origin: "http://a",
    room: "r1",
    generations: { leader: 0, performer: 3, listener: 0 },
    now: 1_700_000_000,
  };
  expect(Object.keys(await linksFor("leader", at, tokens))).toEqual(["leader", "performer", "listener"]);
  expect(Object.keys(await linksFor("performer", at, tokens))).toEqual(["performer", "listener"]);
  const links = await linksFor("listener", at, tokens);
  expect(Object.keys(links)).toEqual(["listener"]);
  expect(links.listener).toMatch(/^http:\/\/a\/l\/r1#/);
  const { performer } = await linksFor("performer", at, tokens);
  expect(performer).toMatch(/^http:\/\/a\/r\/r1#/);
  const claims = await tokens.verify(performer?.split("#")[1] ?? "", at.now);
  expect(claims).toEqual({ ok: true, value: { room: "r1", role: "performer", generation: 3 } });
});
