import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { t } from "@/messages/common";
import { lazyPart } from "./lazy-part";

const Greeting = ({ name }: { name: string }) => <p>Hello {name}</p>;
const missing = () => new TypeError("Failed to fetch dynamically imported module");

/** Code that is to be had only while `there`. */
function setUp() {
  const server = { there: false, asked: 0 };
  const Part = lazyPart(async () => {
    server.asked += 1;
    if (!server.there) throw missing();
    return { default: Greeting };
  });
  return { server, Part };
}

beforeEach(() => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response()));
});

describe("lazyPart", () => {
  it("shows the part once its code is there, and then at once", async () => {
    const { server, Part } = setUp();
    server.there = true;
    const first = render(<Part name="you" fallback={<i>Wait</i>} />);
    expect(screen.getByText("Wait")).toBeVisible();
    expect(await screen.findByText("Hello you")).toBeVisible();
    first.unmount();
    render(<Part name="again" />);
    expect(screen.getByText("Hello again")).toBeVisible();
    expect(server.asked).toBe(1);
  });

  it("says that the code is missing, and tries again when told to", async () => {
    const { server, Part } = setUp();
    render(<Part name="you" />);
    expect(await screen.findByRole("alert")).toHaveTextContent(t.errors.partMissing);
    expect(screen.getByRole("button", { name: t.reload })).toBeEnabled();
    server.there = true;
    await userEvent.click(screen.getByRole("button", { name: t.retry }));
    expect(await screen.findByText("Hello you")).toBeVisible();
  });

  it("says when nobody answers at all", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    const { Part } = setUp();
    render(<Part name="you" />);
    expect(await screen.findByRole("alert")).toHaveTextContent(t.errors.unreachable);
  });

  it("tries again for each that shows it, without a word about the one before", async () => {
    const { server, Part } = setUp();
    const failed = vi.fn(() => <i>Missing</i>);
    const first = render(<Part name="you" failed={failed} />);
    await screen.findByText("Missing");
    first.unmount();
    failed.mockClear();
    server.there = true;
    render(<Part name="again" failed={failed} />);
    expect(await screen.findByText("Hello again")).toBeVisible();
    expect(failed).not.toHaveBeenCalled();
  });

  it("is mended everywhere once it is to be had", async () => {
    const { server, Part } = setUp();
    render(<Part name="one" failed={() => <i>Missing</i>} />);
    await screen.findByText("Missing");
    server.there = true;
    render(<Part name="other" />);
    expect(await screen.findByText("Hello one")).toBeVisible();
    expect(screen.getByText("Hello other")).toBeVisible();
  });

  it("is there at once when it was fetched ahead", async () => {
    const { server, Part } = setUp();
    server.there = true;
    await Part.ahead();
    server.there = false;
    render(<Part name="you" />);
    expect(screen.getByText("Hello you")).toBeVisible();
  });
});
