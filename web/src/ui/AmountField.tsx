/** A field for an amount: parsed as it is typed, written the reader's way when it is left, up and down by arrow. */
import { useId, useState, type KeyboardEvent } from "react";

import { plainNumber } from "../words/numbers";

interface AmountFieldProps {
  label: string;
  labelled?: boolean;
  value: number | null;
  onChange: (value: number | null) => void;
  step?: number;
  decimals?: number;
  complaints?: readonly string[];
  disabled?: boolean;
  prefix?: string;
  /** An empty field means "no amount" instead of "no number". */
  optional?: { placeholder: string; clear: () => void };
}

/** The number somebody typed: "1,250", "1 250.5", "$3,000", "1.250,5" (Spanish); null if it is none. */
export function parseAmount(text: string, decimalMark = "."): number | null {
  const grouping = decimalMark === "." ? /[\s\u00a0\u202f$,']/g : /[\s\u00a0\u202f$.']/g;
  const plain = text.replace(grouping, "").replace("−", "-").replace(decimalMark, ".");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : null;
}

function decimalMark(): string {
  return plainNumber(1.5).includes(",") ? "," : ".";
}

export function AmountField(props: AmountFieldProps) {
  const { label, labelled = false, value, onChange, step = 1, decimals = 2, complaints = [], disabled, prefix, optional } = props;
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? (value === null ? "" : plainNumber(value, decimals));
  const take = (text: string) => {
    setTyped(text);
    if (text.trim() === "" && optional) optional.clear();
    else onChange(parseAmount(text, decimalMark()));
  };
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowUp: step, ArrowDown: -step, PageUp: 10 * step, PageDown: -10 * step }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = Math.max(0, (value ?? 0) + by);
    setTyped(null);
    onChange(next);
  };
  return (
    <div className="field amount">
      <label htmlFor={id} className={labelled ? undefined : "unseen"}>
        {label}
      </label>
      <div className="amount-box">
        {prefix !== undefined && shown !== "" && <span aria-hidden="true">{prefix}</span>}
        <input
          id={id}
          className="input"
          inputMode="decimal"
          autoComplete="off"
          disabled={disabled}
          value={shown}
          placeholder={optional?.placeholder}
          aria-invalid={complaints.length > 0}
          aria-describedby={complaints.length > 0 ? `${id}complaint` : undefined}
          onChange={(event) => take(event.target.value)}
          onBlur={() => {
            if (typed !== null && parseAmount(typed, decimalMark()) !== null) setTyped(null);
          }}
          onKeyDown={onKey}
        />
      </div>
      {complaints.length > 0 && (
        <div id={`${id}complaint`} role="alert">
          {complaints.map((words) => (
            <p key={words} className="complaint">
              {words}
            </p>
          ))}
        </div>
      )}
    </div>
  );
}
