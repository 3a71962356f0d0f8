//! What the window looked like when its web view was let go, shown in its place until a new one has drawn its first frame.
//!
//! A new process of `WebKitGTK` takes half a second and more to that frame; the user sees the list at once, where it was. The picture
//! stays in memory, compressed, and is seen once. Elsewhere than on Linux a web view costs less to keep in reach, and there is none.
//!
//! Deliberately not here: when a web view is let go (`hiding.rs`), and the place to which the page comes back.
#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::{drawn, show, take};
#[cfg(target_os = "linux")]
pub(crate) use linux::{drawn, show, take};

#[cfg(target_os = "linux")]
mod linux {
    use gtk::cairo::{Context, ImageSurface};
    use gtk::gdk::prelude::GdkContextExt as _;
    use gtk::gdk_pixbuf::prelude::PixbufLoaderExt as _;
    use gtk::gdk_pixbuf::{Pixbuf, PixbufLoader};
    use gtk::glib::SignalHandlerId;
    use gtk::glib::prelude::{ObjectExt as _, ToValue as _};
    use gtk::prelude::WidgetExt as _;
    use std::cell::RefCell;
    use std::time::Duration;
    use tauri::WebviewWindow;
    use webkit2gtk::{SnapshotOptions, SnapshotRegion, WebViewExt as _};

    /// A web view that does not answer for this long is let go without.
    const PATIENCE: Duration = Duration::from_secs(1);
    /// A page that does not say for this long that it is drawn has failed, and shows how by itself.
    const LONGEST: Duration = Duration::from_secs(5);

    thread_local! {
        /// Of the main thread, where the toolkit lives.
        static PICTURE: RefCell<Picture> = const { RefCell::new(Picture::None) };
    }

    enum Picture {
        None,
        Taken(Taken),
        /// It covers this web view, by what is done after each drawing of it.
        Shown(webkit2gtk::WebView, SignalHandlerId),
    }

    struct Taken {
        png: Vec<u8>,
        /// The size of the web view: at another, it is no picture of what comes.
        size: (i32, i32),
    }

    /// Takes it. After that, or when it cannot be taken, the web view can go.
    pub(crate) async fn take(window: &WebviewWindow) {
        let (taken, waits) = tokio::sync::oneshot::channel();
        let asked = window.with_webview(move |webview| {
            let view = webview.inner();
            let size = (view.allocated_width(), view.allocated_height());
            let none = None::<&gtk::gio::Cancellable>;
            view.snapshot(SnapshotRegion::Visible, SnapshotOptions::NONE, none, move |picture| {
                match picture.map_err(|error| error.to_string()).and_then(encode) {
                    Ok(png) => PICTURE.replace(Picture::Taken(Taken { png, size })),
                    Err(error) => {
                        tracing::debug!(%error, "no picture of the page");
                        PICTURE.replace(Picture::None)
                    }
                };
                let _ = taken.send(());
            });
        });
        if asked.is_ok() {
            let _ = tokio::time::timeout(PATIENCE, waits).await;
        }
    }

    fn encode(picture: gtk::cairo::Surface) -> Result<Vec<u8>, String> {
        let picture = ImageSurface::try_from(picture).map_err(|_| "it is of another kind".to_owned())?;
        let (width, height) = (picture.width(), picture.height());
        let pixels = gtk::gdk::pixbuf_get_from_surface(&picture, 0, 0, width, height);
        let pixels = pixels.ok_or("there is no memory for it")?;
        // Quickly rather than small: the main thread does it.
        pixels.save_to_bufferv("png", &[("compression", "1")]).map_err(|error| error.to_string())
    }

    /// Shows it in a new window, if there is one of its size.
    pub(crate) fn show(window: &WebviewWindow) -> tauri::Result<()> {
        window.with_webview(|webview| {
            let Picture::Taken(Taken { png, size }) = PICTURE.replace(Picture::None) else { return };
            let Some(cover) = decode(&png) else { return };
            let view = webview.inner();
            // After the web view has drawn what it has: it waits for that.
            let covering = view.connect_local("draw", true, move |values| {
                if let [view, context, ..] = values
                    && let (Ok(view), Ok(context)) = (view.get::<gtk::Widget>(), context.get::<Context>())
                    && (view.allocated_width(), view.allocated_height()) == size
                {
                    draw(&context, &cover, size);
                }
                Some(false.to_value())
            });
            // It may be on the screen already.
            view.queue_draw();
            PICTURE.replace(Picture::Shown(view, covering));
            gtk::glib::timeout_add_local_once(LONGEST, uncover);
        })
    }

    fn decode(png: &[u8]) -> Option<Pixbuf> {
        let loader = PixbufLoader::with_type("png").ok()?;
        loader.write(png).and_then(|()| loader.close()).ok()?;
        loader.pixbuf()
    }

    fn draw(context: &Context, cover: &Pixbuf, (width, height): (i32, i32)) {
        // On a screen of a high resolution it has more pixels than the web view has units.
        context.scale(f64::from(width) / f64::from(cover.width()), f64::from(height) / f64::from(cover.height()));
        context.set_source_pixbuf(cover, 0.0, 0.0);
        if let Err(error) = context.paint() {
            tracing::debug!(%error, "the picture of the page cannot be drawn");
        }
        tracing::trace!("the picture of the page is drawn");
    }

    /// The page has drawn its first frame.
    pub(crate) fn drawn(app: &tauri::AppHandle) {
        let _ = app.run_on_main_thread(uncover);
    }

    fn uncover() {
        if let Picture::Shown(view, covering) = PICTURE.replace(Picture::None) {
            view.disconnect(covering);
            view.queue_draw();
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use tauri::{AppHandle, WebviewWindow};

    pub(crate) async fn take(_: &WebviewWindow) {}

    #[expect(clippy::unnecessary_wraps, reason = "as where something can fail")]
    pub(crate) fn show(_: &WebviewWindow) -> tauri::Result<()> {
        Ok(())
    }

    pub(crate) fn drawn(_: &AppHandle) {}
}
