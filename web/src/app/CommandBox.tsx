/** Finds any organization by typing part of its name. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useQuery } from "urql";

import { FindOrganizationsDocument } from "../gql/graphql";
import { Dialog } from "../ui/Dialog";
import { Search, useSettled } from "../ui/Search";

export default function CommandBox({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const contains = useSettled(text.trim(), 150);
  const [{ data, fetching }] = useQuery({
    query: FindOrganizationsDocument,
    variables: { contains },
    pause: contains === "",
  });
  const nodes = contains === "" ? [] : (data?.organizations.nodes ?? []);
  return (
    <Dialog title={t("command.title")} close={close} bare>
      <Search
        autoFocus
        label={t("command.title")}
        placeholder={t("command.placeholder")}
        text={text}
        onText={setText}
        none={t("command.none")}
        status={fetching ? t("app.loading") : nodes.length > 0 ? t("command.results", { count: nodes.length }) : undefined}
        found={nodes.map(({ id, name, kind, parent }) => ({
          id,
          name,
          about: `${t(`kind.${kind}`)}${parent && kind === "SCHOOL" ? `, ${parent.name}` : ""}`,
        }))}
        choose={({ id }) => {
          close();
          void navigate(`/o/${id}`);
        }}
      />
      <p className="soft small">{t("command.hint")}</p>
    </Dialog>
  );
}
