/** What went wrong and what to do next. */
import type { CombinedError } from "@urql/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

export function Problem({ error, again }: { error: CombinedError; again?: () => void }) {
  const { t } = useTranslation();
  const words = error.networkError
    ? t("problem.network")
    : t("problem.refused", { message: error.graphQLErrors.map(({ message }) => message).join(" ") });
  return (
    <div className="problem" role="alert">
      <h2>{t("problem.title")}</h2>
      <p>{words}</p>
      {again && (
        <button type="button" className="button" onClick={again}>
          {t("app.again")}
        </button>
      )}
    </div>
  );
}

/** The address is well formed, but nothing stands there that this person may see. */
export function NothingHere() {
  const { t } = useTranslation();
  return (
    <div className="problem">
      <h1>{t("problem.missingTitle")}</h1>
      <p>{t("problem.missing")}</p>
      <Link to="/">{t("problem.toOverview")}</Link>
    </div>
  );
}

/** An empty part of a place, teaching its first step. */
export function Empty({ title, hint }: { title: string; hint?: string }) {
  return (
    <div className="empty">
      <p>{title}</p>
      {hint !== undefined && <p className="soft small">{hint}</p>}
    </div>
  );
}
