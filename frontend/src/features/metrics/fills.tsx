/** How the parts of a chart differ: by colour, and by something that needs no colour. */

const COLOURS = [1, 2, 3, 4, 5, 6].map((number) => `var(--chart-${number})`);
const DASHES = ["0", "6 3", "2 3", "8 3 2 3", "12 4", "1 4"];
const [, SECOND = "", THIRD = ""] = COLOURS;

export const colourOf = (index: number): string => COLOURS[index % COLOURS.length] ?? "";

export const dashOf = (index: number): string => DASHES[index % DASHES.length] ?? "";

/** The fill of the n-th of up to three bars that stand on each other: plain, striped, dotted. */
export function fillOf(index: number, id: string): string {
  return index === 0 ? colourOf(0) : `url(#${patternId(id, index)})`;
}

/** The patterns that `fillOf` refers to; once in each chart. */
export function FillPatterns({ id }: { id: string }) {
  return (
    <defs>
      <pattern
        height="6"
        id={patternId(id, 1)}
        patternTransform="rotate(45)"
        patternUnits="userSpaceOnUse"
        width="6"
      >
        <rect fill={SECOND} height="6" width="6" />
        <rect fill="var(--card)" height="6" width="1.5" />
      </pattern>
      <pattern height="6" id={patternId(id, 2)} patternUnits="userSpaceOnUse" width="6">
        <rect fill={THIRD} height="6" width="6" />
        <circle cx="3" cy="3" fill="var(--card)" r="1.2" />
      </pattern>
    </defs>
  );
}

function patternId(id: string, index: number): string {
  return `${id.replaceAll(/[^a-zA-Z0-9]/g, "")}-fill-${index}`;
}
