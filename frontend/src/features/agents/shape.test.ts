import { describe, expect, it } from "vitest";
import { placeOf, withInstructions, withPlace, withSizing } from "./shape";

const SPEC = {
  description: "Helps",
  model: "m",
  instructions: "Be brief.",
  limits: { seconds: 30 },
  runtime: { resources: { limits: { memory: "1Gi" } } },
};

describe("withPlace", () => {
  it("drops what an agent that runs elsewhere must not have", () => {
    const moved = withPlace(SPEC, "endpoint", SPEC);
    expect(moved).toEqual({ description: "Helps", model: "m", runtime: { endpoint: "" } });
    expect(placeOf(moved)).toBe("endpoint");
  });

  it("gives it back when the person changes their mind", () => {
    const there = { ...withPlace(SPEC, "endpoint", SPEC), description: "Changed" };
    expect(withPlace(there, "worker", SPEC)).toEqual({ ...SPEC, description: "Changed" });
  });

  it("keeps the rest of the runtime beside an image of one's own", () => {
    const moved = withPlace(SPEC, "image", SPEC);
    expect(moved.runtime).toEqual({ image: "", resources: { limits: { memory: "1Gi" } } });
    expect(withPlace(moved, "worker", moved)).toEqual(SPEC);
  });
});

describe("withSizing", () => {
  it("begins scaling at the number there was, and goes back to its minimum", () => {
    const scaled = withSizing({ model: "m", replicas: 5 }, "scaling");
    expect(scaled).toEqual({ model: "m", scaling: { min: 5, max: 5 } });
    expect(withSizing(scaled, "fixed")).toEqual({ model: "m", replicas: 5 });
  });
});

describe("withInstructions", () => {
  it("has one source at a time", () => {
    expect(withInstructions(SPEC, "config-map")).not.toHaveProperty("instructions");
    expect(withInstructions({ instructionsFrom: { name: "c" } }, "text")).toEqual({
      instructions: "",
    });
  });
});
