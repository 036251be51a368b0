import { describe, expect, it } from "vitest";
import { crumbsOf } from "./crumbs";

const texts = (path: string) => crumbsOf(path).map((crumb) => crumb.text);

describe("breadcrumbs", () => {
  it("name pages by our words and things by their own names", () => {
    expect(texts("/endpoints/diabetes/deployments/blue")).toEqual(["Endpoints", "diabetes", "Deployments", "blue"]);
    expect(texts("/endpoints/new")).toEqual(["Endpoints", "New"]);
  });

  it("leave out ids", () => {
    expect(texts("/codes/code_018f")).toEqual(["Code", "Source"]);
    expect(texts("/codes/register")).toEqual(["Code", "Register"]);
  });

  it("keep a given name as it is when it reads like a page's word", () => {
    expect(texts("/endpoints/models/traffic")).toEqual(["Endpoints", "models", "Traffic"]);
  });

  it("lead to every level above", () => {
    expect(crumbsOf("/models/price%20model").map((crumb) => crumb.href)).toEqual(["/models", "/models/price%20model"]);
    expect(texts("/models/price%20model")).toEqual(["Models", "price model"]);
  });
});
