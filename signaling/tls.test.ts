import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { caPage, caPages } from "./ca-page.ts";
import { lanHosts, type TlsMaterial, tlsMaterial } from "./tls.ts";

const DAY_MS = 86_400_000;
const hosts = ["192.168.7.20", "studio.local"];
const later = (days: number): Date => new Date(Date.now() + days * DAY_MS);

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "tutti-tls-"));
});
afterEach(() => rm(dataDir, { recursive: true }));

/** Fetches "/" of a server with this certificate by each name, as a client that trusts only `ca`. */
async function reach(material: TlsMaterial, ca: string, names: readonly string[]): Promise<string[]> {
  const server = createServer({ cert: material.cert, key: material.key }, (_, response) =>
    response.end("ok"),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  try {
    return await Promise.all(
      names.map(
        (name) =>
          new Promise<string>((resolve) => {
            request({ host: "127.0.0.1", port: address.port, servername: name, ca, agent: false })
              .on("response", (response) => {
                response.resume();
                resolve("ok");
              })
              .on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
              .end();
          }),
      ),
    );
  } finally {
    server.close();
  }
}

describe("tlsMaterial", () => {
  test("[TLS1] who trusts the authority reaches the server by address and by name", async () => {
    const material = await tlsMaterial({ dataDir, hosts });
    // Without a servername Node checks the address it connected to.
    expect(await reach(material, material.ca ?? "", ["", "localhost", "studio.local"])).toEqual([
      "ok",
      "ok",
      "ok",
    ]);
    const leaf = new X509Certificate(material.cert);
    expect(leaf.checkIP("192.168.7.20")).toBeTruthy();
    expect(leaf.checkIP("127.0.0.1")).toBeTruthy();
  });

  test("who does not trust it, or asks by another name, is refused", async () => {
    const material = await tlsMaterial({ dataDir, hosts });
    expect(await reach(material, material.ca ?? "", ["elsewhere.local"])).toEqual([
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ]);
    const stranger = await mkdtemp(join(tmpdir(), "tutti-tls-"));
    const other = await tlsMaterial({ dataDir: stranger, hosts });
    const [refusal] = await reach(material, other.ca ?? "", ["localhost"]);
    expect(refusal).not.toBe("ok");
    await rm(stranger, { recursive: true });
  });

  test("[TLS2] the certificate is one that iOS takes: for servers, at most 398 days", async () => {
    const { cert, ca } = await tlsMaterial({ dataDir, hosts });
    const leaf = new X509Certificate(cert);
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(leaf.ca).toBe(false);
    expect(new X509Certificate(ca ?? "").ca).toBe(true);
    expect((Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)) / DAY_MS).toBeLessThanOrEqual(398);
  });

  test("[TLS3] a second start uses the same certificate", async () => {
    const first = await tlsMaterial({ dataDir, hosts });
    expect(await tlsMaterial({ dataDir, hosts: hosts.toReversed() })).toEqual(first);
  });

  test("[TLS4] new addresses give a new certificate of the same authority", async () => {
    const first = await tlsMaterial({ dataDir, hosts });
    const second = await tlsMaterial({ dataDir, hosts: [...hosts, "10.0.0.4"] });
    expect(second.ca).toBe(first.ca);
    expect(second.cert).not.toBe(first.cert);
    expect(new X509Certificate(second.cert).checkIP("10.0.0.4")).toBeTruthy();
  });

  test("[TLS5] the certificate is made anew 30 days before it ends", async () => {
    const first = await tlsMaterial({ dataDir, hosts });
    expect((await tlsMaterial({ dataDir, hosts, now: later(365) })).cert).toBe(first.cert);
    expect((await tlsMaterial({ dataDir, hosts, now: later(367) })).cert).not.toBe(first.cert);
  });

  test("[TLS6] keys can be read by their owner only", async () => {
    await tlsMaterial({ dataDir, hosts });
    for (const file of ["ca.key", "ca.crt", "server.key", "server.crt"])
      expect((await stat(join(dataDir, "tls", file))).mode & 0o777).toBe(0o600);
  });

  test("a certificate of one's own is used as it is", async () => {
    const made = await tlsMaterial({ dataDir, hosts });
    const [cert, key] = ["server.crt", "server.key"].map((file) => join(dataDir, "tls", file));
    expect(await tlsMaterial({ dataDir: "/nowhere", hosts: [], cert, key })).toEqual({ ...made, ca: null });
    await expect(tlsMaterial({ dataDir, hosts, cert })).rejects.toThrow(
      "needs both --tls-cert and --tls-key",
    );
    const wrong = join(dataDir, "tls", "ca.key");
    await expect(tlsMaterial({ dataDir, hosts, cert, key: wrong })).rejects.toThrow("does not belong");
    await expect(tlsMaterial({ dataDir, hosts, cert, key: "/nowhere" })).rejects.toThrow(
      "--tls-key /nowhere",
    );
    expect(await readFile(wrong, "utf8")).toContain("PRIVATE KEY");
  });
});

test("the LAN's addresses come before those of virtual networks, and the .local name last", () => {
  const ipv4 = (address: string, internal = false) =>
    ({ address, internal, family: "IPv4", netmask: "", mac: "", cidr: null }) as const;
  const interfaces = {
    lo: [ipv4("127.0.0.1", true)],
    docker0: [ipv4("172.17.0.1")],
    wlan0: [ipv4("192.168.7.20"), ipv4("169.254.3.3")],
  };
  expect(lanHosts(interfaces, "Studio.example.org")).toEqual(["192.168.7.20", "172.17.0.1", "studio.local"]);
});

test("the page explains every system and offers the certificate", () => {
  const page = caPage();
  expect(page).toContain('href="/ca.crt"');
  for (const name of ["iPhone", "Android", "macOS", "Windows", "Linux"]) expect(page).toContain(name);
  expect(Object.keys(caPages("PEM"))).toEqual(["/ca", "/ca.crt"]);
});
