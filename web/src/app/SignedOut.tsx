/** For who is not signed in: how to get a link, nothing else. */
import { useTranslation } from "react-i18next";

import { LanguageChoice } from "./Choices";
import "./shell.css";

export function SignedOut() {
  const { t } = useTranslation();
  return (
    <main className="signed-out">
      <title>{`${t("signedOut.title")} · Milepost`}</title>
      <p className="brand">{t("app.name")}</p>
      <h1>{t("signedOut.title")}</h1>
      <p>{t("signedOut.lead")}</p>
      <p>{t("signedOut.terminal")}</p>
      <pre>
        <code>.venv/bin/milepost sign-in-link you@example.org</code>
      </pre>
      <p>{t("signedOut.other")}</p>
      <LanguageChoice />
    </main>
  );
}
