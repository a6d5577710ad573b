import { useTyped } from "@/lib/use-typed";
import { Input } from "./ui/input";

export interface SearchFieldProps {
  label: string;
  /** What is searched for, as it stands in the address. */
  value: string;
  onSearch: (text: string) => void;
  className?: string;
}

/** A search that stands in the address: it is written there when the typing rests. */
export function SearchField({ label, value, onSearch, className }: SearchFieldProps) {
  const { text, type } = useTyped(value, onSearch);
  return (
    <Input
      type="search"
      className={className}
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => type(event.target.value)}
    />
  );
}
