import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";

import { Dialog } from "../ui/Dialog";
import { keysWanted, wantKeys } from "./keys";

const KEYS = [
  [["/"], "find"],
  [["?"], "help"],
  [["g", "o"], "overview"],
  [["g", "w"], "whatIf"],
  [["↑", "↓"], "rows"],
  [["Home", "End"], "firstLast"],
  [["Enter"], "open"],
  [["Esc"], "close"],
] as const;

export default function KeyHelp({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(keysWanted);
  return (
    <Dialog title={t("keys.title")} close={close}>
      <dl className="key-list">
        {KEYS.map(([keys, what]) => (
          <Fragment key={what}>
            <dt>
              {keys.map((key, index) => (
                <Fragment key={key}>
                  {index > 0 && keys[0] === "g" && <span className="soft">{t("keys.then")}</span>}
                  <kbd>{key}</kbd>
                </Fragment>
              ))}
            </dt>
            <dd>{t(`keys.${what}`)}</dd>
          </Fragment>
        ))}
      </dl>
      <label className="check">
        <input
          type="checkbox"
          checked={wanted}
          onChange={(event) => {
            wantKeys(event.target.checked);
            setWanted(event.target.checked);
          }}
        />
        {t("keys.single")}
      </label>
    </Dialog>
  );
}
