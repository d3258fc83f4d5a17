import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html, sentence } from "./html-escape.ts";

describe("markup", () => {
  it("escapes whatever is put in, and leaves what it made itself", () => {
    const name = `<script>alert("x" & 'y')</script>`;
    expect(html`<b title="${name}">${html`<i>${name}</i>`}</b>`.markup).toBe(
      `<b title="&lt;script&gt;alert(&quot;x&quot; &amp; &#39;y&#39;)&lt;/script&gt;"><i>&lt;script&gt;alert(&quot;x&quot; &amp; &#39;y&#39;)&lt;/script&gt;</i></b>`,
    );
  });

  it("lets no text open a tag or leave an attribute", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(html`${text}`.markup).not.toMatch(/[<>"']/);
        expect(sentence(text).markup.replaceAll(/<\/?code>/g, "")).not.toMatch(/[<>"']/);
      }),
    );
  });

  it("sets commands in backticks as code", () => {
    expect(sentence("Run `talosctl bootstrap` once.").markup).toBe(
      "Run <code>talosctl bootstrap</code> once.",
    );
  });
});
