/** Which language the page speaks. English comes with the page; others are fetched when somebody asks for them. */
import i18n from "i18next";
import { initReactI18next } from "react-i18next";

import { en } from "./en";
import { speak } from "./numbers";

export const LANGUAGES = { en: "English", es: "Español" } as const;
export type Language = keyof typeof LANGUAGES;

const KEPT_AS = "milepost.language";

function wanted(): Language {
  const kept = globalThis.localStorage.getItem(KEPT_AS) ?? globalThis.navigator.language.slice(0, 2);
  return kept in LANGUAGES ? (kept as Language) : "en";
}

/** Brings the words of a language and speaks it from now on. */
export async function setLanguage(code: Language): Promise<void> {
  if (code === "es" && !i18n.hasResourceBundle("es", "translation")) {
    const { es } = await import("./es");
    i18n.addResourceBundle("es", "translation", es);
  }
  globalThis.localStorage.setItem(KEPT_AS, code);
  await i18n.changeLanguage(code);
}

i18n.on("languageChanged", (code) => {
  speak(code);
  globalThis.document.documentElement.lang = code;
});

/** Makes the words ready; resolves when the reader's language is spoken. */
export async function startWords(code: Language = wanted()): Promise<void> {
  await i18n.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
  });
  if (code !== "en") await setLanguage(code);
}

export default i18n;
