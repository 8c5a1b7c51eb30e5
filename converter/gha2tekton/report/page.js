for (const button of document.querySelectorAll('pre.command button')) {
  button.onclick = () => {
    const command = button.nextElementSibling;
    getSelection().selectAllChildren(command);
    navigator.clipboard?.writeText(command.textContent).then(() => { button.textContent = 'copied'; }, () => {});
  };
}
for (const page of document.querySelectorAll('.page')) {
  // A part: outcome, its text, why, rule, file of the input, first and last line, file of the output, first and last line.
  const parts = JSON.parse(page.querySelector('.parts').textContent);
  const [left, right] = page.querySelectorAll('.side');
  const told = page.querySelector('.told');
  const rows = (side, file, first, last) => {
    const found = side.querySelectorAll('.file')[file];
    return found ? [...found.children].slice(first - 1, last) : [];
  };
  const show = (side, file) => {
    side.querySelectorAll('.file').forEach((one, number) => { one.hidden = number !== file; });
    side.querySelector('select').value = file;
  };
  const bring = (side, file, line) => {
    show(side, file);
    const pane = side.querySelectorAll('.file')[file], [row] = rows(side, file, line, line);
    if (row) pane.scrollTop = row.offsetTop - pane.clientHeight / 3;
  };
  const tell = found => {
    told.replaceChildren(...found.map(part => {
      const line = document.createElement('p'), word = document.createElement('b');
      line.className = word.textContent = part[0];
      const rule = part[3] ? ` Rule: ${part[3]}.` : '';
      line.append(word, ` ${part[1]}`, part[2] ? `: ${part[2]}.` : '.', rule);
      return line;
    }));
    if (!found.length) told.textContent = 'No part of the workflow stands here.';
  };
  const pick = (side, row) => {
    const pane = row.parentNode, file = [...side.querySelectorAll('.file')].indexOf(pane);
    const line = [...pane.children].indexOf(row) + 1, at = side === left ? 4 : 7;
    let found = parts.filter(part => part[at] === file && part[at + 1] <= line && line <= part[at + 2]);
    const size = Math.min(...found.map(part => part[at + 2] - part[at + 1]));
    if (side === right) found = found.filter(part => part[at + 2] - part[at + 1] === size);
    page.querySelectorAll('.row.on').forEach(one => one.classList.remove('on'));
    row.classList.add('on');
    for (const part of found) {
      for (const one of rows(left, part[4], part[5], part[6])) one.classList.add('on');
      if (part[7] !== null) for (const one of rows(right, part[7], part[8], part[9])) one.classList.add('on');
    }
    const first = found.find(part => part[7] !== null);
    if (side === left && first) bring(right, first[7], first[8]);
    if (side === right && found.length) bring(left, found[0][4], found[0][5]);
    tell(found);
  };
  for (const side of [left, right]) {
    side.querySelector('select').onchange = event => show(side, Number(event.target.value));
    side.addEventListener('click', event => {
      const row = event.target.closest('.row');
      if (!row) return;
      event.preventDefault();
      pick(side, row);
    });
    show(side, 0);
  }
  const go = () => {
    const row = location.hash && document.getElementById(location.hash.slice(1));
    if (!row || !page.contains(row) || !row.classList.contains('row')) return;
    const side = row.closest('.side');
    bring(side, [...side.querySelectorAll('.file')].indexOf(row.parentNode), [...row.parentNode.children].indexOf(row) + 1);
    pick(side, row);
    told.scrollIntoView({block: 'start'});
  };
  addEventListener('hashchange', go);
  go();
}
