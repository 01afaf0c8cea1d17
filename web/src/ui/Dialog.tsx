/** A box over the page. The browser's own dialog keeps the focus inside and gives it back when it closes. */
import { useEffect, useId, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import "./dialog.css";

interface DialogProps {
  title: string;
  close: () => void;
  children: ReactNode;
  bare?: boolean;
}

export function Dialog({ title, close, children, bare = false }: DialogProps) {
  const { t } = useTranslation();
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    // A press on the backdrop closes the box; by keyboard Escape does.
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={heading}
      onClose={close}
      onClick={(event) => {
        if (event.target === ref.current) ref.current.close();
      }}
    >
      <div className="dialog-inside">
        <div className={bare ? "unseen" : "dialog-head"}>
          <h2 id={heading}>{title}</h2>
          {!bare && (
            <button type="button" className="button quiet compact" onClick={() => ref.current?.close()}>
              {t("app.close")}
            </button>
          )}
        </div>
        {children}
      </div>
    </dialog>
  );
}
