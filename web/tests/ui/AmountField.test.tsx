import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it } from "vitest";

import { AmountField, parseAmount } from "../../src/ui/AmountField";

describe("what is typed", () => {
  it.each([
    ["1,250", 1250],
    ["$3,000", 3000],
    ["1 250.5", 1250.5],
    ["-3", -3],
    [".5", 0.5],
    ["", null],
    ["many", null],
    ["1-2", null],
  ])("%j is read as %j", (text, amount) => {
    expect(parseAmount(text)).toBe(amount);
  });

  it("may have a decimal comma where the language has one", () => {
    expect(parseAmount("1.250,5", ",")).toBe(1250.5);
  });
});

function Coaches({ complaints = [] }: { complaints?: string[] }) {
  const [value, setValue] = useState<number | null>(1200);
  return (
    <>
      <AmountField label="Coaches" value={value} onChange={setValue} complaints={complaints} />
      <output>{String(value)}</output>
    </>
  );
}

describe("the field", () => {
  it("takes each stroke at once and writes the number properly when it is left", async () => {
    const user = userEvent.setup();
    render(<Coaches />);
    const field = screen.getByRole<HTMLInputElement>("textbox", { name: "Coaches" });
    await user.clear(field);
    await user.type(field, "1500");
    expect(screen.getByRole("status").textContent).toBe("1500");
    await user.tab();
    expect(field.value).toBe("1,500");
  });

  it("keeps what is no number in sight", async () => {
    const user = userEvent.setup();
    render(<Coaches />);
    const field = screen.getByRole<HTMLInputElement>("textbox", { name: "Coaches" });
    await user.clear(field);
    await user.type(field, "a few");
    await user.tab();
    expect(field.value).toBe("a few");
    expect(screen.getByRole("status").textContent).toBe("null");
  });

  it("goes up and down by arrow, not below zero", async () => {
    const user = userEvent.setup();
    render(<Coaches />);
    const field = screen.getByRole<HTMLInputElement>("textbox", { name: "Coaches" });
    await user.clear(field);
    await user.type(field, "1{ArrowUp}{ArrowDown}{ArrowDown}{ArrowDown}");
    expect(screen.getByRole("status").textContent).toBe("0");
  });

  it("says beside itself what the server refused, and is marked as wrong", () => {
    render(<Coaches complaints={["Coaches in 2027: -3 coaches."]} />);
    const field = screen.getByRole("textbox", { name: "Coaches" });
    expect(field.getAttribute("aria-invalid")).toBe("true");
    const told = document.getElementById(field.getAttribute("aria-describedby") ?? "");
    expect(told?.textContent).toBe("Coaches in 2027: -3 coaches.");
  });
});
