/** Style of the HTML report: light and dark, phone to paper. Colours are never the only sign. */

const LIGHT = `--ground:#fbfaf8;--panel:#ffffff;--ink:#1c1d21;--quiet:#5f626b;--line:#e2dfd8;--ok:#065a3b;--bad:#98170f;--open:#6b4500;--ok-rgb:11,122,82;--bad-rgb:179,38,30;--open-rgb:176,120,10;--on:#2b6cb0;--off:#d08a2e;--free:#eceae4;--link:#1d5fa8;--focus:#1d5fa8`;
const DARK = `--ground:#14161a;--panel:#1c1f25;--ink:#e8e6e1;--quiet:#a3a7b0;--line:#343943;--ok:#5fd3a2;--bad:#ff8f85;--open:#f0bf62;--ok-rgb:64,190,138;--bad-rgb:255,110,98;--open-rgb:235,176,70;--on:#6aaef0;--off:#e2a24a;--free:#262a31;--link:#8fc2f7;--focus:#8fc2f7`;

export const STYLE = `
:root{${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;max-width:72rem;padding:2rem 1.25rem 4rem;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;overflow-wrap:anywhere}
h1{font-size:clamp(1.5rem,4.5vw,2.25rem);line-height:1.2;margin:.2rem 0 1rem;letter-spacing:-.015em}
h2{font-size:1.5rem;margin:0 0 .75rem;letter-spacing:-.01em}
h3{font-size:1.1rem;margin:2.25rem 0 .75rem;padding-top:1.25rem;border-top:1px solid var(--line)}
h4{font-size:1rem;margin:1.25rem 0 .25rem}
p,ul,ol{margin:.4rem 0}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:var(--panel);padding:.4rem .8rem}
.brand{color:var(--quiet);font-weight:600;letter-spacing:.08em;text-transform:uppercase;font-size:.8rem;margin:0}
.quiet{color:var(--quiet);font-size:.9rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
article,.gate{background:var(--panel);border:1px solid var(--line);border-radius:12px;padding:clamp(1rem,3vw,2rem);margin:1.5rem 0}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.875em}
pre{background:var(--ground);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem;overflow-x:auto;overflow-wrap:normal;margin:.6rem 0}
.digest{color:var(--quiet);font-size:.78em;overflow-wrap:anywhere}
.badges{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.5rem}
.badge{display:inline-block;white-space:nowrap;font-weight:600;font-size:.875rem;line-height:1.5;padding:.1rem .6rem;border-radius:99px;border:1px solid currentColor;background:transparent}
.badge.holds{color:var(--ok)}.badge.violated,.badge.rejected,.badge.unchecked{color:var(--bad)}.badge.unknown,.badge.on-trust,.badge.vacuous{color:var(--open)}
.verdict{display:flex;flex-wrap:wrap;gap:.3rem .7rem;align-items:baseline;padding:.7rem 1rem;border-radius:8px;background:rgba(var(--open-rgb),.1);margin:.75rem 0 1.25rem}
.verdict>span:last-child{flex:1 1 16rem}
.verdict.holds{background:rgba(var(--ok-rgb),.1)}.verdict.violated,.verdict.rejected,.verdict.unchecked{background:rgba(var(--bad-rgb),.12)}
.facts{display:grid;gap:.35rem 2rem;grid-template-columns:repeat(auto-fit,minmax(min(22rem,100%),1fr));margin:.5rem 0}
.facts div{display:grid;grid-template-columns:7.5rem 1fr;gap:.75rem}
.facts dt{color:var(--quiet)}.facts dd{margin:0}
.scroll{overflow-x:auto;max-width:100%;margin:.6rem 0}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
caption{caption-side:top;text-align:left;color:var(--quiet);padding:0 0 .4rem;font-size:.9rem}
th,td{padding:.4rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
td{min-width:4rem}
th{font-weight:600}
thead th{color:var(--quiet);font-weight:500;white-space:nowrap}
.number{text-align:right;white-space:nowrap}
.matrices{display:flex;flex-wrap:wrap;gap:1.5rem 3rem;align-items:flex-start}
.matrices>.scroll{flex:0 1 auto;margin:0}
.matrices>.scroll{min-width:min(16rem,100%)}
.matrix caption{width:max-content;max-width:16rem;min-width:100%;margin-right:-16rem}
.matrix th,.matrix td{text-align:center;vertical-align:middle;padding:.1rem;width:2.6rem;min-width:2.1rem;height:2.5rem;border:0;line-height:1.15}
.matrix{border-collapse:separate;border-spacing:2px}
.matrix thead th{height:1.6rem}
.matrix tbody th{width:1.8rem;min-width:1.6rem;color:var(--quiet);font-weight:500}
.matrix td{border-radius:5px;font-weight:600;position:relative}
.matrix td small{display:block;font-weight:400;font-size:.72rem;color:var(--ink)}
.matrix td a{display:block;color:inherit;text-decoration:none;padding:.55rem 0;border-radius:5px}
.matrix td a:hover{text-decoration:underline}
.matrix td.own{background:repeating-linear-gradient(45deg,transparent 0 4px,var(--line) 4px 5px)}
.matrix td.holds{color:var(--ok);background:rgba(var(--ok-rgb),.16)}
.matrix td.m1{background:rgba(var(--ok-rgb),.08)}.matrix td.m2{background:rgba(var(--ok-rgb),.15)}.matrix td.m3{background:rgba(var(--ok-rgb),.22)}.matrix td.m4{background:rgba(var(--ok-rgb),.29)}.matrix td.m5{background:rgba(var(--ok-rgb),.36)}
.matrix td.violated,.matrix td.rejected,.matrix td.unchecked{color:var(--bad);background:rgba(var(--bad-rgb),.18)}
.matrix td.unknown,.matrix td.on-trust,.matrix td.vacuous{color:var(--open);background:rgba(var(--open-rgb),.18)}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(24rem,100%),1fr));gap:1.25rem}
figure{margin:0;min-width:0}
.counterexample{border:1px solid var(--line);border-radius:10px;padding:1rem;scroll-margin-top:1rem}
.counterexample:target{border-color:var(--focus);box-shadow:0 0 0 2px var(--focus)}
.pair{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:flex-start}.pair figcaption{flex:1 1 11rem}
.counterexample img{display:block;flex:none;width:8rem;height:auto;image-rendering:pixelated;border-radius:6px;border:1px solid var(--line)}
.counterexample p{margin:.2rem 0}
.follower{margin-top:.6rem}.follower p{flex:1 1 11rem}
.numbers code{overflow-wrap:anywhere}
.logits{width:100%;margin:.6rem 0 .3rem}
.logits th,.logits td{padding:.12rem .4rem;border-bottom:0;white-space:nowrap;vertical-align:middle}
.logits td{min-width:0}
.logits tbody th{font-weight:500;width:1%}
.logits .role{color:var(--quiet);font-weight:400;font-size:.8rem}
.logits .bar{width:50%}
.logits svg{display:block;width:100%;height:.7rem;fill:var(--quiet);opacity:.55}
.logits .wins svg{fill:var(--bad);opacity:1}.logits .claimed svg{fill:var(--on);opacity:1}
.logits .wins th,.logits .claimed th{font-weight:700}
.legend{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem .5rem;color:var(--quiet);font-size:.9rem}
.swatch{display:inline-block;width:.9rem;height:.9rem;border-radius:3px;margin-left:.5rem}.swatch:first-child{margin-left:0}
.swatch.on{background:var(--on)}.swatch.off{background:var(--off)}.swatch.free{background:var(--free);border:1px solid var(--line)}
.maps{display:grid;gap:1.1rem}
.map{display:flex;min-width:20rem}
.map .labels{flex:none;font-size:10px;fill:var(--quiet);text-anchor:end}
.map .cells{flex:1;width:100%;border-radius:4px}
.ground{fill:var(--free)}
.cells .on{fill:var(--on)}.cells .off{fill:var(--off)}
.cells .l1{fill-opacity:.3}.cells .l2{fill-opacity:.55}.cells .l3{fill-opacity:.8}
.maps figcaption,.chart figcaption{color:var(--quiet);font-size:.9rem;margin:.15rem 0}
.charts{display:grid;gap:1.5rem 2.5rem;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));align-items:start;margin-top:.8rem}
.chart svg{display:block;width:100%;height:auto;font-size:12px;fill:var(--quiet)}
.chart .grid{stroke:var(--line)}
.chart .interval{stroke:var(--on);stroke-width:2.5;stroke-linecap:round;opacity:.55}
.chart circle{fill:var(--on)}
.chart .other{fill:none;stroke:var(--quiet);stroke-width:1.5}
.chart polyline{fill:none;stroke-width:2.5;stroke:var(--on)}
.chart .line1 circle{fill:var(--off)}.chart .line1 polyline{stroke:var(--off)}
.chart .line2 circle{fill:var(--quiet)}.chart .line2 polyline{stroke:var(--quiet)}
.chart .keys{display:flex;flex-wrap:wrap;gap:0 1rem}
.chart .key::before{content:"";display:inline-block;width:1.1rem;height:3px;margin-right:.4rem;vertical-align:middle;background:var(--on)}
.chart .key.line1::before{background:var(--off)}.chart .key.line2::before{background:var(--quiet)}
.chart .end{text-anchor:end}.chart .middle{text-anchor:middle}
details{margin:.6rem 0}
summary{cursor:pointer;color:var(--link);width:fit-content}
footer{margin-top:2rem}
@media (max-width:40rem){.logits{font-size:.8rem}.logits th,.logits td{padding:.12rem .2rem}body{padding:1.25rem .75rem 3rem}.facts div{grid-template-columns:6rem 1fr;gap:.5rem}.matrix th,.matrix td{min-width:1.7rem;width:1.7rem;height:2.2rem;padding:0}.matrix tbody th{min-width:1.2rem;width:1.2rem}.matrix td small{font-size:.6rem}.counterexample img{width:6.5rem}.pair figcaption{flex-basis:9rem}}
@media print{:root{${LIGHT}}body{max-width:none;padding:0;font-size:10.5pt;background:#fff}article,.gate{border:0;padding:0;break-before:auto}details::details-content{content-visibility:visible;block-size:auto}details>summary{list-style:none;color:inherit}.scroll{overflow:visible}pre{white-space:pre-wrap}figure,tr,.verdict{break-inside:avoid}h2,h3,h4,caption,thead{break-after:avoid}.skip,nav{display:none}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;
