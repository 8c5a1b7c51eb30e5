"""The style and the script of the HTML report."""

STYLE = """
:root{color-scheme:light dark;--fg:#1b1f24;--bg:#fff;--soft:#f6f8fa;--dim:#59636e;--line:#d1d9e0;
--exact:#1a7f37;--adapted:#0969da;--dropped:#8c959f;--manual:#cf222e;--mark:#fff3bf}
@media(prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#0d1117;--soft:#161b22;--dim:#9198a1;--line:#3d444d;
--exact:#3fb950;--adapted:#58a6ff;--dropped:#6e7681;--manual:#ff7b72;--mark:#4d3c00}}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:90rem;padding:1rem;color:var(--fg);background:var(--bg)}
h1{font-size:1.4rem}h2{font-size:1.2rem;overflow-wrap:anywhere;border-top:1px solid var(--line);padding-top:1rem}
h3{font-size:1.05rem;margin:1.4rem 0 .3rem}h3.manual{color:var(--manual)}h3.adapted{color:var(--adapted)}
a{color:var(--adapted)}ol,ul{padding-left:1.5rem;margin:.3rem 0}li{overflow-wrap:anywhere;margin:.15rem 0}
code,pre{font:13px/1.45 ui-monospace,monospace}code{background:var(--soft);padding:.05rem .25rem;border-radius:.25rem}
pre{background:var(--soft);padding:.5rem;overflow-x:auto;border-radius:.35rem;margin:.3rem 0}
details{margin:.6rem 0}summary{cursor:pointer;font-weight:600;overflow-wrap:anywhere}
.grade{display:inline-block;min-width:1.5em;text-align:center;border-radius:.3em;color:#fff;padding:0 .3em}
.grade.A{background:#1a7f37}.grade.B{background:#0969da}.grade.C{background:#9a6700}.grade.D{background:#cf222e}
.bar{display:flex;height:.9rem;border-radius:.3rem;overflow:hidden}.bar div{min-width:2px}
.bar .exact,.key .exact{background:var(--exact)}.bar .adapted,.key .adapted{background:var(--adapted)}
.bar .dropped,.key .dropped{background:var(--dropped)}.bar .manual,.key .manual{background:var(--manual)}
.key{color:var(--dim);font-size:.9rem;margin:.2rem 0}
.key i{display:inline-block;width:.8em;height:.8em;border-radius:.2em;margin:0 .3em 0 1em}
.key i:first-child{margin-left:0}
.scroll{overflow-x:auto}table{border-collapse:collapse}
td,th{text-align:left;vertical-align:top;padding:.25rem .6rem;border-bottom:1px solid var(--line)}
.sides{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:1rem}
.side{min-width:0;max-height:85vh;overflow:auto;border:1px solid var(--line);border-radius:.4rem;padding:.4rem}
.side h4{margin:.2rem 0;overflow-wrap:anywhere}
.sides pre{counter-reset:line;padding:.3rem 0;overflow:visible;width:max-content;min-width:100%}
.sides pre span{display:block;padding:0 .5rem 0 0;border-left:3px solid transparent;white-space:pre}
.sides pre span::before{counter-increment:line;content:counter(line);display:inline-block;width:3.2em;
padding-right:.8em;text-align:right;color:var(--dim);user-select:none}
.sides [data-to]:not([data-to=""]){cursor:pointer}.sides span.exact{border-color:var(--exact)}
.sides span.adapted{border-color:var(--adapted)}.sides span.dropped{border-color:var(--dropped)}
.sides span.manual{border-color:var(--manual)}.sides span.on,.sides span:target{background:var(--mark)}
@media(max-width:60rem){.sides{grid-template-columns:minmax(0,1fr)}.side{max-height:60vh}}
"""
SCRIPT = """
const find=to=>to.split(' ').flatMap(t=>{
 const m=t.match(/^(.*):(\\d+):(\\d+)$/);
 if(!m){const e=document.getElementById(t);return e?[e]:[]}
 const out=[];for(let n=+m[2];n<=+m[3];n++){const e=document.getElementById(m[1]+':'+n);if(e)out.push(e)}
 return out});
for(const e of document.querySelectorAll('.sides [data-to]'))e.onclick=()=>{
 for(const o of document.querySelectorAll('.on'))o.classList.remove('on');
 const there=find(e.dataset.to);e.classList.add('on');
 for(const o of there){o.classList.add('on');const d=o.closest('details');if(d)d.open=true}
 const side=there[0]?.closest('.side');
 if(side)side.scrollTop+=there[0].getBoundingClientRect().top-side.getBoundingClientRect().top-60};
"""
