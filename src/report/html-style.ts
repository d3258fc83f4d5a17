/** The page's own style sheet: nothing is loaded from anywhere. Colours meet 4.5:1 on their grounds, in the light and in the dark. */
export const style = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b1f24;--soft:#535b66;--line:#d3d8de;
--yes:#176639;--yes-bg:#e2f4e8;--no:#b3231a;--no-bg:#fde9e7;--unknown:#6b4e00;--unknown-bg:#fdf1d3;--code:#eef1f4;--wait:#e0a100}
@media (prefers-color-scheme:dark){:root{--bg:#14171b;--card:#1d2127;--ink:#e8ebef;--soft:#a9b2bd;--line:#3a414b;
--yes:#7fd99f;--yes-bg:#17301f;--no:#ff9d94;--no-bg:#3b1a17;--unknown:#f2cc6b;--unknown-bg:#35290d;--code:#262c34;--wait:#c99416}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main{max-width:1060px;margin:0 auto;padding:1rem}
h1{font-size:1.1rem;margin:0;font-weight:600;color:var(--soft)}
h2{font-size:1.25rem;margin:2rem 0 .75rem}
h3{font-size:1.05rem;margin:0 0 .4rem}
p{margin:.4rem 0}
.banner{border-radius:12px;padding:1rem 1.25rem;margin:.75rem 0 1rem;border:2px solid}
.banner .big{font-size:clamp(1.5rem,5vw,2.2rem);font-weight:700;line-height:1.2;margin:0}
.banner p{font-size:1.05rem}
.yes{--own:var(--yes);--own-bg:var(--yes-bg)}.no{--own:var(--no);--own-bg:var(--no-bg)}.unknown{--own:var(--unknown);--own-bg:var(--unknown-bg)}
.banner{background:var(--own-bg);border-color:var(--own)}.banner .big{color:var(--own)}
.counts{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;padding:0;margin:.5rem 0}
.pill{display:inline-block;border-radius:999px;padding:.05rem .65rem;background:var(--own-bg);color:var(--own);border:1px solid var(--own);font-size:.92rem;white-space:nowrap}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1rem 1.1rem;margin:0 0 1rem}
.card.no{border-left:6px solid var(--no)}.card.unknown{border-left:6px solid var(--unknown)}
.where{color:var(--soft);font-size:.95rem}
.chain{padding-left:1.3rem;margin:.5rem 0}
.fix{border-radius:8px;background:var(--code);padding:.6rem .8rem;margin:.6rem 0}
.fix h4,.seen h4{margin:0 0 .25rem;font-size:.95rem}
pre{margin:.4rem 0 0;white-space:pre-wrap;font:14px/1.45 ui-monospace,monospace}
code{font:.92em ui-monospace,monospace}
.seen{font-size:.93rem}.seen ul{margin:.2rem 0;padding-left:1.2rem}
dl.answers{display:grid;grid-template-columns:repeat(3,1fr);gap:.5rem;margin:.6rem 0}
dl.answers div{border-radius:8px;background:var(--own-bg);padding:.4rem .6rem}
dl.answers dt{font-size:.85rem;color:var(--ink)}dl.answers dd{margin:0;font-weight:700;color:var(--own)}
.scroll{max-width:100%}
svg{display:block;width:100%;height:auto;font-family:system-ui,sans-serif}
svg.cluster{max-width:860px;margin:0 auto}svg.narrow{display:none}svg.timeline .small{font-size:12px}
svg text{fill:var(--ink)}svg .small{font-size:11px;fill:var(--soft)}svg .name{font-size:15px;font-weight:600}
svg .mark{font-size:16px;font-weight:700;fill:var(--own)}
svg .node{fill:var(--own-bg);stroke:var(--own);stroke-width:1.5}svg .node.no{stroke-width:3}
svg .cloud{fill:none;stroke:var(--soft);stroke-width:1.5;stroke-dasharray:2 3}
svg .wire{fill:none;stroke:var(--own);stroke-width:2.5}svg .wire.no{stroke-dasharray:7 5}
svg .bar.yes{fill:var(--yes)}svg .bar.no{fill:var(--no)}svg .bar.wait{fill:var(--wait)}
svg .tick{stroke:var(--line)}svg .limit{stroke:var(--no);stroke-width:3}
.key{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;font-size:.9rem;color:var(--soft);padding:0;list-style:none;margin:.4rem 0}
.key i{display:inline-block;width:.9rem;height:.9rem;border-radius:3px;margin-right:.35rem;vertical-align:-.1rem}
td.short,th{white-space:nowrap}details.well{margin:.5rem 0 1rem}
table{border-collapse:collapse;width:100%;font-size:.95rem}
th,td{text-align:left;padding:.35rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}
summary{cursor:pointer;padding:.2rem 0}
footer{color:var(--soft);font-size:.9rem;margin:2rem 0 1rem}
@media (max-width:640px){svg.wide{display:none}svg.narrow{display:block}dl.answers{grid-template-columns:1fr}
table,tbody,tr,td{display:block}thead{display:none}tr{border:1px solid var(--line);border-radius:8px;margin:.5rem 0;padding:.3rem .2rem}
td.short{white-space:normal}td{border:0;padding:.1rem .6rem}td[data-name]::before{content:attr(data-name) ": ";color:var(--soft)}
dl.answers div{display:flex;justify-content:space-between;gap:.5rem}dl.answers dt{font-size:.95rem}}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#999;--yes:#176639;--yes-bg:#fff;--no:#b3231a;--no-bg:#fff;--unknown:#6b4e00;--unknown-bg:#fff;--code:#f2f2f2}
body{font-size:11pt}.card,tr{break-inside:avoid}details::details-content{content-visibility:visible;block-size:auto}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;
