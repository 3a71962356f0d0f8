//! The phase of the real window, on a virtual desktop: how quickly it shows, scrolls, searches and answers, and what it
//! costs beside a bare `WebKitGTK` window.
//!
//! Deliberately not here: what the engine behind it costs (`scale.rs`).
use crate::Bench;
use crate::crowd::Crowd;
use crate::load::{After, Load};
use crate::measure::mebibytes;
use crate::phases::{add_feed, end, forget_feeds, headless, wait_for_events};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};
use thirtyfour::{Capabilities, WebDriver as Page};
use tidings_test_support::payloads::Payload;
use tidings_test_support::{Area, Desktop, DesktopSession, WebDriver};

const EVENTS: usize = 1_000_000;
/// How long a window is looked at.
const LOOK: Duration = Duration::from_secs(20);
/// How long the program keeps the web view of a hidden window here; for its users it is a minute.
const KEPT: Duration = Duration::from_secs(30);
const WAIT: Duration = Duration::from_mins(1);

/// What most people would write: a page that puts each event on top of a list.
const BARE: &str = "<!doctype html><title>bare</title><ul></ul><script>\
    const list = document.querySelector('ul');\
    new EventSource(location.hash.slice(1)).onmessage = ({ data }) => {\
      const item = document.createElement('li');\
      item.textContent = data;\
      list.prepend(item);\
    };</script>";

/// The window by itself, then beside a bare one.
pub(crate) fn window(bench: &Bench) -> Result<()> {
    // The client's HTTP library wants to be told which cryptography to use.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        long_history(bench).await?;
        beside_a_bare_window(bench).await
    })
}

/// A million events: the list, scrolling, searching; then a thousand events a second on top.
async fn long_history(bench: &Bench) -> Result<()> {
    println!("## The window with {EVENTS} stored events\n");
    let desktop = Desktop::default().start();
    let data_dir = desktop.data_home().join("tidings");
    std::fs::create_dir_all(&data_dir)?;
    let load = Load::start(Payload::Small.stream(EVENTS), After::Hold)?;
    add_feed(bench, &data_dir, "history", &load.url)?;
    let engine = headless(bench, &data_dir, &[])?;
    wait_for_events(&data_dir, EVENTS)?;
    end(engine)?;
    forget_feeds(bench, &data_dir)?;

    let opened = Opened::tidings(bench, &desktop).await?;
    opened.wait_for("document.querySelector('[data-testid=event-row]')").await?;
    let mut paints = Vec::new();
    for _ in 0..bench.rounds.max(5) {
        opened.run("performance.clearMarks(); location.reload()").await?;
        paints.push(opened.wait_for(LIST_PAINTED).await?.as_f64().context("a time")?);
    }
    let mut table = Table::new(&["", "median", "95 of 100", "worst"]);
    table.milliseconds("first paint of the list after the page is ready", paints);

    let frames = opened.measure(SCROLLING).await?;
    table.milliseconds("time between frames while scrolling, 60 px a frame for 10 s", frames);

    let answers = opened.measure(SEARCHING).await?;
    table.milliseconds("a search, from the last letter to the rows on the screen", answers);

    let crowd = Crowd::start()?;
    add_feed(bench, &data_dir, "steady", &crowd.url)?;
    crowd.wait_until_there_are(1)?;
    opened.run("document.querySelector('[data-testid=scope-all]').click()").await?;
    let at_first = proportional(&desktop)?;
    let pouring = std::thread::spawn(move || {
        crowd.pour(6000, Duration::from_millis(10), |beat| {
            (beat as usize * 10..beat as usize * 10 + 10).map(|number| Payload::Small.event(number)).collect()
        })
    });
    let mut answers = Vec::new();
    let mut memory = Vec::new();
    while !pouring.is_finished() {
        answers.extend(opened.measure(ANSWERING).await?);
        memory.push(proportional(&desktop)?);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    pouring.join().ok().context("the server failed")??;
    table.milliseconds("an arrow key at 1,000 events/s for a minute, until the next frame", answers);
    table.print();
    let third = memory.len() / 3;
    let most = |part: &[u64]| part.iter().copied().max().map_or(0.0, mebibytes);
    println!(
        "\nMemory (PSS) of all its processes: {:.0} MiB before that minute, at most {:.0}, {:.0} and {:.0} MiB in its thirds.\n",
        mebibytes(at_first),
        most(&memory[..third]),
        most(&memory[third..2 * third]),
        most(&memory[2 * third..]),
    );
    opened.end().await
}

/// Memory and CPU of an idle window and at ten events a second, of ours and of a bare one in turn; then ours hidden, let go
/// and shown again.
async fn beside_a_bare_window(bench: &Bench) -> Result<()> {
    println!("## The window beside a bare WebKitGTK window\n");
    println!("| | Tidings | bare window | ratio |\n| --- | --- | --- | --- |");
    let row = |what: &str, ours: f64, bare: f64, unit: &str| {
        println!("| {what} | {ours:.1} {unit} | {bare:.1} {unit} | {} |", {
            if bare < 0.05 { "–".to_owned() } else { format!("{:.2} ×", ours / bare) }
        });
    };
    let (bare_desktop, bare_crowd) = (Desktop { tray: false, ..Desktop::default() }.start(), Crowd::start()?);
    let page = tempfile::Builder::new().suffix(".html").tempfile()?;
    std::fs::write(page.path(), BARE)?;
    let bare = Opened::bare(&bare_desktop, &format!("file://{}#{}", page.path().display(), bare_crowd.url)).await?;
    bare_crowd.wait_until_there_are(1)?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let bare_memory = proportional(&bare_desktop)?;
    let bare_idle = share(&bare_desktop, None)?;
    let bare_busy = share(&bare_desktop, Some(&bare_crowd))?;
    bare.end().await?;
    drop(bare_desktop);

    let (desktop, crowd) = (Desktop::default().start(), Crowd::start()?);
    let data_dir = desktop.data_home().join("tidings");
    std::fs::create_dir_all(&data_dir)?;
    add_feed(bench, &data_dir, "feed", &crowd.url)?;
    let ours = Opened::tidings(bench, &desktop).await?;
    crowd.wait_until_there_are(1)?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let visible = proportional(&desktop)?;
    row("memory (PSS)", mebibytes(visible), mebibytes(bare_memory), "MiB");
    let idle = share(&desktop, None)?;
    row("CPU while nothing comes, of one core", idle, bare_idle, "%");
    let busy = share(&desktop, Some(&crowd))?;
    row("CPU at 10 events/s, visible", busy, bare_busy, "%");
    let full = proportional(&desktop)?;

    desktop.run("wmctrl", ["-c", "Tidings"]);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let hidden = share(&desktop, Some(&crowd))?;
    row("CPU at 10 events/s, hidden", hidden, bare_busy, "%");
    wait_until_let_go(&desktop).await?;
    let released = proportional(&desktop)?;
    println!(
        "\nVisible after {} events: {:.0} MiB; its web view let go: {:.0} MiB, {:.2} × that.",
        2 * LOOK.as_secs() * 10,
        mebibytes(full),
        mebibytes(released),
        mebibytes(released) / mebibytes(full)
    );
    ours.end().await?;
    drop(desktop);
    comes_back(bench).await
}

/// How long it takes from asking for a window whose web view was let go until its list is on the screen.
async fn comes_back(bench: &Bench) -> Result<()> {
    let (desktop, crowd) = (Desktop::default().start(), Crowd::start()?);
    let data_dir = desktop.data_home().join("tidings");
    std::fs::create_dir_all(&data_dir)?;
    add_feed(bench, &data_dir, "feed", &crowd.url)?;
    let ours = Opened::tidings_that_keeps(bench, &desktop, Duration::from_secs(2)).await?;
    crowd.wait_until_there_are(1)?;
    crowd.pour(200, Duration::from_millis(10), |beat| Payload::Small.event(beat as usize))?;
    let (mut rounds, mut pictures) = (Vec::new(), Vec::new());
    for _ in 0..bench.rounds.max(5) {
        ours.wait_for("document.querySelector('[data-testid=event-row]')").await?;
        let list = desktop.windows_called("Tidings").pop().map(titles).context("a window")?;
        tokio::time::sleep(AT_REST).await;
        let looked = desktop.pixels(list);
        desktop.run("wmctrl", ["-c", "Tidings"]);
        wait_until_let_go(&desktop).await?;
        let asked = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs_f64() * 1e3;
        let begun = Instant::now();
        desktop.run(&bench.program("tidings").display().to_string(), Vec::<&str>::new());
        // Whoever asked the page meanwhile would measure the asking.
        while desktop.pixels(list) != looked {
            ensure!(begun.elapsed() < Duration::from_secs(5), "the window does not look as it did");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let looks = begun.elapsed().as_secs_f64() * 1e3;
        tokio::time::sleep(Duration::from_secs(2)).await;
        ours.made_anew().await?;
        let moment = async |expression| -> Result<f64> {
            Ok(ours.wait_for(expression).await?.as_f64().context("a moment")? - asked)
        };
        rounds.push((moment(LIST_SHOWN_AT).await?, moment("performance.timeOrigin").await?));
        pictures.push(looks);
    }
    rounds.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let (shown, begun) = rounds[rounds.len() / 2];
    pictures.sort_by(f64::total_cmp);
    println!(
        "From asking for a window that was let go until it looks as it did, median of {}: {:.0} ms; {:.0} ms at worst.",
        pictures.len(),
        pictures[pictures.len() / 2],
        pictures.last().copied().unwrap_or_default()
    );
    println!(
        "From asking for it until its page has drawn the list, median of {}: {shown:.0} ms, of which {begun:.0} ms until the page began to load; {:.0} ms at worst.\n",
        rounds.len(),
        rounds.last().map_or(0.0, |(worst, _)| *worst)
    );
    ours.end().await
}

/// Waits until no process draws a page any more.
async fn wait_until_let_go(desktop: &DesktopSession) -> Result<()> {
    let limit = Instant::now() + KEPT + WAIT;
    while processes(desktop)?.iter().any(|(name, _)| name.starts_with("WebKitWebProces")) {
        ensure!(Instant::now() < limit, "the web view was not let go");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok(())
}

/// Milliseconds from the page being ready to its list being drawn.
const LIST_PAINTED: &str = "(() => { const [mark] = performance.getEntriesByName('list');\
    const [page] = performance.getEntriesByType('navigation');\
    return mark && mark.startTime - page.domContentLoadedEventStart })()";
/// So long nothing comes, and nothing moves.
const AT_REST: Duration = Duration::from_secs(1);

/// A part of the window in which titles of the list are, and nothing that blinks or counts.
fn titles(Area { x, y, width, height }: Area) -> Area {
    Area { x: x + width * 3 / 10, y: y + height / 2, width: width / 10, height: 200 }
}

/// When the first frame with the list was on the screen, in milliseconds since 1970: the frame is drawn after the list's mark.
const LIST_SHOWN_AT: &str = "(() => { const [mark] = performance.getEntriesByName('list');\
    const [frame] = performance.getEntriesByName('first-contentful-paint');\
    return mark && frame && performance.timeOrigin + Math.max(mark.startTime, frame.startTime) })()";

const SCROLLING: &str = "const list = document.querySelector('[data-testid=event-list]');
    const times = []; let last; const end = performance.now() + 10000;
    const frame = (now) => {
      if (last !== undefined) times.push(now - last);
      last = now;
      list.scrollTop += 60;
      if (now < end) requestAnimationFrame(frame); else { list.scrollTop = 0; done(times); }
    };
    requestAnimationFrame(frame);";

const SEARCHING: &str = "const field = document.querySelector('[data-testid=search]');
    const times = [];
    const search = async (word) => {
      const start = performance.now();
      field.value = word;
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      const found = () => {
        const mark = document.querySelector('[data-testid=event-row] mark');
        return mark !== null && mark.textContent.toLowerCase() === word;
      };
      while (!found()) await new Promise(requestAnimationFrame);
      times.push(performance.now() - start);
    };
    (async () => {
      for (let round = 0; round < 10; round += 1) for (const word of ['backup', 'ba', 'finished']) await search(word);
      field.value = '';
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      done(times);
    })();";

const ANSWERING: &str = "const list = () => document.querySelector('[data-testid=event-list]');
    const chosen = () => list()?.getAttribute('aria-activedescendant') ?? null;
    const before = chosen();
    const start = performance.now();
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true }));
    const look = () => {
      if (chosen() === before && performance.now() - start < 5000) requestAnimationFrame(look);
      else done([performance.now() - start]);
    };
    requestAnimationFrame(look);";

/// A page in a window.
struct Opened {
    page: Page,
    _driver: WebDriver,
}

impl Opened {
    async fn tidings(bench: &Bench, desktop: &DesktopSession) -> Result<Self> {
        Self::tidings_that_keeps(bench, desktop, KEPT).await
    }

    /// `kept`: how long it keeps the web view of a hidden window.
    async fn tidings_that_keeps(bench: &Bench, desktop: &DesktopSession, kept: Duration) -> Result<Self> {
        let kept = kept.as_secs().to_string();
        Self::program(desktop, &bench.program("tidings-window"), &["--release-after", &kept]).await
    }

    /// `MiniBrowser` shows one page and nothing else.
    async fn bare(desktop: &DesktopSession, url: &str) -> Result<Self> {
        let folder = pkg_config_folder();
        let opened = Self::program(desktop, &folder.join("MiniBrowser"), &["--automation"]).await?;
        opened.page.goto(url).await?;
        Ok(opened)
    }

    async fn program(desktop: &DesktopSession, program: &Path, arguments: &[&str]) -> Result<Self> {
        let driver = WebDriver::start(desktop);
        let (name, value) = WebDriver::capability(program, arguments);
        let mut capabilities = Capabilities::new();
        capabilities.set(name, value)?;
        Ok(Self { page: Page::new(driver.url(), capabilities).await?, _driver: driver })
    }

    async fn run(&self, script: &str) -> Result<Value> {
        Ok(self.page.execute(script, Vec::new()).await?.json().clone())
    }

    /// Waits until an expression is something, and returns it.
    async fn wait_for(&self, expression: &str) -> Result<Value> {
        let limit = Instant::now() + WAIT;
        loop {
            // Between two pages there is nobody to ask.
            match self.run(&format!("return {expression} ?? null")).await {
                Ok(Value::Null) | Err(_) => {}
                Ok(value) => return Ok(value),
            }
            ensure!(Instant::now() < limit, "{expression} did not come within {WAIT:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Runs a script that calls `done` with times in milliseconds.
    async fn measure(&self, script: &str) -> Result<Vec<f64>> {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        let times = self.page.execute_async(script, Vec::new()).await?.json().clone();
        Ok(serde_json::from_value(times)?)
    }

    /// Goes on in the window that the program made again.
    async fn made_anew(&self) -> Result<()> {
        let limit = Instant::now() + WAIT;
        loop {
            if let Some(handle) = self.page.windows().await?.into_iter().next() {
                return Ok(self.page.switch_to_window(handle).await?);
            }
            ensure!(Instant::now() < limit, "no window came within {WAIT:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn end(self) -> Result<()> {
        Ok(self.page.quit().await?)
    }
}

/// Where `WebKitGTK` keeps its programs.
fn pkg_config_folder() -> std::path::PathBuf {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let mut candidates = folders.map(|folder| folder.path().join("webkit2gtk-4.1"));
    candidates.find(|folder| folder.join("MiniBrowser").exists()).unwrap_or_default()
}

fn pour(crowd: &Crowd) -> Result<()> {
    let beats = u32::try_from(LOOK.as_secs() * 10)?;
    crowd.pour(beats, Duration::from_millis(100), |beat| Payload::Small.event(beat as usize))
}

/// How much of one core the window's processes use, in percent, while a server says ten events a second, or nothing.
fn share(desktop: &DesktopSession, server: Option<&Crowd>) -> Result<f64> {
    let (before, start) = (cpu(desktop)?, Instant::now());
    match server {
        Some(crowd) => pour(crowd)?,
        None => std::thread::sleep(LOOK),
    }
    Ok(cpu(desktop)?.saturating_sub(before).as_secs_f64() / start.elapsed().as_secs_f64() * 100.0)
}

fn cpu(desktop: &DesktopSession) -> Result<Duration> {
    let mut nanoseconds = 0;
    for (_, process) in processes(desktop)? {
        for task in std::fs::read_dir(process.join("task"))?.flatten() {
            // A thread that ends meanwhile is not counted.
            let spent = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            nanoseconds += spent.split(' ').next().and_then(|time| time.parse::<u64>().ok()).unwrap_or(0);
        }
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// The memory of the window's processes, each shared page divided among those that share it, in bytes.
fn proportional(desktop: &DesktopSession) -> Result<u64> {
    let mut bytes = 0;
    for (_, process) in processes(desktop)? {
        let rollup = std::fs::read_to_string(process.join("smaps_rollup")).unwrap_or_default();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap_or("0 kB");
        bytes += line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024;
    }
    Ok(bytes)
}

/// The processes of the window on a desktop, by name.
fn processes(desktop: &DesktopSession) -> Result<Vec<(String, std::path::PathBuf)>> {
    let runtime_dir = format!("XDG_RUNTIME_DIR={}", desktop.variable("XDG_RUNTIME_DIR"));
    let mut found = Vec::new();
    for process in std::fs::read_dir("/proc")?.flatten() {
        let path = process.path();
        let (Ok(name), Ok(variables)) =
            (std::fs::read_to_string(path.join("comm")), std::fs::read(path.join("environ")))
        else {
            continue;
        };
        let window = ["tidings-window", "MiniBrowser", "WebKitWebProces", "WebKitNetworkP", "WebKitGPUProces"];
        if window.iter().any(|window| name.starts_with(window))
            && variables.split(|byte| *byte == 0).any(|variable| variable == runtime_dir.as_bytes())
        {
            found.push((name, path));
        }
    }
    Ok(found)
}

/// A Markdown table of times.
struct Table {
    rows: Vec<String>,
}

impl Table {
    fn new(head: &[&str]) -> Self {
        let line = format!("| {} |", head.join(" | "));
        Self { rows: vec![line, format!("|{}", " --- |".repeat(head.len()))] }
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list"
    )]
    fn milliseconds(&mut self, what: &str, mut times: Vec<f64>) {
        times.sort_by(f64::total_cmp);
        let at =
            |share: f64| times.get(((times.len() as f64 - 1.0) * share).round() as usize).copied().unwrap_or(f64::NAN);
        self.rows.push(format!(
            "| {what} ({}) | {:.0} ms | {:.0} ms | {:.0} ms |",
            times.len(),
            at(0.5),
            at(0.95),
            at(1.0)
        ));
    }

    fn print(&self) {
        println!("{}", self.rows.join("\n"));
    }
}
