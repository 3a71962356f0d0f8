//! Hears from the toolkit which file is let go over the window, where the web view does not give it to the page.
//!
//! Deliberately not here: reading it (`dropped.rs` of the library), addresses and text, which the page is given.
use tauri::WebviewWindow;

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "as where something can fail")]
pub(crate) fn listen(_: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
pub(crate) fn listen(window: &WebviewWindow) -> tauri::Result<()> {
    use crate::shell::Shell;
    use gtk::glib;
    use gtk::prelude::{DragContextExtManual as _, WidgetExt as _};
    use std::cell::RefCell;
    use std::rc::Rc;
    use tauri::Manager as _;

    let app = window.app_handle().clone();
    window.with_webview(move |webview| {
        let view = webview.inner();
        // The drag that is over the window, and its file.
        let over = Rc::new(RefCell::new(None));
        let told = Rc::clone(&over);
        // The web view asks for what is dragged as soon as it is over it.
        view.connect_drag_data_received(move |_, drag, _, _, data, _, _| {
            // A drag that begins in the page is of what the page says.
            if drag.drag_get_source_widget().is_some() {
                return;
            }
            let local = |host: &Option<glib::GString>| host.as_ref().is_none_or(|host| host == "localhost");
            let first = data.uris().first().and_then(|uri| glib::filename_from_uri(uri).ok());
            if let Some((file, _)) = first.filter(|(_, host)| local(host)) {
                told.replace(Some((drag.clone(), file)));
            }
        });
        view.connect_drag_drop(move |_, drag, _, _, _| {
            let file = over.take().and_then(|(of, file)| (of == *drag).then_some(file));
            // A page that only says why the program cannot begin has no dialogs for files.
            if let Some(shell) = app.try_state::<Shell>() {
                shell.dropped.put(file);
            }
            // The page sees the drop, too.
            false
        });
    })
}
