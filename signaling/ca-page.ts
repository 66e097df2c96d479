/** The page at `/ca`: how a phone or a computer comes to trust this installation's certificate authority. */
import type { Handler } from "./http.ts";

const SYSTEMS: readonly { readonly name: string; readonly steps: readonly string[] }[] = [
  {
    name: "iPhone and iPad",
    steps: [
      "Open this page in Safari, download the certificate and allow the profile.",
      "Settings → “Profile Downloaded” (or General → VPN &amp; Device Management) → Install.",
      "Settings → General → About → Certificate Trust Settings: switch on “Tutti on …”.",
    ],
  },
  {
    name: "Android",
    steps: [
      "Download the certificate.",
      "Settings, search for “CA certificate” (Security → Encryption &amp; credentials → Install a certificate → CA certificate).",
      "Choose Install anyway, then the downloaded file. Firefox asks for it separately: Settings → About → tap the logo five times → Secret settings → Use third party CA certificates.",
    ],
  },
  {
    name: "macOS",
    steps: [
      "Download the certificate and open it: Keychain Access adds it to the login keychain.",
      "Double-click “Tutti on …” there, and under Trust choose Always Trust.",
    ],
  },
  {
    name: "Windows",
    steps: [
      "Download the certificate, open it and choose Install Certificate → Current User.",
      "Place it in “Trusted Root Certification Authorities”.",
    ],
  },
  {
    name: "Linux",
    steps: [
      "Chromium: Settings → Privacy and security → Security → Manage certificates → Authorities → Import.",
      "Firefox: Settings → Privacy &amp; Security → View Certificates → Authorities → Import, for websites.",
    ],
  },
];

/** HTML without script, style or anything fetched, so that it is right under any content policy. */
export function caPage(): string {
  const sections = SYSTEMS.map(
    ({ name, steps }) =>
      `<h2>${name}</h2>\n<ol>\n${steps.map((step) => `<li>${step}</li>`).join("\n")}\n</ol>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Trust this Tutti</title>
</head>
<body>
<main>
<h1>Trust this Tutti</h1>
<p>Browsers give sound only over https, and this Tutti runs on a computer of your own network, for which no
public authority vouches. It has an authority of its own: once your device trusts it, the warning is gone.</p>
<p><a href="/ca.crt">Download the certificate</a></p>
${sections.join("\n")}
<h2>Afterwards</h2>
<p>Close the browser, open it again, and <a href="/">go to Tutti</a>.</p>
<p>The authority’s key never leaves the computer that runs Tutti. Trust it only if you know whose computer
that is; remove the certificate in the same place when the jam is over.</p>
</main>
</body>
</html>
`;
}

/** The page and the certificate it offers, by their paths. `ca` is the authority's certificate in PEM. */
export function caPages(ca: string): Readonly<Record<"/ca" | "/ca.crt", Handler>> {
  return {
    "/ca": page("text/html; charset=utf-8", caPage()),
    // The type by which iOS and Android know a certificate to install.
    "/ca.crt": page("application/x-x509-ca-cert", ca),
  };
}

function page(type: string, body: string): Handler {
  return (_, response) => {
    response.writeHead(200, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
    response.end(body);
  };
}
