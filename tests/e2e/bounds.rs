//! What a script in the page cannot do, should one ever get into it: reach the network, run what it made up, show another
//! page, or call what the page was not given.
//!
//! Deliberately not here: that events cannot bring scripts into the page (`ui/tests/window.test.ts`).
use crate::window::Window;
use serde_json::json;
use tidings_test_support::Desktop;
use tidings_test_support::sse_server::SseServer;

/// Calls `done` with what became of each attempt: "refused", or what it got.
const ATTEMPTS: &str = "
    const [url, done] = [arguments[0], arguments[arguments.length - 1]];
    const event = (target, good, bad) => new Promise((resolve) => {
      target[good] = () => resolve('reached');
      target[bad] = () => resolve('refused');
    });
    const element = (name, attributes) => {
      const made = Object.assign(document.createElement(name), attributes);
      const became = event(made, 'onload', 'onerror');
      document.body.append(made);
      return became;
    };
    const frames = async (count) => {
      for (let frame = 0; frame < count; frame += 1) await new Promise(requestAnimationFrame);
    };
    const invoke = (command, given) =>
      window.__TAURI_INTERNALS__.invoke(command, given).then((answer) => JSON.stringify(answer), () => 'refused');
    const attempts = {
      fetch: () => fetch(url + 'fetch').then(() => 'reached'),
      eventSource: () => event(new EventSource(url + 'events'), 'onopen', 'onerror'),
      webSocket: () => event(new WebSocket(url.replace('http', 'ws') + 'socket'), 'onopen', 'onerror'),
      beacon: () => Promise.resolve(navigator.sendBeacon(url + 'beacon') && 'sent'),
      image: () => element('img', { src: url + 'image' }),
      script: () => element('script', { src: url + 'script' }),
      style: () => element('link', { rel: 'stylesheet', href: url + 'style' }),
      eval: () => Promise.resolve(String((0, eval)('1 + 1'))),
      function: () => Promise.resolve(String(new Function('return 2')())),
      inlineScript: () => {
        window.inlineRan = false;
        document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.inlineRan = true' }));
        return Promise.resolve(window.inlineRan ? 'ran' : 'refused');
      },
      inlineStyle: async () => {
        const marked = (css) => Object.assign(document.createElement('style'), { textContent: css });
        document.body.append(marked('body { outline: 1px solid red }'));
        document.body.setAttribute('style', 'outline: 1px solid red');
        await frames(1);
        return getComputedStyle(document.body).outlineStyle === 'none' ? 'refused' : 'drawn';
      },
      otherWindow: () => Promise.resolve(window.open(url + 'window') === null ? 'refused' : 'opened'),
      unknownCommand: () => invoke('format_disk', {}),
      closeWindow: () => invoke('plugin:window|close', { label: 'main' }),
      listen: () => invoke('plugin:event|listen', { event: 'x', target: { kind: 'Any' }, handler: 0 }),
      version: () => invoke('plugin:app|version', {}),
      newWindow: () => invoke('plugin:webview|create_webview_window', { options: { label: 'other', url } }),
      readFile: () => invoke('plugin:fs|read_text_file', { path: '/etc/passwd' }),
      frame: async () => {
        document.body.append(Object.assign(document.createElement('iframe'), { src: url + 'frame' }));
        await frames(20);
        return 'asked';
      },
      shell: () => invoke('plugin:shell|execute', { program: 'id', args: [] }),
      // The last one: a page that leaves is not there to answer.
      otherPage: async () => {
        location.href = url + 'page';
        await frames(20);
        return location.protocol === 'tauri:' ? 'refused' : 'left';
      },
    };
    (async () => {
      const became = {};
      for (const [name, attempt] of Object.entries(attempts)) {
        try { became[name] = await attempt(); } catch { became[name] = 'refused'; }
      }
      done(became);
    })();
";

#[tokio::test]
async fn a_script_in_the_page_gets_nowhere() {
    let server = SseServer::start(|mut connection| async move {
        connection.send("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n").await;
    })
    .await;
    let desktop = Desktop::default().start();
    let window = Window::open(&desktop).await;
    let became = window.run_to_end(ATTEMPTS, vec![json!(server.url("/"))]).await;
    for (attempt, became) in became.as_object().expect("an object") {
        // These do not tell: the server below has the last word.
        if !["beacon", "frame"].contains(&attempt.as_str()) {
            assert_eq!(became, "refused", "{attempt}");
        }
    }
    assert_eq!(became.as_object().map(serde_json::Map::len), Some(21));
    let asked: Vec<_> = server.requests().iter().map(|request| request.target().to_owned()).collect();
    assert_eq!(asked, [""; 0]);
    window.end().await;
}
