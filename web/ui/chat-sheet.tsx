/**
 * The chat: on a large screen a card in the corner, beside which one plays on, and a sheet on a small one. What
 * was said is text and nothing else.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ChatLine, ChatRefusal } from "#shared/protocol/chat.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { REFUSED, type Waiting } from "../state/chat.ts";
import { clockTime } from "./history-words.ts";
import { Icon } from "./icons.tsx";
import { ReactionRow } from "./reactions.tsx";
import { SheetBox, SheetHead } from "./sheet.tsx";
import { useStage } from "./stage.ts";
import { useLate } from "./use-late.ts";
import controls from "./controls.module.css";
import styles from "./chat.module.css";

/** What one person says within so long stands under one name. ms */
const TOGETHER_MS = 60_000;
/** Nearer to the end than this, the log stays at its end. Pixels. */
const NEAR_END = 40;

/** How much has not been read, on the button of the chat. */
export function Unread() {
  const unread = useLate().company.chat.unread.value;
  if (unread === 0) return null;
  return (
    <b class={styles.unread}>
      {unread > 99 ? "99+" : unread}
      <span class={controls.hidden}> unread</span>
    </b>
  );
}

/** For who listens to the screen: what another has just said. */
export function SpokenChat() {
  const { newest } = useLate().company.chat;
  return (
    <p class={controls.hidden} aria-live="polite">
      {newest.value !== null && `${newest.value.name}: ${newest.value.text}`}
    </p>
  );
}

function Line({ line, isNext }: { line: ChatLine; isNext: boolean }) {
  const { session } = useStage();
  // As they are called now, if they are here.
  const who = session.people.value.find(({ member }) => member === line.member) ?? line;
  const roomNow = session.wire.roomNow();
  const now = Date.now();
  return (
    <li class={styles.line} data-next={isNext}>
      <p class={isNext ? controls.hidden : styles.who}>
        <b data-c={who.color}>{who.name}</b>
        <span>
          {roomNow !== null && clockTime(now - roomNow * 1_000 + line.time, now)}
          {line.bar !== undefined && ` · bar ${line.bar}`}
        </span>
      </p>
      <p class={styles.text} dir="auto">
        {line.text}
      </p>
    </li>
  );
}

function Unsaid({ one }: { one: Waiting }) {
  const { session } = useStage();
  const { chat } = useLate().company;
  const isOffline = session.connection.value.state === "offline";
  return (
    <li class={`${styles.line} ${styles.unsaid}`}>
      <p class={styles.text} dir="auto">
        {one.text}
      </p>
      {one.refused === undefined ? (
        <p class={styles.state}>{isOffline ? "Waits for the connection." : "On its way …"}</p>
      ) : (
        <p class={styles.state} role="alert">
          {REFUSED[one.refused as ChatRefusal] ?? "Not said."}
          <span>
            <button type="button" onClick={() => chat.sayAgain(one.key)}>
              Send again
            </button>
            <button type="button" onClick={() => chat.drop(one.key)}>
              Remove
            </button>
          </span>
        </p>
      )}
    </li>
  );
}

function Log() {
  const stage = useStage();
  const { chat } = useLate().company;
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const lines = chat.lines.value;
  const waiting = chat.waiting.value;
  const isListener = stage.session.role.value === "listener";
  useLayoutEffect(() => {
    if (box.current !== null && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, waiting]);
  return (
    <div
      ref={box}
      class={styles.log}
      role="log"
      aria-label="What was said"
      // What is new is said elsewhere, also while this is closed.
      aria-live="off"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- reason: what scrolls is scrolled by keys too
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
      }}
    >
      {lines.length + waiting.length === 0 ? (
        <p class={styles.empty}>
          {!chat.isKnown.value
            ? "Fetching what was said …"
            : isListener
              ? "Nobody has said anything yet."
              : "Say something to the room: nobody hears it, everybody reads it."}
        </p>
      ) : (
        <ol>
          {lines.map((line, index) => {
            const before = lines[index - 1];
            const isNext = before?.member === line.member && line.time - before.time < TOGETHER_MS;
            return <Line key={line.n} line={line} isNext={isNext} />;
          })}
          {waiting.map((one) => (
            <Unsaid key={one.key} one={one} />
          ))}
        </ol>
      )}
    </div>
  );
}

/** Enter says it, with Shift it is a new line. */
function Field({ focus }: { focus: boolean }) {
  const { chat } = useLate().company;
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = chat.draft.value;
  useLayoutEffect(() => {
    if (field.current === null) return;
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(120, field.current.scrollHeight + 2)}px`;
  }, [draft]);
  useLayoutEffect(() => {
    if (focus) field.current?.focus();
  }, [focus]);
  return (
    <form
      class={styles.field}
      onSubmit={(event) => {
        event.preventDefault();
        chat.say();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        aria-label="Say something"
        placeholder="Say something"
        maxLength={LIMITS.chatLength}
        value={draft}
        onInput={(event) => chat.write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          chat.say();
        }}
      />
      <button type="submit" class={controls.icon} aria-label="Send" disabled={draft.trim() === ""}>
        <Icon name="chevron" />
      </button>
    </form>
  );
}

/** Over the corner of a large screen, beside which everything goes on. Escape closes it, and the focus goes back. */
function Corner({ title, children }: { title: string; children: ComponentChildren }) {
  const stage = useStage();
  const close = (): void => {
    stage.sheet.value = null;
  };
  const box = useRef<HTMLElement>(null);
  const before = useRef(document.activeElement);
  useLayoutEffect(
    () => () => {
      const from = before.current;
      if (box.current?.contains(document.activeElement) && from instanceof HTMLElement && from.isConnected)
        from.focus();
    },
    [],
  );
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- reason: Escape is a way out beside the button
    <section
      ref={box}
      class={styles.corner}
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <SheetHead title={title} close={close} />
      {children}
    </section>
  );
}

export function ChatSheet() {
  const stage = useStage();
  const { chat } = useLate().company;
  const isPhone = stage.layout.value === "phone";
  const isListener = stage.session.role.value === "listener";
  useEffect(() => {
    chat.setOpen(true);
    return () => chat.setOpen(false);
  }, [chat]);
  const inside = (
    <div class={styles.chat}>
      <Log />
      <ReactionRow focus={isListener && !isPhone} />
      {isListener ? <p class={styles.listener}>Listeners read and react.</p> : <Field focus={!isPhone} />}
    </div>
  );
  return isPhone ? <SheetBox title="Chat">{inside}</SheetBox> : <Corner title="Chat">{inside}</Corner>;
}

/** The reactions alone, as the key calls them. */
export function ReactSheet() {
  const isPhone = useStage().layout.value === "phone";
  const row = <ReactionRow focus />;
  return isPhone ? <SheetBox title="React">{row}</SheetBox> : <Corner title="React">{row}</Corner>;
}
