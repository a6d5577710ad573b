/**
 * Search parameters of a route. Whatever stands in the URL, a page gets values of the right type:
 * what cannot be read is left out, as if it were not there.
 */

type Reader<T> = (value: unknown) => T;
type Readers = Record<string, Reader<unknown>>;
type Read<R extends Readers> = { [Name in keyof R]?: NonNullable<ReturnType<R[Name]>> };

export const optionalText: Reader<string | undefined> = (value) =>
  typeof value === "string" && value !== ""
    ? value
    : typeof value === "number"
      ? String(value)
      : undefined;

export const optionalCount: Reader<number | undefined> = (value) => {
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 ? number : undefined;
};

export const optionalOneOf =
  <const Choice extends string>(choices: readonly Choice[]): Reader<Choice | undefined> =>
  (value) =>
    choices.find((choice) => choice === value);

/** A route's `validateSearch`: `searchOf({ namespace: optionalText })`. */
export function searchOf<R extends Readers>(readers: R) {
  return (search: Record<string, unknown>): Read<R> => {
    const read = Object.entries(readers).map(([name, reader]) => [name, reader(search[name])]);
    return Object.fromEntries(read.filter(([, value]) => value !== undefined)) as Read<R>;
  };
}
