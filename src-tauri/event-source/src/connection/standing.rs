//! Tells that the connection stands while the response head is still missing.
//!
//! Deliberately not here: what is made of it (`event_source.rs`).
//!
//! The HTTP client answers only with the head. But it makes a connection of its own for each request (it keeps no
//! pool), and polls that connecting as part of the request's own future. So whatever this layer sees happens within a
//! poll of that future, on its thread: a thread-local flag is enough to carry the news out.
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tower_layer::Layer;
use tower_service::Service;

thread_local! {
    static STANDS: Cell<bool> = const { Cell::new(false) };
}

/// Runs `poll`, which polls a request, and says whether its connection came to stand meanwhile.
pub(crate) fn stands_after<T>(poll: impl FnOnce() -> T) -> (T, bool) {
    STANDS.set(false);
    let result = poll();
    (result, STANDS.take())
}

/// Wraps the client's connector.
#[derive(Debug, Clone, Copy)]
pub(super) struct StandingLayer;

impl<S> Layer<S> for StandingLayer {
    type Service = Standing<S>;

    fn layer(&self, inner: S) -> Standing<S> {
        Standing { inner }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Standing<S> {
    inner: S,
}

impl<S, R> Service<R> for Standing<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Connecting<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        Connecting { inner: Box::pin(self.inner.call(request)) }
    }
}

pub(super) struct Connecting<F> {
    inner: Pin<Box<F>>,
}

impl<F, T, E> Future for Connecting<F>
where
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let result = ready!(self.inner.as_mut().poll(context));
        if result.is_ok() {
            STANDS.set(true);
        }
        Poll::Ready(result)
    }
}
