import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { type Column, DataTable } from "./data-table";

const COLUMNS: readonly Column<number>[] = [
  { id: "number", header: "Number", cell: String, sortBy: (row) => row },
];

it("draws a long list bit by bit, in the order of all of it", async () => {
  const user = userEvent.setup();
  const rows = Array.from({ length: 250 }, (_, index) => index);
  render(<DataTable caption="Numbers" rows={rows} columns={COLUMNS} rowKey={String} />);
  const table = screen.getByRole("table", { name: "Numbers" });
  expect(table.querySelectorAll("tbody tr")).toHaveLength(100);
  expect(screen.getByRole("status")).toHaveTextContent("100 of 250 shown");

  await user.click(screen.getByRole("button", { name: "Sort by Number" }));
  await user.click(screen.getByRole("button", { name: "Sort by Number" }));
  expect(table.querySelector("tbody td")).toHaveTextContent("249");

  await user.click(screen.getByRole("button", { name: "Show 100 more" }));
  await user.click(screen.getByRole("button", { name: "Show 50 more" }));
  expect(table.querySelectorAll("tbody tr")).toHaveLength(250);
  expect(screen.queryByRole("status")).toBeNull();
});
