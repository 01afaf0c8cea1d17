/** A search with a list under it, worked by keyboard alone: type, up and down, Enter (ARIA combobox with a list box). */
import { useEffect, useId, useState, type KeyboardEvent, type ReactNode } from "react";

export interface Found {
  id: string;
  name: string;
  about: ReactNode;
}

interface SearchProps {
  label: string;
  placeholder: string;
  found: readonly Found[];
  text: string;
  onText: (text: string) => void;
  choose: (found: Found) => void;
  /** Shown when there is a text and nothing is found. */
  none: string;
  status?: string;
  autoFocus?: boolean;
  labelled?: boolean;
}

export function Search({ label, placeholder, found, text, onText, choose, none, status, autoFocus, labelled }: SearchProps) {
  const list = useId();
  const field = useId();
  const [active, setActive] = useState(0);
  const chosen = Math.min(active, found.length - 1);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setActive((chosen + 1) % Math.max(1, found.length));
    else if (event.key === "ArrowUp") setActive((chosen - 1 + found.length) % Math.max(1, found.length));
    else if (event.key === "Enter") {
      const one = found[chosen];
      if (one) choose(one);
    } else return;
    event.preventDefault();
  };
  return (
    <div className="field">
      <label htmlFor={field} className={labelled ? undefined : "unseen"}>
        {label}
      </label>
      <input
        id={field}
        className="input"
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={found[chosen] ? `${list}-${chosen}` : undefined}
        autoComplete="off"
        spellCheck={false}
        autoFocus={autoFocus}
        placeholder={placeholder}
        value={text}
        onChange={(event) => {
          onText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKey}
      />
      <ul className="options" role="listbox" id={list} aria-label={label} hidden={found.length === 0}>
        {found.map((one, index) => (
          // The keyboard is served by the field above, which says which option is active.
          <li
            key={one.id}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === chosen}
            className="option"
            onMouseMove={() => setActive(index)}
            onClick={() => choose(one)}
          >
            <span>{one.name}</span>
            <span>{one.about}</span>
          </li>
        ))}
      </ul>
      {text.trim() !== "" && found.length === 0 && status === undefined && <p className="soft small">{none}</p>}
      <span className="unseen" role="status">
        {status}
      </span>
    </div>
  );
}

/** The value once it has been left alone for `pause` milliseconds. */
export function useSettled<T>(value: T, pause = 250): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return settled;
}
