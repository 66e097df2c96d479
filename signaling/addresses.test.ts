import { expect, test } from "vitest";
import { areAnnounceable, inUrl, sfuAddresses } from "./addresses.ts";

const ips = (host: string, ...announced: string[]) => sfuAddresses(announced, host).map(({ ip }) => ip);

test("[CFG7] the SFU listens where the page does, but on every address when another one is announced", () => {
  expect(ips("127.0.0.1", "127.0.0.1")).toEqual(["127.0.0.1"]);
  expect(ips("127.0.0.1", "203.0.113.7")).toEqual(["0.0.0.0"]);
  expect(ips("192.168.0.5", "203.0.113.7")).toEqual(["192.168.0.5"]);
  expect(ips("0.0.0.0", "203.0.113.7")).toEqual(["0.0.0.0"]);
  expect(ips("0.0.0.0", "127.0.0.1")).toEqual(["0.0.0.0"]);
  expect(ips("localhost", "127.0.0.1")).toEqual(["127.0.0.1"]);
  expect(ips("127.0.0.1", "jam.example.org")).toEqual(["0.0.0.0"]);
});

test("[ICE5] it listens in each family that is announced, whichever the page listens in", () => {
  expect(ips("::1", "::1")).toEqual(["::1"]);
  expect(ips("::", "2001:db8::7")).toEqual(["::"]);
  expect(ips("::", "203.0.113.7", "2001:db8::7")).toEqual(["0.0.0.0", "::"]);
  expect(ips("127.0.0.1", "203.0.113.7", "2001:db8::7")).toEqual(["0.0.0.0", "::"]);
  expect(ips("2001:db8::5", "203.0.113.7", "2001:db8::7")).toEqual(["0.0.0.0", "2001:db8::5"]);
  expect(ips("::", "jam.example.org")).toEqual(["::"]);
  expect(ips("::1", "127.0.0.1", "::1")).toEqual(["127.0.0.1", "::1"]);
});

test("[ICE5] what is announced is one address, or one of each family", () => {
  expect(areAnnounceable(["203.0.113.7", "2001:db8::7"], "0.0.0.0")).toBe(true);
  expect(areAnnounceable(["203.0.113.7", "203.0.113.8"], "0.0.0.0")).toBe(false);
  expect(areAnnounceable(["203.0.113.7", "jam.example.org"], "0.0.0.0")).toBe(false);
  expect(areAnnounceable([], "0.0.0.0")).toBe(false);
});

test("[ICE6] an IPv6 address stands in brackets in a URL", () => {
  expect(inUrl("::1")).toBe("[::1]");
  expect(inUrl("192.168.0.5")).toBe("192.168.0.5");
  expect(inUrl("jam.local")).toBe("jam.local");
});
