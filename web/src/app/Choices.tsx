/** What a reader may set for this device: language and colours. */
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { LANGUAGES, setLanguage, type Language } from "../words/i18n";
import { applyColours, COLOURS, keptColours, type Colours } from "./colours";

export function LanguageChoice() {
  const { t, i18n } = useTranslation();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t("app.language")}</label>
      <select id={id} className="select" value={i18n.language} onChange={(event) => void setLanguage(event.target.value as Language)}>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

export function ColourChoice() {
  const { t } = useTranslation();
  const id = useId();
  const [colours, setColours] = useState(keptColours);
  return (
    <div className="field">
      <label htmlFor={id}>{t("app.colours")}</label>
      <select
        id={id}
        className="select"
        value={colours}
        onChange={(event) => {
          const chosen = event.target.value as Colours;
          applyColours(chosen);
          setColours(chosen);
        }}
      >
        {COLOURS.map((one) => (
          <option key={one} value={one}>
            {t(`app.${one}`)}
          </option>
        ))}
      </select>
    </div>
  );
}
