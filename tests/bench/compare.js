// Prints how two pages of benchmarks differ, figure by figure of their tables: node compare.js COMMITTED MEASURED
//
// Ratios travel from machine to machine, other figures do not: those are printed after them, and only say something where the
// machine is the same. Of a cell with several figures it looks at the first. Deliberately not here: a judgement. What differs is
// read, not failed.
const { readFileSync } = require("node:fs");

/** What differs by less is noise, as a factor. */
const NOISE = 1.25;

/** Every figure of a page by where it stands: its heading, its row, its column. */
function figures(file) {
  const found = new Map();
  let heading = "";
  let columns = null;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line.startsWith("#")) heading = line.replace(/^#+ /, "");
    if (!line.startsWith("|")) columns = null;
    else if (columns === null) columns = cells(line);
    else {
      const [row, ...values] = cells(line);
      values.forEach((value, at) => {
        const figure = /^(\d+(?:\.\d+)?)\s*([^\d,]*)/.exec(value);
        const ratio = /×|ratio/.test(value + row + columns[at + 1]);
        if (figure) found.set([heading, row, columns[at + 1]].filter(Boolean).join(" · "), { value, number: +figure[1], unit: figure[2].trim(), ratio });
      });
    }
  }
  return found;
}

const cells = (line) => line.split("|").slice(1, -1).map((cell) => cell.trim());

const [before, now] = process.argv.slice(2).map(figures);
const other = (was, is) => was.unit !== is.unit || Math.max(was.number, is.number) > NOISE * Math.min(was.number, is.number);
const differing = [...now].filter(([place, is]) => before.has(place) && other(before.get(place), is));
for (const [title, ratio] of [["Ratios that differ", true], ["Other figures that differ", false]]) {
  const lines = differing.filter(([, is]) => is.ratio === ratio);
  console.log(`${title} by more than ${Math.round((NOISE - 1) * 100)} %: ${lines.length === 0 ? "none" : ""}`);
  for (const [place, is] of lines) console.log(`  ${place}: ${before.get(place).value} → ${is.value}`);
}
const gone = [...before.keys()].filter((place) => !now.has(place));
if (gone.length > 0) console.log(`Not measured this time:\n  ${gone.join("\n  ")}`);
