import { useEffect, useRef, useState } from "react";
import { t } from "../messages";
import { type Answer, isRunning } from "../stream/answer";
import { nextAnnouncement } from "./announcement";

const EVERY_MS = 2500;

/** Reads the answer to screen readers, in sentences, while it comes; silent about kept answers. */
export function Announcer({ answer }: { answer: Answer | undefined }) {
  const [said, setSaid] = useState("");
  const latest = useRef(answer);
  const told = useRef(0);
  latest.current = answer;
  const running = answer !== undefined && isRunning(answer);

  useEffect(() => {
    if (!running) return;
    told.current = 0;
    setSaid(t.answering);
    function tell(whole: boolean) {
      const content = latest.current?.content ?? "";
      const next = nextAnnouncement(content, told.current, whole);
      told.current = next.told;
      if (next.text) setSaid(next.text);
    }
    const timer = setInterval(() => tell(false), EVERY_MS);
    return () => {
      clearInterval(timer);
      tell(true);
      const complete = latest.current?.status === "complete";
      if (complete) setSaid((last) => `${last} ${t.complete}`);
    };
  }, [running]);

  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}
