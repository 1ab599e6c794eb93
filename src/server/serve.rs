//! The socket: listens, answers, and stops when it is told to.

use super::{App, Config, Error, console, rest};
use axum::Router;
use std::future::{Future, IntoFuture};
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// An engine that listens.
pub struct Server {
    pub app: App,
    address: SocketAddr,
    listener: TcpListener,
}

impl Server {
    /// Opens an engine and its port; 0 takes any that is free.
    ///
    /// # Errors
    /// Why it cannot start.
    pub async fn open(config: Config, address: SocketAddr) -> Result<Self, Error> {
        let listener = TcpListener::bind(address).await;
        let failed = |error| Error::System(format!("cannot listen on {address}: {error}"));
        let listener = listener.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { app: App::open(config).await?, address, listener })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything that is answered.
    pub fn router(&self) -> Router {
        rest::router(self.app.clone()).merge(console::router(self.app.clone()))
    }

    /// Answers until `stop` is done; then lets what runs end, and closes the database.
    ///
    /// # Errors
    /// That the socket failed.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let service = self.router().into_make_service_with_connect_info::<SocketAddr>();
        let (tell, told) = tokio::sync::oneshot::channel::<()>();
        let stopped = async {
            // The sender is dropped or used: both mean the end.
            let _ = told.await;
        };
        let serving = tokio::spawn(axum::serve(self.listener, service).with_graceful_shutdown(stopped).into_future());
        stop.await;
        // Executions end while their callers still listen.
        self.app.close().await;
        let _ = tell.send(());
        let grace = std::time::Duration::from_secs(2);
        match tokio::time::timeout(grace, serving).await {
            Ok(Ok(Err(error))) => Err(Error::System(format!("the socket failed: {error}"))),
            // A caller that keeps its connection open is not waited for.
            Ok(Ok(Ok(())) | Err(_)) | Err(_) => Ok(()),
        }
    }
}
