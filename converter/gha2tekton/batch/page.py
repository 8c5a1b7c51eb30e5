"""The account of a batch as one HTML file: no network, tables that sort, bars where they help."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from gha2tekton.batch.account import headline, share, tables
from gha2tekton.batch.summary import Summary

_STYLE = """
:root{color-scheme:light dark;--fg:#1b1f24;--bg:#fff;--dim:#59636e;--line:#d1d9e0;
--whole:#1a7f37;--partly:#bf8700;--not:#bc4c00;--refused:#cf222e}
@media(prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#0d1117;--dim:#9198a1;--line:#3d444d}}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1rem;color:var(--fg);background:var(--bg)}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}ul{padding-left:1.2rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line)}
th{vertical-align:bottom}td{vertical-align:top}
td.long{min-width:12rem;overflow-wrap:anywhere}td.number{white-space:nowrap;font-variant-numeric:tabular-nums}
th button{font:inherit;text-align:left;color:inherit;background:none;border:0;padding:0;cursor:pointer}
th[aria-sort] button::after{content:" ▲"}th[aria-sort=descending] button::after{content:" ▼"}
.bar{display:flex;height:1.6rem;border-radius:.3rem;overflow:hidden;margin:1rem 0 .3rem}
.whole{background:var(--whole)}.partly{background:var(--partly)}.not{background:var(--not)}.refused{background:var(--refused)}
.key{color:var(--dim);font-size:.9rem}
.key i{display:inline-block;width:.8em;height:.8em;border-radius:.2em;margin:0 .3em 0 1em}
.key i:first-child{margin-left:0}
meter{width:6rem}input{font:inherit;width:100%;max-width:24rem;padding:.3rem;margin:.3rem 0}
"""
_SCRIPT = """
for(const b of document.querySelectorAll('th button'))b.onclick=()=>{
 const th=b.parentNode,t=th.closest('table'),i=[...th.parentNode.children].indexOf(th),
  up=th.getAttribute('aria-sort')!=='ascending',v=r=>r.children[i].dataset.v??r.children[i].textContent;
 for(const o of th.parentNode.children)o.removeAttribute('aria-sort');
 th.setAttribute('aria-sort',up?'ascending':'descending');
 const rows=[...t.tBodies[0].rows].sort((x,y)=>v(x).localeCompare(v(y),undefined,{numeric:true}));
 if(!up)rows.reverse();t.tBodies[0].append(...rows)};
for(const f of document.querySelectorAll('input'))f.oninput=()=>{
 for(const r of f.nextElementSibling.querySelectorAll('tbody tr'))
  r.hidden=!r.textContent.toLowerCase().includes(f.value.toLowerCase())};
"""

_LONG = 24
"""Characters in a cell from which on it may be broken anywhere, and is given room."""


def html(summary: Summary) -> str:
    """The page."""
    body = [f"<h1>From GitHub Actions to Tekton</h1>{_bar(summary)}"]
    body.append("<ul>" + "".join(f"<li>{escape(line)}" for line in headline(summary)) + "</ul>")
    for title, head, rows in tables(summary, None):
        find = '<input type="search" placeholder="find" aria-label="find">' if len(rows) > 20 else ""
        body.append(f"<h2>{escape(title)}</h2>{find}{_table(head, rows)}")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>From GitHub Actions to Tekton</title><style>{_STYLE}</style>"
        f"{''.join(body)}<script>{_SCRIPT}</script></html>\n"
    )


def _bar(summary: Summary) -> str:
    words = {"whole": "fully", "partly": "in part", "not": "not at all", "refused": "refused"}
    total = sum(summary.workflows.values())
    if not total:
        return ""
    counts = [(status, summary.workflows[status]) for status in words if summary.workflows[status]]
    pieces = "".join(f'<div class="{status}" style="flex:{count}"></div>' for status, count in counts)
    key = "".join(
        f'<i class="{status}"></i>{words[status]} {count} ({share(count, total)})' for status, count in counts
    )
    return f'<div class="bar" role="img" aria-label="workflows by outcome">{pieces}</div><p class="key">{key}</p>'


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    heads = "".join(f'<th scope="col"><button>{escape(cell or "#")}</button>' for cell in head)
    lines = "".join(f"<tr>{''.join(map(_cell, row))}" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{heads}</thead><tbody>{lines}</tbody></table></div>'


def _cell(value: object) -> str:
    text = str(value)
    if text.endswith(" %"):
        number = escape(text[:-2].lstrip("<"))
        meter = f'<meter min="0" max="100" value="{number}"></meter>'
        return f'<td class="number" data-v="{number}">{meter} {escape(text)}'
    kind = "number" if isinstance(value, int) else "long" if len(text) > _LONG else ""
    return f'<td class="{kind}">{escape(text)}' if kind else f"<td>{escape(text)}"
