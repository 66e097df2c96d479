/**
 * HTTPS for a LAN without an account anywhere: a small certificate authority of this installation, kept in
 * `data/tls`, and a certificate from it for every name and address by which this machine is reached. What a
 * phone trusts once is the authority; the certificate below it changes as the addresses do.
 */
import "./reflect-metadata.ts";
import { createPrivateKey, X509Certificate as NodeCertificate, webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { join } from "node:path";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { writeAtomically } from "./atomic-file.ts";

export interface TlsOptions {
  readonly dataDir: string;
  /** PEM files of the operator's own; both or neither. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Names and addresses the certificate is to hold besides this machine's own loopback ones. */
  readonly hosts: readonly string[];
  readonly now?: Date;
}

/** All three in PEM; `ca` is null where the certificate is the operator's own. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca: string | null;
}

const DAY_MS = 86_400_000;
const CA_DAYS = 3_650;
/** Apple's systems refuse a server certificate that is valid for more than 398 days. */
const LEAF_DAYS = 397;
/** A certificate with less than this left is made anew. */
const RENEW_DAYS = 30;
/** Clocks of phones may be behind; part of the days above. */
const BACKDATE_DAYS = 1;

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;

/** The certificate this server is to use. Throws with a sentence for the operator if theirs cannot be used. */
export async function tlsMaterial(options: TlsOptions): Promise<TlsMaterial> {
  if (options.cert !== undefined || options.key !== undefined) return ownMaterial(options.cert, options.key);
  const now = options.now ?? new Date();
  const folder = join(options.dataDir, "tls");
  const ca = (await readPair(folder, "ca")) ?? null;
  const authority = ca && isValid(ca.cert, now, 0) ? ca : await issueAuthority(folder, now);
  const hosts = certifiedHosts(options.hosts);
  const leaf = await readPair(folder, "server");
  const good = leaf && isValid(leaf.cert, now, RENEW_DAYS) && isFor(leaf.cert, hosts, authority.cert);
  const { cert, key } = good ? leaf : await issueLeaf(folder, authority, hosts, now);
  return { cert, key, ca: authority.cert };
}

/**
 * The addresses by which other machines of the network reach this one, the likeliest first, then its
 * `.local` name.
 */
export function lanHosts(
  interfaces: Readonly<Record<string, NetworkInterfaceInfo[] | undefined>> = networkInterfaces(),
  name: string = hostname(),
): string[] {
  const addresses = Object.entries(interfaces)
    .toSorted(([a], [b]) => Number(isVirtual(a)) - Number(isVirtual(b)))
    .flatMap(([, infos]) => infos ?? [])
    // Link-local addresses need no certificate: nobody can type them. IPv6 ones change by the day.
    .filter((info) => info.family === "IPv4" && !info.internal && !info.address.startsWith("169.254."))
    .map((info) => info.address);
  return [...new Set(addresses), `${shortName(name)}.local`];
}

/** Bridges of containers and virtual machines, which nobody outside this machine reaches. */
const isVirtual = (device: string): boolean => /^(docker|br-|veth|virbr|vmnet|cni|podman)/.test(device);

const shortName = (name: string): string => (name.split(".")[0] || "tutti").toLowerCase();

function certifiedHosts(hosts: readonly string[]): string[] {
  const own = [hostname().toLowerCase(), "localhost", "127.0.0.1", "::1"];
  return [...new Set([...hosts, ...own])].toSorted();
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

async function ownMaterial(cert: string | undefined, key: string | undefined): Promise<TlsMaterial> {
  if (cert === undefined || key === undefined)
    throw new Error("A certificate of your own needs both --tls-cert and --tls-key.");
  const pair = { cert: await readOwn("--tls-cert", cert), key: await readOwn("--tls-key", key) };
  if (!fitsTogether(pair))
    throw new Error(`The key in ${key} does not belong to the certificate in ${cert}.`);
  return { ...pair, ca: null };
}

async function readOwn(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new Error(`${flag} ${path} cannot be read: ${String(error)}`, { cause: error });
  }
}

function fitsTogether({ cert, key }: Pair): boolean {
  try {
    return new NodeCertificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** A pair that was written before; null where it is missing, torn or does not fit together. */
async function readPair(folder: string, name: string): Promise<Pair | null> {
  try {
    const [cert, key] = await Promise.all(
      [`${name}.crt`, `${name}.key`].map((file) => readFile(join(folder, file), "utf8")),
    );
    const pair = { cert: cert ?? "", key: key ?? "" };
    return fitsTogether(pair) ? pair : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function writePair(folder: string, name: string, pair: Pair): Promise<Pair> {
  await writeAtomically(join(folder, `${name}.key`), pair.key, { mode: 0o600 });
  await writeAtomically(join(folder, `${name}.crt`), pair.cert, { mode: 0o600 });
  return pair;
}

function isValid(cert: string, now: Date, daysLeft: number): boolean {
  const { notBefore, notAfter } = new X509Certificate(cert);
  return notBefore <= now && notAfter.getTime() - now.getTime() > daysLeft * DAY_MS;
}

function isFor(cert: string, hosts: readonly string[], authority: string): boolean {
  const names = new X509Certificate(cert)
    .getExtension(SubjectAlternativeNameExtension)
    ?.names.toJSON()
    .map((name) => normal(name.value))
    .toSorted();
  if (names?.join() !== hosts.map(normal).toSorted().join()) return false;
  const issuer = new NodeCertificate(authority);
  const leaf = new NodeCertificate(cert);
  return leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey);
}

/** One spelling an address: the library may write ::1 in full. */
const normal = (host: string): string =>
  isIP(host) === 6 ? new URL(`http://[${host}]/`).hostname.slice(1, -1) : host.toLowerCase();

const daysFrom = (now: Date, days: number): Date => new Date(now.getTime() + days * DAY_MS);

const makeKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(CURVE, true, ["sign", "verify"]);

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  return `${PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), PemConverter.PrivateKeyTag)}\n`;
}

async function issueAuthority(folder: string, now: Date): Promise<Pair> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [`Tutti on ${shortName(hostname())}`] }, { O: ["Tutti"] }],
    notBefore: daysFrom(now, -BACKDATE_DAYS),
    notAfter: daysFrom(now, CA_DAYS),
    signingAlgorithm: SIGNATURE,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return writePair(folder, "ca", {
    cert: `${certificate.toString("pem")}\n`,
    key: await keyPem(keys.privateKey),
  });
}

async function issueLeaf(folder: string, ca: Pair, hosts: readonly string[], now: Date): Promise<Pair> {
  const authority = new X509Certificate(ca.cert);
  const signingKey = await webcrypto.subtle.importKey(
    "pkcs8",
    PemConverter.decodeFirst(ca.key),
    CURVE,
    false,
    ["sign"],
  );
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: [{ CN: [shortName(hostname())] }, { O: ["Tutti"] }],
    issuer: authority.subject,
    notBefore: daysFrom(now, -BACKDATE_DAYS),
    notAfter: daysFrom(now, LEAF_DAYS - BACKDATE_DAYS),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) ? ("ip" as const) : ("dns" as const), value })),
      ),
      await AuthorityKeyIdentifierExtension.create(authority.publicKey),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return writePair(folder, "server", {
    cert: `${certificate.toString("pem")}\n`,
    key: await keyPem(keys.privateKey),
  });
}
