import { useTranslation } from "react-i18next";

import { Bone, Bones } from "../ui/Skeleton";

/** A place whose kind is not known yet: a name, a bar, a table. */
export function PlaceSkeleton() {
  const { t } = useTranslation();
  return (
    <div aria-busy="true">
      <span className="unseen" role="status">
        {t("app.loading")}
      </span>
      <div style={{ display: "grid", gap: 16 }}>
        <Bone width={160} height={16} />
        <Bone width="min(480px, 80%)" height={40} />
        <Bone width="100%" height={24} />
        <Bone width="60%" height={64} />
      </div>
      <Bones rows={8} height={24} />
    </div>
  );
}
