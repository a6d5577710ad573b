/** Whether every word of the search stands somewhere in one of the texts; an empty search finds all. */
export function hasWords(texts: readonly string[], search = ""): boolean {
  const text = texts.join(" ").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
