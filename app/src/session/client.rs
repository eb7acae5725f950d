//! The one client of all server functions: it adds the session token and the CSRF header.

use std::future::Future;

use bytes::Bytes;
use futures::{Sink, Stream};
use server_fn::client::Client;
use server_fn::client::browser::BrowserClient;
use server_fn::request::browser::BrowserRequest;
use server_fn::response::browser::BrowserResponse;

use crate::error::ApiError;

/// Client of every server function (`#[server(client = SignedClient)]`).
pub struct SignedClient;

/// Keeps the session token of this page in memory, and nowhere else: inside Telegram's frame cookies are
/// third-party, and storage outlives the session.
#[cfg(feature = "hydrate")]
pub mod token {
    use std::cell::RefCell;

    thread_local! {
        static TOKEN: RefCell<Option<String>> = const { RefCell::new(None) };
    }

    pub fn keep(token: Option<String>) {
        TOKEN.with_borrow_mut(|kept| *kept = token);
    }

    pub fn current() -> Option<String> {
        TOKEN.with_borrow(Clone::clone)
    }
}

impl Client<ApiError> for SignedClient {
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    fn send(request: Self::Request) -> impl Future<Output = Result<Self::Response, ApiError>> + Send {
        #[cfg(feature = "hydrate")]
        {
            // the browser has one thread
            send_wrapper::SendWrapper::new(async move {
                super::sign_in::waited().await;
                let headers = request.headers();
                headers.set(super::CSRF_HEADER, "1");
                if let Some(token) = token::current() {
                    headers.set("authorization", &format!("Bearer {token}"));
                }
                <BrowserClient as Client<ApiError>>::send(request).await
            })
        }
        #[cfg(not(feature = "hydrate"))]
        <BrowserClient as Client<ApiError>>::send(request)
    }

    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static, impl Sink<Bytes> + Send + 'static),
            ApiError,
        >,
    > + Send {
        <BrowserClient as Client<ApiError>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<ApiError>>::spawn(future);
    }
}
