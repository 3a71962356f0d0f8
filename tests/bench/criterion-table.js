// Prints what criterion has measured as a Markdown table: node criterion-table.js TARGET/criterion
const { readdirSync, readFileSync, existsSync } = require("node:fs");
const { join } = require("node:path");

/** Every folder below `folder` that holds a measurement. */
function measurements(folder) {
  if (existsSync(join(folder, "new", "estimates.json"))) return [join(folder, "new")];
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return below.flatMap((entry) => measurements(join(folder, entry.name))).sort();
}

const read = (folder, file) => JSON.parse(readFileSync(join(folder, file), "utf8"));

/** Nanoseconds, as people write them. */
function time(ns) {
  const [unit, size] = [["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]].find(([, size]) => ns >= size) ?? ["ns", 1];
  return `${(ns / size).toPrecision(3)} ${unit}`;
}

/** What went through in a second: bytes, or things. */
function rate(throughput, ns) {
  if (!throughput) return "";
  const [kind, amount] = Object.entries(throughput)[0];
  const perSecond = (amount * 1e9) / ns;
  const mib = perSecond / 2 ** 20;
  // From 1,000 on toPrecision would write 1.35e+3.
  return kind.startsWith("Bytes") ? `${mib >= 100 ? Math.round(mib) : mib.toPrecision(3)} MiB/s` : `${Math.round(perSecond)}/s`;
}

console.log("| benchmark | median | ± | throughput |\n| --- | ---: | ---: | ---: |");
for (const folder of measurements(process.argv[2])) {
  const { full_id: name, throughput } = read(folder, "benchmark.json");
  const { median } = read(folder, "estimates.json");
  const { lower_bound: low, upper_bound: high } = median.confidence_interval;
  const noise = `${((50 * (high - low)) / median.point_estimate).toFixed(1)} %`;
  console.log(`| ${name} | ${time(median.point_estimate)} | ${noise} | ${rate(throughput, median.point_estimate)} |`);
}
