/** A conversation on the screen as a value, and the functions that change it. All are pure. */
import { type Answer, isRunning, newAnswer, readAll } from "../stream/answer";
import type { StreamEvent } from "../stream/events";
import type { Turn } from "../stream/open-stream";

export interface Question {
  role: "user";
  content: string;
}

export type Message = Question | Answer;

/** A question asked anew. Until its answer begins, what was there stays on screen and is kept. */
export interface Redo {
  position: number;
  question: Question;
  answer: Answer;
}

/** Why not all of it is saved. */
export type Saving =
  | { kind: "retrying" }
  | { kind: "refused"; message: string }
  /** Somebody else has written to this conversation. */
  | { kind: "changed" };

export interface ThreadState {
  agent: string;
  messages: readonly Message[];
  redo?: Redo | undefined;
  saving?: Saving | undefined;
}

/** What two copies of a conversation are compared by. */
export type Said = Pick<Message, "role" | "content">;

/**
 * A question at `position` and an answer begun. They replace what is there at once when no text is
 * lost by that, else when the answer comes.
 */
export function asked(
  state: ThreadState,
  position: number,
  content: string,
  at: number,
): ThreadState {
  const answer = newAnswer(at, state.agent);
  const redo: Redo = { position, question: { role: "user", content }, answer };
  const losesText = state.messages.slice(position + 1).some((message) => message.content !== "");
  return losesText ? { ...state, redo } : replaced(state, redo);
}

function replaced(state: ThreadState, { position, question, answer }: Redo): ThreadState {
  const before = state.messages.slice(0, position);
  return { ...state, redo: undefined, messages: [...before, question, answer] };
}

/** The answer that is coming, after these events. */
export function streamed(state: ThreadState, events: readonly StreamEvent[]): ThreadState {
  const last = lastAnswer(state);
  if (last === undefined) return state;
  const next = readAll(last, events);
  if (next === last) return state;
  if (state.redo) return redone(state, { ...state.redo, answer: next });
  return { ...state, messages: [...state.messages.slice(0, -1), next] };
}

function redone(state: ThreadState, redo: Redo): ThreadState {
  const { status, content } = redo.answer;
  const edited = redo.question.content !== state.messages[redo.position]?.content;
  if (content !== "" || status === "complete") return replaced(state, redo);
  if (status !== "stopped") return { ...state, redo };
  return edited ? replaced(state, redo) : { ...state, redo: undefined };
}

/** The answer that is coming, or came last. */
export function lastAnswer(state: ThreadState): Answer | undefined {
  if (state.redo) return state.redo.answer;
  const last = state.messages.at(-1);
  return last?.role === "assistant" ? last : undefined;
}

export function runs(state: ThreadState): boolean {
  const last = lastAnswer(state);
  return last !== undefined && isRunning(last);
}

/** The messages that change no more. */
export const settled = (state: ThreadState): readonly Message[] =>
  state.redo || !runs(state) ? state.messages : state.messages.slice(0, -1);

/** All that was said, without an answer that has said nothing yet. */
export const saidSoFar = (state: ThreadState): readonly Message[] =>
  lastAnswer(state)?.content === "" ? settled(state) : state.messages;

export const isSame = (one: Said | undefined, other: Said): boolean =>
  one?.role === other.role && one.content === other.content;

/** Whether `messages` begin with all of `stored`. */
export const startsWith = (messages: readonly Said[], stored: readonly Said[]): boolean =>
  stored.every((message, position) => isSame(messages[position], message));

export const isEqual = (one: readonly Said[], other: readonly Said[]): boolean =>
  one.length === other.length && startsWith(one, other);

/** What the reader has asked here, and would have to type again, were only `stored` left. */
export const questionsMissing = (
  { messages, redo }: ThreadState,
  stored: readonly Said[],
): readonly string[] =>
  [...messages, ...(redo ? [redo.question] : [])]
    .filter(({ role }) => role === "user")
    .filter((question) => !stored.some((each) => isSame(each, question)))
    .map(({ content }) => content);

/** Where the reader's last question stands; -1 when there is none. */
export const lastQuestionAt = (state: ThreadState): number =>
  state.messages.findLastIndex((message) => message.role === "user");

/** What the model is told: all that was said. Answers that never came are left out. */
export const turnsOf = ({ messages, redo }: ThreadState): Turn[] =>
  (redo ? [...messages.slice(0, redo.position), redo.question] : messages)
    .filter((message) => message.content !== "")
    .map(({ role, content }) => ({ role, content }));
