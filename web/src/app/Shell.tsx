/** What stands around every place: skip link, places, search, who is signed in, and the keys that work everywhere. */
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, useLocation, useNavigate } from "react-router";

import { ColourChoice, LanguageChoice } from "./Choices";
import { keysWanted } from "./keys";
import { useViewer } from "./viewer";
import "./shell.css";

const CommandBox = lazy(() => import("./CommandBox"));
const KeyHelp = lazy(() => import("./KeyHelp"));

type Box = "find" | "keys" | null;

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { name, email } = useViewer();
  const main = useRef<HTMLElement>(null);
  const [box, setBox] = useState<Box>(null);
  const close = () => setBox(null);
  useKeys(setBox);
  useArrival(main);
  return (
    <>
      <a className="skip" href="#place">
        {t("app.skip")}
      </a>
      <header className="masthead">
        <NavLink to="/" className="brand" end>
          <img src="/milepost.svg" alt="" width="24" height="24" />
          <span>{t("app.name")}</span>
        </NavLink>
        <nav aria-label={t("app.places")}>
          <NavLink to="/" end>
            {t("app.overview")}
          </NavLink>
          <NavLink to="/what-if">{t("app.whatIf")}</NavLink>
        </nav>
        <button type="button" className="find" onClick={() => setBox("find")} aria-keyshortcuts="/">
          <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
            <circle cx="7" cy="7" r="4.5" />
            <path d="m10.5 10.5 3.5 3.5" />
          </svg>
          <span>{t("app.findHint")}</span>
          <kbd aria-hidden="true">/</kbd>
        </button>
        <details className="me">
          <summary>
            {initials(name)}
            <span className="unseen">{`, ${name}: ${t("app.menu")}`}</span>
          </summary>
          <div className="me-box">
            <p>
              <strong>{name}</strong>
              {email !== null && <span className="soft small">{email}</span>}
            </p>
            <LanguageChoice />
            <ColourChoice />
            <button type="button" className="button" onClick={() => setBox("keys")}>
              {t("app.keys")} <kbd aria-hidden="true">?</kbd>
            </button>
            <button type="button" className="button" onClick={() => void signOut()}>
              {t("app.signOut")}
            </button>
          </div>
        </details>
      </header>
      <main id="place" className="place" ref={main} tabIndex={-1}>
        {children}
      </main>
      <Suspense fallback={null}>
        {box === "find" && <CommandBox close={close} />}
        {box === "keys" && <KeyHelp close={close} />}
      </Suspense>
    </>
  );
}

async function signOut(): Promise<void> {
  await fetch("/sign-out", { method: "POST", credentials: "same-origin", headers: { "x-milepost": "1" } });
  location.assign("/");
}

function initials(name: string): string {
  return name
    .split(/\s+/)
    .map((word) => word[0]?.toUpperCase() ?? "")
    .slice(0, 2)
    .join("");
}

/** After a move to another place the reader, and a screen reader, start at its top. */
function useArrival(main: React.RefObject<HTMLElement | null>): void {
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    window.scrollTo({ top: 0 });
    main.current?.focus({ preventScroll: true });
  }, [pathname, main]);
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName) || target.closest("dialog") !== null)
  );
}

function useKeys(open: (box: Box) => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let prefix = 0;
    const onKey = (event: KeyboardEvent) => {
      if (!keysWanted() || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const afterG = Date.now() - prefix < 1000;
      prefix = event.key === "g" ? Date.now() : 0;
      if (event.key === "/") open("find");
      else if (event.key === "?") open("keys");
      else if (afterG && event.key === "o") void navigate("/");
      else if (afterG && event.key === "w") void navigate("/what-if");
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [navigate, open]);
}
