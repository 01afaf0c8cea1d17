/** The words of a student group's code; a code nobody has put into words is shown as it was given. */
import i18n from "./i18n";

const SPOKEN = {
  ALL: "group.ALL",
  EDS: "group.EDS",
  SWD: "group.SWD",
  ELS: "group.ELS",
  EL: "group.EL",
  BLACK: "group.BLACK",
  HISPANIC: "group.HISPANIC",
  WHITE: "group.WHITE",
  ASIAN: "group.ASIAN",
} as const;

export function groupWords(code: string): string {
  return code in SPOKEN ? i18n.t(SPOKEN[code as keyof typeof SPOKEN]) : code;
}
