import { expect, it } from "vitest";
import { recordOf } from "../ci/fixtures/pipeline.ts";
import { mergeReport } from "./ci.ts";
import { imagesPage } from "./images-page.ts";

const digest = `sha256:${"d".repeat(64)}`;
const record = {
  ...recordOf("compute"),
  roles: [...recordOf("compute", { pushed: { digest } }).roles, ...recordOf("gateway").roles],
};

it("every name, digest and size on the page is the record's", () => {
  const page = imagesPage(record);
  expect(page).toContain(
    `| compute | arm64 | \`ghcr.io/urmanac/moon/talos-compute:v1.13.6\` | \`${digest}\` |`,
  );
  expect(page).toContain("talos-gateway:v1.13.6` | not pushed |");
  expect(page).toContain(`\`${"b".repeat(64)}\``);
  expect(page).toContain("drbd 9.2.14");
  expect(page).toMatch(/gateway\/installer-arm64 \| 1000 B|gateway\/installer-arm64 \| 1\.0 kB/);
  expect(page).not.toContain("undefined");
});

it("what is not there is said, never filled in", () => {
  expect(imagesPage({ ...record, roles: recordOf("compute", { assets: [], extensions: [] }).roles })).toMatch(
    /not pushed[^]*extensions: none/,
  );
});

it("a record's words cannot become markup", () => {
  const page = imagesPage({ ...record, roles: recordOf("compute", { standIns: ["<script>|x`y"] }).roles });
  expect(page).not.toMatch(/<script>|\|x`/);
});

it("says what was joined, or what is missing", () => {
  const report = { record, faults: [], jobs: 2, out: "build-record.json" };
  expect(mergeReport(report)).toContain("2 records joined in build-record.json.");
  expect(mergeReport({ ...report, faults: ["gateway is missing"] })).toContain(
    "The record is not whole:\n  gateway is missing\n",
  );
});
