/** Numbers as a planner reads them: the language decides the marks, the quantity decides how many decimals. */

/** No-break space: keeps a number and its unit on one line. */
export const NBSP = "\u00a0";

let language = "en";

/** Sets the language of every format of this folder; called once by i18n when the language changes. */
export function speak(code: string): void {
  language = code;
}

export function spoken(): string {
  return language;
}

const formats = new Map<string, Intl.NumberFormat>();

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const locale = language === "en" ? "en-US" : language;
  const key = locale + JSON.stringify(options);
  let known = formats.get(key);
  if (known === undefined) {
    known = new Intl.NumberFormat(locale, options);
    formats.set(key, known);
  }
  return known;
}

/** A number with a fixed count of decimals; -0 is said as 0. */
export function number(value: number, decimals = 0): string {
  const text = format({ minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value);
  return /[1-9]/.test(text) ? text : text.replace(/^[-−]/, "");
}

/** A number with at most `decimals` decimals, none where it is whole. */
export function plainNumber(value: number, decimals = 1): string {
  return format({ maximumFractionDigits: decimals }).format(value);
}

/** Dollars in full: $1,250,000. */
export function dollars(value: number): string {
  return format({ style: "currency", currency: "USD", currencyDisplay: "narrowSymbol", maximumFractionDigits: 0 }).format(value);
}

/** Dollars for a glance: $1.25M. */
export function shortDollars(value: number): string {
  if (Math.abs(value) < 10_000) return dollars(value);
  return format({
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    notation: "compact",
    maximumFractionDigits: 2,
  }).format(value);
}

/** A share in [0, 1] as a whole percentage; a share that is not quite nothing or everything never rounds to it. */
export function percent(share: number): string {
  return `${hundredths(share)}${NBSP}%`;
}

/** The same without its sign, for the ends of an interval. */
export function hundredths(share: number): string {
  const whole = Math.round(share * 100);
  if (whole <= 0 && share > 0) return `<${NBSP}1`;
  if (whole >= 100 && share < 1) return `>${NBSP}99`;
  return number(whole);
}

/** A difference with its sign: +1.2, −0.4; none where it rounds to nothing. */
export function signed(value: number): string {
  const text = number(Math.abs(value), 1);
  const nothing = Number(Math.abs(value).toFixed(1)) === 0;
  return nothing ? text : `${value > 0 ? "+" : "−"}${text}`;
}

/** A sentence's first letter as it should be. */
export function capital(sentence: string): string {
  return sentence.charAt(0).toLocaleUpperCase(language) + sentence.slice(1);
}

/** A number beside an axis: short where it would be long (1.5M). */
export function axisNumber(value: number): string {
  return Math.abs(value) < 10_000
    ? plainNumber(value)
    : format({ notation: "compact", maximumFractionDigits: 1 }).format(value);
}
