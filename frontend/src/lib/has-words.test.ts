import { expect, it } from "vitest";
import { hasWords } from "./has-words";

it.each([
  ["", true],
  ["SHOP", true],
  ["northern shop", true],
  ["shop southern", false],
])("looks for the words of %j in any order", (search, expected) => {
  expect(hasWords(["shop", "The Northern shop"], search)).toBe(expected);
});
