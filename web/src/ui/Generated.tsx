import { useTranslation } from "react-i18next";

/** Says that what is shown was made up by a generator, so that nobody takes it for a real place. */
export function Generated() {
  const { t } = useTranslation();
  return (
    <p className="generated soft small">
      <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden="true">
        <circle cx="8" cy="8" r="6.5" strokeDasharray="2.5 2" />
        <path d="M8 7.2v4M8 4.6v1.2" />
      </svg>
      {t("app.generated")}
    </p>
  );
}
