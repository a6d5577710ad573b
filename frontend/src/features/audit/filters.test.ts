import { describe, expect, it } from "vitest";
import { csvOf, jsonOf } from "./export";
import { filtersOf, isFiltered, wrongIn } from "./filters";

describe("filtersOf", () => {
  it("takes what the page can ask for", () => {
    const search = {
      from: "2026-11-01",
      to: "2026-11-23",
      actor: " admin ",
      action: "key.created",
      subject: "ApiKey/team-a/ci",
      namespace: "team-a",
    };
    expect(filtersOf(search)).toEqual({ ...search, actor: "admin" });
  });

  it("drops what makes no sense, for anybody may write an address", () => {
    const search = { from: "yesterday", action: "x", actor: 7, other: "1" };
    expect(filtersOf(search)).toEqual({});
    expect(isFiltered(filtersOf(search))).toBe(false);
  });
});

describe("wrongIn", () => {
  it.each(["Team_A", "../", "-a", "a".repeat(64)])("names a namespace like %s", (namespace) => {
    expect(filtersOf({ namespace })).toEqual({ namespace });
    expect(wrongIn({ namespace })).toEqual(["namespace"]);
  });

  it("has nothing to say about what there may be", () => {
    expect(wrongIn({ namespace: "a".repeat(63), actor: "Anybody" })).toEqual([]);
    expect(wrongIn({})).toEqual([]);
  });
});

describe("export", () => {
  const event = {
    seq: 7,
    id: "i",
    at: "2026-11-23T12:00:00.000Z",
    action: "key.created",
    actor: '=HYPERLINK("x")',
    address: "127.0.0.1",
    namespace: "default",
    subject: "ApiKey/default/ci, nightly",
    request_id: "r",
    detail: { role: "user" },
    hash: "abc",
  };

  it("writes a table that spreadsheets take for text", () => {
    expect(csvOf([event]).split("\r\n")).toEqual([
      "seq,at,action,actor,address,namespace,subject,request_id,detail,hash",
      '7,2026-11-23T12:00:00.000Z,key.created,"\'=HYPERLINK(""x"")",127.0.0.1,default,' +
        '"ApiKey/default/ci, nightly",r,"{""role"":""user""}",abc',
      "",
    ]);
  });

  it("writes JSON that reads back", () => {
    expect(JSON.parse(jsonOf([event]))).toEqual([event]);
  });
});
