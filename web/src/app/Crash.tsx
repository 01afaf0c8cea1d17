/** The last resort: a fault of the page itself is said, not shown as an empty screen. */
import { Component, type ErrorInfo, type ReactNode } from "react";

import i18n from "../words/i18n";

export class Crash extends Component<{ children: ReactNode }, { fault: Error | null }> {
  override state = { fault: null as Error | null };

  static getDerivedStateFromError(fault: Error) {
    return { fault };
  }

  override componentDidCatch(fault: Error, info: ErrorInfo) {
    console.error(fault, info.componentStack);
  }

  override render() {
    if (this.state.fault === null) return this.props.children;
    return (
      <div className="problem" role="alert">
        <h1>{i18n.t("problem.crashed")}</h1>
        <p>{i18n.t("problem.crashedHint")}</p>
        <button type="button" className="button" onClick={() => location.reload()}>
          {i18n.t("problem.reload")}
        </button>
      </div>
    );
  }
}
