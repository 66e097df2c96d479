/** Share: the performer link is copied at once; it stands selected with a QR code in any case. */
import { useEffect, useRef, useState } from "preact/hooks";
import { copyText } from "../platform.ts";
import { SheetBox } from "./sheet.tsx";
import { useStage } from "./stage.ts";
import { isOnlyHere } from "./words.ts";
import controls from "./controls.module.css";
import styles from "./sheet.module.css";

interface LinkRow {
  readonly key: string;
  readonly title: string;
  readonly what: string;
  readonly url: string;
}

/** The code is made when it is first asked for; it is no part of the first download. */
function Qr({ url }: { url: string }) {
  const [svg, setSvg] = useState("");
  useEffect(() => {
    let alive = true;
    import("uqr").then(
      ({ encode }) => {
        if (!alive) return;
        const { data, size } = encode(url, { border: 2 });
        const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")));
        setSvg(`${size} ${path.join("")}`);
      },
      () => undefined, // Without the code the link itself still stands there.
    );
    return () => {
      alive = false;
    };
  }, [url]);
  if (svg === "") return <div class={styles.qr} />;
  const [size, path] = svg.split(/ (.*)/s);
  return (
    <svg
      class={styles.qr}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label="QR code of the link"
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

function LinkField({ row, first }: { row: LinkRow; first: boolean }) {
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<
    "" | "Copied." | "Your browser refuses to copy: the link is selected."
  >("");
  const copy = async (): Promise<void> => {
    const done = await copyText(row.url);
    setCopied(done ? "Copied." : "Your browser refuses to copy: the link is selected.");
    if (done) return;
    field.current?.focus();
    field.current?.select();
  };
  useEffect(() => {
    if (first) void copy();
  }, [row.url]);
  return (
    <div class={styles.link}>
      <label htmlFor={`link-${row.key}`}>
        <b>{row.title}</b> <span>{row.what}</span>
      </label>
      <div>
        <input
          ref={field}
          id={`link-${row.key}`}
          class={controls.field}
          readOnly
          value={row.url}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" class={first ? controls.main : controls.button} onClick={() => void copy()}>
          Copy
        </button>
      </div>
      <p role="status">{copied}</p>
    </div>
  );
}

export function ShareSheet() {
  const links = useStage().session.links.value;
  if (links === null) return null;
  const rows: LinkRow[] = [
    ...(links.performer === undefined
      ? []
      : [
          {
            key: "performer",
            title: "To the band",
            what: "Whoever opens it can edit.",
            url: links.performer,
          },
        ]),
    {
      key: "listener",
      title: "To the audience",
      what: "They hear the jam and change nothing.",
      url: links.listener,
    },
    ...(links.leader === undefined
      ? []
      : [
          {
            key: "leader",
            title: "To lead",
            what: "Keep it: it can do all that you can.",
            url: links.leader,
          },
        ]),
  ];
  const main = rows[0]?.url ?? links.listener;
  return (
    <SheetBox title="Bring someone">
      {isOnlyHere(main) && (
        <p class={styles.warning}>
          Only this computer can open these links. To reach others, start the server with{" "}
          <code>npm start -- --lan</code>.
        </p>
      )}
      <div class={styles.shareGrid}>
        <Qr url={main} />
        <div class={styles.links}>
          {rows.map((row, index) => (
            <LinkField key={row.key} row={row} first={index === 0} />
          ))}
        </div>
      </div>
    </SheetBox>
  );
}
