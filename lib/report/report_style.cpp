#include "report/report_style.h"

namespace tnn {

std::string_view report_style() {
  return R"(
:root { color-scheme: light dark; --page: #f4f6f8; --surface: #ffffff; --ink: #1b222c; --muted: #5a6472; --rule: #e0e4ea;
  --accent: #2360c5; --heat: 35 96 197; --off: #e6eaef; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0d1117; --surface: #161b22; --ink: #e7eaef; --muted: #9ba5b3; --rule: #2a313b; --accent: #72a9ff; --heat: 114 169 255; --off: #262d37; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); line-height: 1.5;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 36px 20px 56px; }
header { margin-bottom: 24px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 0 0 2px; }
p { margin: 0; }
.muted, .note { color: var(--muted); }
.note { font-size: 13px; margin-bottom: 12px; max-width: 78ch; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 14px; margin-bottom: 14px; }
.card { background: var(--surface); border: 1px solid var(--rule); border-radius: 10px; padding: 18px 20px; margin-bottom: 14px; }
.figures .card { margin: 0; padding: 14px 18px; }
.figure { font-size: 28px; font-weight: 650; letter-spacing: -0.02em; line-height: 1.3; font-variant-numeric: tabular-nums; }
.figure + p, .figures p:first-child { color: var(--muted); font-size: 13px; }
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 14px; margin-bottom: 14px; }
.charts .card { margin: 0; padding: 6px; }
.charts svg { display: block; width: 100%; height: auto; }
.picture { display: block; width: 100%; height: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; width: 100%; }
th { font-weight: 600; color: var(--muted); white-space: nowrap; }
th, td { padding: 5px 10px; text-align: right; border-bottom: 1px solid var(--rule); }
td { white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 0; }
th:first-child { text-align: left; padding-left: 0; }
td:first-child { padding-left: 0; text-align: left; }
td:last-child, th:last-child { padding-right: 4px; }
.examples .row { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 12px; margin-bottom: 14px; }
.examples figure { margin: 0; font-size: 13px; color: var(--muted); }
.examples .row svg { display: block; width: 100%; height: auto; }
.examples image { image-orientation: none; }
.heat { border-collapse: separate; border-spacing: 2px; width: auto; }
.heat th, .heat td { border: 0; padding: 4px 6px; }
.heat td { min-width: 54px; text-align: center; border-radius: 4px; background: rgb(var(--heat) / calc(0.04 + 0.46 * var(--a, 0))); }
.heat thead th { text-align: center; }
.heat tbody th { color: var(--ink); font-weight: 400; max-width: 220px; overflow: hidden; text-overflow: ellipsis; position: sticky; left: 0;
  background: var(--surface); }
.gates { display: block; font-size: 12px; }
.gates text { fill: var(--muted); font-variant-numeric: tabular-nums; }
.gates .name { fill: var(--ink); }
.gates .off { fill: var(--off); }
.gates .on { fill: var(--accent); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 18px; margin: 0 0 14px; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
pre { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--page); border: 1px solid var(--rule);
  border-radius: 6px; padding: 10px 12px; margin: 8px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--accent); }
@media (max-width: 820px) { .charts { grid-template-columns: minmax(0, 1fr); } main { padding: 20px 12px 40px; } .card { padding: 14px; } }
@media (max-width: 480px) { dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: 8px; } }
@media print {
  @page { margin: 14mm; }
  :root { --page: #ffffff; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 11px; }
  main { max-width: none; padding: 0; }
  .figures { grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 8px; }
  .figure { font-size: 20px; }
  .charts { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; }
  .card { break-inside: avoid; padding: 8px 10px; margin-bottom: 8px; }
  .card.long { break-inside: auto; }
  tr { break-inside: avoid; }
  table { font-size: 9.5px; }
  th, td { padding: 2px 5px; }
  .heat th, .heat td { padding: 2px; min-width: 0; }
  .scroll { overflow: visible; }
  .gates { width: 100%; height: auto; }
}
)";
}

}  // namespace tnn
