/**
 * What a screen reader is told of an answer that is being written: whole sentences, some seconds
 * apart. Each word alone, as it comes, could not be listened to.
 */

export interface Announcement {
  text: string;
  /** How much of the answer has been told, in characters. */
  told: number;
}

const SENTENCE_END = /[.!?:](?=\s)|\n/g;

/** The sentences that are complete beyond `told`; with `whole`, also what has no end. */
export function nextAnnouncement(content: string, told: number, whole: boolean): Announcement {
  const fresh = content.slice(told);
  const end = whole ? fresh.length : lastSentenceEnd(fresh);
  return { text: plain(fresh.slice(0, end)), told: told + end };
}

function lastSentenceEnd(text: string): number {
  let end = 0;
  for (const match of text.matchAll(SENTENCE_END)) end = match.index + 1;
  return end;
}

/** Without the signs of Markdown, which are not for listening. */
function plain(markdown: string): string {
  return markdown
    .replace(/```[^\n]*|[*_`#>|]/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}
