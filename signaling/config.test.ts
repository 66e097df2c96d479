import { expect, test } from "vitest";
import { readConfig, SETTINGS, usage } from "./config.ts";

const config = (argv: string[], env: Record<string, string> = {}) => {
  const read = readConfig(argv, env);
  if (!read.ok) throw new Error(read.error);
  return read.value;
};
const sentence = (argv: string[], env: Record<string, string> = {}) => {
  const read = readConfig(argv, env);
  return read.ok ? null : read.error;
};

test("[CFG1] without settings it runs on loopback, port 7700, the SFU's ports behind it", () => {
  expect(config([])).toMatchObject({
    port: 7700,
    host: "127.0.0.1",
    rtcPort: 7701,
    dataDir: "data",
    announcedAddresses: ["127.0.0.1"],
    maxPerformers: 16,
    publicUrl: null,
    ice: { fixed: [], turn: null },
  });
});

test("[ICE5] the SFU is announced by an address of each family, or of one", () => {
  const announced = (text: string) => config([], { ANNOUNCED_ADDRESS: text }).announcedAddresses;
  expect(announced("203.0.113.7")).toEqual(["203.0.113.7"]);
  expect(announced("203.0.113.7, 2001:db8::7")).toEqual(["203.0.113.7", "2001:db8::7"]);
  expect(config(["--host", "::1"]).announcedAddresses).toEqual(["::1"]);
  expect(config(["--host", "localhost"]).announcedAddresses).toEqual(["127.0.0.1"]);
  expect(sentence([], { ANNOUNCED_ADDRESS: "203.0.113.7,203.0.113.8" })).toMatch(
    /^ANNOUNCED_ADDRESS must be one/,
  );
  expect(sentence([], { ANNOUNCED_ADDRESS: "203.0.113.7," })).toMatch(/^ANNOUNCED_ADDRESS must be/);
  expect(sentence([], { HOST: "::" })).toMatch(/^ANNOUNCED_ADDRESS must say/);
});

test("[CFG2] a flag wins over its variable", () => {
  expect(config(["--port", "8000"], { PORT: "9000" }).port).toBe(8000);
  expect(config(["--port=8000"]).rtcPort).toBe(8001);
  expect(config([], { PORT: "9000", RTC_PORT: "9500" })).toMatchObject({ port: 9000, rtcPort: 9500 });
  expect(config([], { PORT: "" }).port).toBe(7700);
});

test("[CFG3] a wrong value is answered by a sentence that names it", () => {
  expect(sentence([], { PORT: "abc" })).toBe('PORT must be a port from 0 to 65535, but is "abc".');
  expect(sentence(["--port", "70000"])).toBe('--port must be a port from 0 to 65535, but is "70000".');
  expect(sentence([], { PUBLIC_URL: "jam.example.org" })).toMatch(/^PUBLIC_URL must be an origin/);
  expect(sentence([], { PUBLIC_URL: "https://jam.example.org/x" })).toMatch(/^PUBLIC_URL must be/);
  expect(sentence([], { LOG_LEVEL: "loud" })).toMatch(/^LOG_LEVEL must be one of/);
  expect(sentence([], { TRUST_PROXY: "maybe" })).toMatch(/^TRUST_PROXY must be yes or no/);
  expect(sentence([], { TLS_CERT: "a.pem" })).toMatch(/TLS_KEY/);
  expect(sentence([], { TURN_URLS: "turn:a.example" })).toMatch(/TURN_USERNAME/);
  expect(sentence([], { STUN_URLS: "http://a" })).toMatch(/^STUN_URLS/);
  expect(sentence([], { HOST: "0.0.0.0" })).toMatch(/^ANNOUNCED_ADDRESS must/);
  expect(sentence([], { RTC_PORT: "65535", SFU_WORKERS: "2" })).toMatch(/^RTC_PORT/);
});

test("[CFG3] an unknown flag or a stray word stops the start", () => {
  expect(sentence(["--bogus", "3"])).toMatch(/^--bogus is not a setting/);
  expect(sentence(["3"])).toMatch(/^3 is not a setting/);
  expect(sentence(["-p", "3"])).toMatch(/^-p is not a setting/);
});

test("[CFG4] --lan opens all interfaces and leaves the address to the network", () => {
  expect(config(["--lan"])).toMatchObject({ lan: true, host: "0.0.0.0", announcedAddresses: null });
  expect(config([], { LAN: "1" }).lan).toBe(true);
});

test("[CFG5] STUN and TURN servers are given to the browsers as they take them", () => {
  const env = {
    STUN_URLS: "stun:a.example, stun:b.example",
    TURN_URLS: "turn:t.example",
    TURN_USERNAME: "u",
    TURN_CREDENTIAL: "p",
  };
  expect(config([], env).ice).toEqual({
    fixed: [
      { urls: ["stun:a.example", "stun:b.example"] },
      { urls: ["turn:t.example"], username: "u", credential: "p" },
    ],
    turn: null,
  });
});

test("[ICE1] a secret of the TURN servers takes the place of user name and password, and goes with neither", () => {
  const env = { TURN_URLS: "turn:t.example", TURN_SECRET: "s" };
  expect(config([], env).ice).toEqual({ fixed: [], turn: { urls: ["turn:t.example"], secret: "s" } });
  expect(sentence([], { ...env, TURN_USERNAME: "u" })).toMatch(
    /^TURN_SECRET .* cannot go with TURN_USERNAME/,
  );
  expect(sentence([], { ...env, TURN_CREDENTIAL: "p" })).toMatch(/^TURN_SECRET .* TURN_CREDENTIAL/);
  expect(sentence([], { TURN_SECRET: "s" })).toMatch(/^TURN_SECRET needs TURN_URLS/);
});

test("[CFG6] the help lists every flag with its variable", async () => {
  const help = await usage();
  for (const one of Object.values(SETTINGS)) {
    expect(help).toContain(`--${one.flag}`);
    expect(help).toContain(one.env);
  }
});
